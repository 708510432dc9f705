package dev.scriptanalytics.decode;

import static dev.scriptanalytics.decode.DecodedLogs.ATTRIBUTES;
import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What other loggers write is read with the options that EVENTS.md gives for each. */
class OtherLoggersTest {
  private static final Instant TIME = Instant.parse("2026-11-02T10:15:00.100Z");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** The rows of the table, each with its code in the order of its columns. */
  static Stream<String> rows() throws IOException {
    return Files.readAllLines(Repository.path("deploy/flink/EVENTS.md")).stream()
        .dropWhile(line -> !line.startsWith("| logger |"))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void readsWhatTheLoggerWrites(String row) throws Exception {
    String[] cells = row.split("\\|", -1);
    String json = code(cells[2])[0];
    LogDecoder decoder =
        new LogDecoder(
            DecodedLogs.limits(Duration.ofDays(30)),
            EventRulesTest.rules(
                Stream.of(code(cells[3])).map(option -> "--" + option).toArray(String[]::new)),
            HASH_KEY,
            ATTRIBUTES,
            DecodedLogs.UNMASKED);

    DecodedLogs decoded = DecodedLogs.of(decoder, json.getBytes(UTF_8), TIME);

    assertThat(decoded.rows()).hasSize(1);
    Map<String, Object> entry = decoded.rows().get(0);
    assertThat(entry)
        .containsEntry("timestamp", TIME)
        .containsEntry("log_level", "Error")
        .containsEntry("log_message", "m")
        .containsEntry("source", json.contains(":\"l\"") ? "l" : "")
        .containsEntry("extra", "");
  }

  private static String[] code(String cell) {
    return CODE.matcher(cell).results().map(found -> found.group(1)).toArray(String[]::new);
  }
}
