package dev.scriptanalytics.local.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordKeyTest {

  @Test
  void isTheIdOfTheRun() {
    assertThat(key("{\"account\":\"acme\",\"run_id\":\"run_\\u00e9\"}")).isEqualTo("run_é");
  }

  @Test
  void isTheJobOfAnEndpointsLogEntry() {
    assertThat(key("{\"level\":\"INFO\",\"jobId\":\"job-1\"}")).isEqualTo("job-1");
  }

  @Test
  void isNotTakenFromWithinAnotherField() {
    assertThat(key("{\"input\":{\"run_id\":\"other\"},\"tags\":[{}],\"run_id\":\"mine\"}"))
        .isEqualTo("mine");
  }

  @Test
  void isThereThoughWhatFollowsIsBroken() {
    assertThat(key("{\"run_id\":\"r\",\"input\":")).isEqualTo("r");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "7",
        "not json",
        "{\"a\":1",
        "{\"run_id\":7}",
        "{\"run_id\":null}"
      })
  void mayBeMissing(String record) {
    assertThat(key(record)).isNull();
  }

  private static String key(String record) {
    byte[] key = RecordKey.of(record.getBytes(UTF_8));
    return key == null ? null : new String(key, UTF_8);
  }
}
