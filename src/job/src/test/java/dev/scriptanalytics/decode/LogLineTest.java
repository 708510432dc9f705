package dev.scriptanalytics.decode;

import static dev.scriptanalytics.decode.DecodedLogs.ATTRIBUTES;
import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.emptyRow;
import static dev.scriptanalytics.decode.DecodedLogs.with;
import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_JSON;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_OLD;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.scriptanalytics.event.LevelScale;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A record of a log topic may be a line of the logs API's text format. */
class LogLineTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final String LINE = "2025-05-14T06:07:27Z [INFO] model: loaded: a (job_7)";

  private LogDecoder decoder = decoder(EventRules.DEFAULT);

  @ParameterizedTest
  @ValueSource(
      strings = {
        LINE,
        LINE + "\r\n",
        "\ufeff" + LINE,
        "\"" + LINE + "\"",
        " \"" + LINE + "\"\n",
        "\"\\ufeff " + LINE + "\\r\\n\"",
        "{\"logs\":[\" " + LINE + "\\r\"]}",
        "{\"logs\":[\"\ufeff" + LINE + "\"]}"
      })
  void isAnEntryAloneAsItIsInAnAnswer(String record) throws Exception {
    Map<String, Object> row = row(record);

    assertThat(row).isEqualTo(row("{\"logs\":[\"" + LINE + "\"]}"));
    assertThat(with(row, "log_id", ""))
        .isEqualTo(
            with(
                emptyRow(),
                "timestamp",
                Instant.parse("2025-05-14T06:07:27Z"),
                "original_level",
                "INFO",
                "source",
                "model",
                "log_message",
                "loaded: a",
                "run_id",
                "job_7"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[2025-05-14T06:07:27Z] [INFO] text",
        "2025-05-14 06:07:27Z [INFO] text",
        "2025-05-14 08:07:27,0 +02:00 [INFO] text",
        "2025-05-14T08:07:27[Europe/Berlin] [INFO] text",
        "[2025-05-14T08:07:27[Europe/Berlin]] [INFO] text",
        "1747202847 [info] text",
        "1747202847000 [info] text",
      })
  void mayHaveItsTimeInEveryForm(String line) throws Exception {
    assertThat(row(line))
        .containsEntry("timestamp", Instant.parse("2025-05-14T06:07:27Z"))
        .containsEntry("log_message", "text")
        .containsEntry("source", "");
  }

  @Test
  void takesTheZoneOfItsTimeFromTheOptionWhereItHasNone() throws Exception {
    String line = "[2025-05-14 06:07:27] [INFO] text";
    UnusableRecordException problem = problem(line);
    assertThat(problem.reason()).isEqualTo(BAD_VALUE);
    assertThat(problem)
        .hasMessageStartingWith("The line's time has no zone, and event.default-zone is not set: ");

    decoder = decoder(rules(LevelScale.PINO));

    assertThat(row(line)).containsEntry("timestamp", Instant.parse("2025-05-14T06:07:27Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "s: text | s | text",
        "text | `` | text",
        "no source: text | `` | no source: text",
        "a::b: text | a::b | text",
        "s: | s | ``",
        "`` | `` | ``",
      })
  void mayLackSourceAndMessage(String rest, String source, String message) throws Exception {
    assertThat(row("2025-05-14T06:07:27Z [INFO] " + rest))
        .containsEntry("source", source)
        .containsEntry("log_message", message);
  }

  @Test
  void mayHaveAMessageOfSeveralLines() throws Exception {
    assertThat(row("2025-05-14T06:07:27Z [ERROR] s: text\n  at f"))
        .containsEntry("log_message", "text\n  at f");
  }

  @Test
  void mayLackAMessageBeforeTheJob() throws Exception {
    assertThat(row("2025-05-14T06:07:27Z [INFO] s:  (job_7)"))
        .containsEntry("source", "s")
        .containsEntry("run_id", "job_7")
        .containsEntry("log_message", "");
  }

  @ParameterizedTest
  @CsvSource({
    "WARN , Warning",
    "' ERROR', Error",
    "'\u001b[31mERROR\u001b[0m', Error",
    "50, Error",
    "odd word, Info"
  })
  void hasALevelWithWhateverStandsAroundIt(String level, String expected) throws Exception {
    assertThat(row("2025-05-14T06:07:27Z [" + level + "] text"))
        .containsEntry("log_level", expected)
        .containsEntry("original_level", level);
  }

  @Test
  void hasItsNumbersInTheScaleOfTheOption() throws Exception {
    decoder = decoder(rules(LevelScale.PYTHON));

    assertThat(row("2025-05-14T06:07:27Z [30] text")).containsEntry("log_level", "Warning");
    assertThat(row("{\"timestamp\":1747202847,\"level\":40}")).containsEntry("log_level", "Error");
    assertThat(
            row(
                "{\"start_time\":1747202847,\"attributes\":{\"log.message\":\"m\","
                    + "\"log.level\":50}}"))
        .containsEntry("log_level", "Fatal");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text",
        "then [INFO] text",
        "2025-05-14T06:07:27Z INFO text",
        "2025-05-14T06:07:27Z [INFO]text",
        "[1, [2] ]",
        "[2025-05-14T06:07:27Z [INFO] text",
        "\"text\"",
        "\"2025-05-14T06:07:27Z [INFO] text\",1",
        "\"2025-05-14T06:07:27Z [INFO] text\",\"a\":1",
        "\"2025-05-14T06:07:27Z [INFO] text",
        "7",
        "null",
        " ",
      })
  void isNoOtherText(String record) {
    UnusableRecordException problem = problem(record);
    assertThat(problem.reason()).isEqualTo(NOT_JSON);
    assertThat(problem)
        .hasMessage(
            "The record is neither a JSON object nor a line of the form TIME [LEVEL] SOURCE:"
                + " MESSAGE: \""
                + record.strip()
                + "\"");
  }

  @Test
  void isADeadLetterWhereItsTimeIsNoneOrOld() {
    assertThat(problem("2025-05-32T06:07:27Z [INFO] text"))
        .hasMessageStartingWith("The line begins with no time: ")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(BAD_VALUE));
    assertThat(problem("2024-05-14T06:07:27Z [INFO] text").reason()).isEqualTo(TOO_OLD);
  }

  private static EventRules rules(LevelScale scale) {
    return new EventRules(
        EventRules.DEFAULT.statusWords(),
        Map.of(),
        ZoneOffset.UTC,
        EventRules.DEFAULT.maxClockSkewMillis(),
        scale);
  }

  private Map<String, Object> row(String record) throws UnusableRecordException {
    DecodedLogs decoded = DecodedLogs.of(decoder, record.getBytes(UTF_8), ARRIVAL);
    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.events()).hasSize(1);
    return decoded.rows().get(0);
  }

  private UnusableRecordException problem(String record) {
    UnusableRecordException problem =
        catchThrowableOfType(
            UnusableRecordException.class,
            () -> DecodedLogs.of(decoder, record.getBytes(UTF_8), ARRIVAL));
    assertThat(problem).as("was accepted").isNotNull();
    return problem;
  }

  private static LogDecoder decoder(EventRules rules) {
    return new LogDecoder(
        DecodedLogs.limits(Duration.ofDays(30)), rules, HASH_KEY, ATTRIBUTES, DecodedLogs.UNMASKED);
  }
}
