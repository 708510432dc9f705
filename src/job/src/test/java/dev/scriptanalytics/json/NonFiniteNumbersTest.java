package dev.scriptanalytics.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NonFiniteNumbersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":NaN} | {\"a\":null}",
        "{\"a\": -Infinity ,\"b\":[Infinity,NaN]} | {\"a\": null ,\"b\":[null,null]}",
        "{\"NaN\":\"NaN, \\\" :NaN,\",\"b\":NaN} | {\"NaN\":\"NaN, \\\" :NaN,\",\"b\":null}"
      })
  void becomeNullWhereAValueStands(String json, String expected) {
    assertThat(replaced(json)).isEqualTo(expected);
  }

  @Test
  void mayBeMany() {
    assertThat(replaced("[" + "NaN,".repeat(1000) + "NaN]"))
        .isEqualTo("[" + "null,".repeat(1000) + "null]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "NaN",
        "{\"a\":NaNs}",
        "{\"a\":xNaN}",
        "{NaN:1}",
        "{\"a\":nan}",
        "{\"a\":+Infinity}",
        "{\"a\":-NaN}",
        "{\"a\":NaN",
        "{\"a\":\"b\\",
        "{\"a\":-1}"
      })
  void leaveEverythingElseAsItIs(String json) {
    byte[] bytes = json.getBytes(UTF_8);

    assertThat(NonFiniteNumbers.replacedByNull(bytes)).isSameAs(bytes);
  }

  private static String replaced(String json) {
    return new String(NonFiniteNumbers.replacedByNull(json.getBytes(UTF_8)), UTF_8);
  }
}
