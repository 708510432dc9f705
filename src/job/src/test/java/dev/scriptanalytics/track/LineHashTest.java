package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.row.LogRow;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineHashTest {
  private final LineHash hash = new LineHash();

  @Test
  void isThatOfTheRowWhateverElseTheRowSays() {
    LogRow row =
        new LogRow()
            .wrap(
                LogRecords.entry(
                        "a",
                        "l1",
                        "disk ä full",
                        RunEvents.T,
                        more -> {
                          more.level = LogLevel.WARNING;
                          more.originalLevel = "warn".getBytes(UTF_8);
                          more.function = "f".getBytes(UTF_8);
                          more.metadata = "{\"a\":1}".getBytes(UTF_8);
                        })
                    .row);

    assertThat(hash.of(row)).isEqualTo(hash.of(LogLevel.WARNING, "disk ä full".getBytes(UTF_8)));
  }

  @Test
  void differsByLevelAndByMessage() {
    Set<Long> hashes = new HashSet<>();
    for (LogLevel level : LogLevel.values()) {
      for (int i = 0; i < 1000; i++) {
        hashes.add(hash.of(level, ("message " + i).getBytes(UTF_8)));
      }
      hashes.add(hash.of(level, new byte[0]));
    }
    assertThat(hashes).hasSize(LogLevel.values().length * 1001).doesNotContain(0L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`disk full` | `disk full  \t`",
        "`{\"a\":1,\"b\":\"x y\"}` | `{\"a\": 1, \"b\": \"x y\"} `",
        "`[\"a \\\\\",2]` | `[\"a \\\\\", 2]`",
        "`{\"a\":\"\\\"\",\"b\":2}` | `{\"a\": \"\\\"\", \"b\": 2}`",
        "`{}` | `{ }`",
        "`` | ` `",
      })
  void leavesOutTheBlanksAtTheEndAndBetweenTheTokensOfJson(String one, String other) {
    assertThat(hashOf(one)).isEqualTo(hashOf(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`disk full` | `disk  full`",
        "`disk full` | ` disk full`",
        "`{\"a\":\"x y\"}` | `{\"a\":\"xy\"}`",
        "`{\"a\":\"\\\" \"}` | `{\"a\":\"\\\"\"}`",
        "`[1] a b` | `[1] ab`",
        "`{` | `[`",
      })
  void countsAllOtherBlanks(String one, String other) {
    assertThat(hashOf(one)).isNotEqualTo(hashOf(other));
  }

  private long hashOf(String message) {
    return hash.of(LogLevel.INFO, message.getBytes(UTF_8));
  }

  @Test
  void isTheSameForEver() {
    // Savepoints contain it.
    assertThat(Long.toHexString(hash.of(LogLevel.INFO, "hello".getBytes(UTF_8))))
        .isEqualTo("1eb863be09f9799e");
  }
}
