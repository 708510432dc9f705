package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.row.RowReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;

class LogEventFactoryTest {
  private static final Instant TIME = Instant.parse("2025-05-14T06:07:27.100Z");
  private static final Redaction PINS = new Redaction(Map.of("pin", Pattern.compile("pin-\\d+")));

  private final LogEntry entry = new LogEntry();

  @Test
  void masksWhatAnEntrySaysAndNamesTheColumns() throws Exception {
    entry.message = utf8("my pin-1");
    entry.errorCode = utf8("pin-2");
    entry.stackTrace = utf8("at a\nat pin-3");
    entry.metadata = utf8("{\"pin\":\"pin\\u002d4\",\"n\":1.0}");
    entry.extra = utf8("{\"pin-5\":[]}");
    entry.originalLevel = utf8("pin-6");

    assertThat(row(PINS))
        .containsEntry("log_message", "my [redacted:pin]")
        .containsEntry("error_code", "[redacted:pin]")
        .containsEntry("stack_trace", "at a\nat [redacted:pin]")
        .containsEntry("metadata", "{\"pin\":\"[redacted:pin]\",\"n\":1.0}")
        .containsEntry("extra", "{\"[redacted:pin]\":[]}")
        .containsEntry("original_level", "[redacted:pin]")
        .containsEntry("truncated", List.of())
        .containsEntry(
            "redacted",
            List.of(
                "original_level", "error_code", "log_message", "stack_trace", "metadata", "extra"));
  }

  @Test
  void neverMasksWhatAnEntryIsFoundBy() throws Exception {
    entry.message = utf8("x");
    entry.account = utf8("pin-1");
    entry.script = utf8("pin-2");
    entry.runId = utf8("pin-3");
    entry.logId = utf8("pin-4");

    assertThat(row(PINS))
        .containsEntry("account", "pin-1")
        .containsEntry("script", "pin-2")
        .containsEntry("run_id", "pin-3")
        .containsEntry("log_id", "pin-4")
        .containsEntry("redacted", List.of());
  }

  @Test
  void derivesTheSameIdWhateverIsMasked() throws Exception {
    entry.message = utf8("my pin-1");
    Object id = row(Redaction.NONE).get("log_id");
    entry.reset();
    entry.message = utf8("my pin-1");

    assertThat(row(PINS)).containsEntry("log_id", id);

    entry.reset();
    entry.message = utf8("my pin-2");
    assertThat(row(PINS).get("log_id")).as("what looks the same now").isNotEqualTo(id);
  }

  @Test
  void writesJsonThatCanBeFilteredWhereAProducerCutACharacterInHalf() throws Exception {
    entry.message = utf8("m");
    entry.metadata = utf8("{\"a\":\"\\ud83d\",\"gpu\":95}");
    entry.extra = utf8("{\"\\uDE00\":1}");

    assertThat(row(Redaction.NONE))
        .containsEntry("metadata", "{\"a\":\"\ufffd\",\"gpu\":95}")
        .containsEntry("extra", "{\"\ufffd\":1}")
        .containsEntry("redacted", List.of());
  }

  @Test
  void masksBeforeItCuts() throws Exception {
    entry.message = utf8("x".repeat(60) + "pin-1234567890");
    entry.stackTrace = utf8("pin-" + "1".repeat(100));
    entry.metadata = utf8("{\"" + "x".repeat(50) + "\":\"pin-1\"}");

    assertThat(row(PINS))
        .containsEntry("log_message", "x".repeat(60) + "[red")
        .containsEntry("stack_trace", "[redacted:pin]")
        .containsEntry("metadata", "")
        .containsEntry("truncated", List.of("log_message", "metadata"))
        .containsEntry("redacted", List.of("log_message", "stack_trace"));

    entry.reset();
    entry.message = utf8("pin-" + "1".repeat(100_000));
    assertThat(row(PINS))
        .as("nobody looked further")
        .containsEntry("log_message", "[redacted:pin]")
        .containsEntry("truncated", List.of("log_message"));
  }

  @Test
  void refusesWhatIsOlderThanItsAccountKeepsRows() throws Exception {
    LogEventFactory events = events(Redaction.NONE, Map.of("tiny", 7));
    long arrival = TIME.plus(Duration.ofDays(8)).toEpochMilli();
    entry.timestamp = TIME.toEpochMilli() * 1000;
    entry.message = utf8("x");

    assertThat(RowReader.logRow(events.event(entry, arrival, "timestamp").row))
        .containsEntry("retention_days", 30);

    entry.account = utf8("tiny");
    assertThatThrownBy(() -> events.event(entry, arrival, "timestamp"))
        .isInstanceOfSatisfying(
            UnusableRecordException.class,
            e -> assertThat(e.reason()).isEqualTo(DeadLetterReason.TOO_OLD))
        .hasMessageContaining("more than its account's retention (7 d) before");
  }

  @Test
  void numbersTheEntriesOfARecord() throws Exception {
    LogEventFactory events = events(Redaction.NONE, Map.of());
    events.beginRecord(new KafkaRecord("script-logs", 3, 7, 0, null));

    assertThat(row(events, "first")).containsEntry("sequence", 7L << 20);
    assertThat(row(events, "second")).containsEntry("sequence", (7L << 20) + 1);

    events.beginRecord(new KafkaRecord("script-logs", 3, 8, 0, null));
    assertThat(row(events, "third")).containsEntry("sequence", 8L << 20);
  }

  @Test
  void countsNoEntryOfARecordIntoTheNextOne() throws Exception {
    LogEventFactory events = events(Redaction.NONE, Map.of());
    events.beginRecord(new KafkaRecord("script-logs", 3, 7, 0, null));
    long last = 0;
    for (int i = 0; i <= 1 << 20; i++) {
      entry.reset();
      entry.timestamp = TIME.toEpochMilli() * 1000;
      events.event(entry, TIME.toEpochMilli(), "timestamp");
      last = entry.sequence;
    }

    assertThat(last).isEqualTo((8L << 20) - 1);
  }

  @Test
  void givesEqualEntriesOfARecordIdsOfTheirOwn() throws Exception {
    LogEventFactory events = events(Redaction.NONE, Map.of());
    List<Object> sent = idsOfThreeEqualEntries(events);

    assertThat(sent).doesNotHaveDuplicates();
    assertThat(idsOfThreeEqualEntries(events)).as("sent again").isEqualTo(sent);
  }

  private List<Object> idsOfThreeEqualEntries(LogEventFactory events) throws Exception {
    events.beginRecord(new KafkaRecord("script-logs", 3, 7, 0, null));
    List<Object> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(row(events, "the same").get("log_id"));
    }
    return ids;
  }

  @Test
  void groupsEntriesByWhatIsStored() throws Exception {
    entry.message = utf8("paid pin-1 in 3 ms");
    Object shape = row(PINS).get("shape");
    entry.reset();
    entry.message = utf8("paid [redacted:pin] in 4 ms");

    assertThat(row(Redaction.NONE)).containsEntry("shape", shape).containsEntry("error_group", 0L);
    assertThat(shape).isNotEqualTo(0L);
  }

  @Test
  void groupsTheErrorsOfErrorAndFatalEntriesAlone() throws Exception {
    for (LogLevel level : LogLevel.values()) {
      entry.reset();
      entry.level = level;
      entry.errorCode = utf8("E1");
      entry.message = utf8("no such card");

      boolean isError = level == LogLevel.ERROR || level == LogLevel.FATAL;
      assertThat((long) row(Redaction.NONE).get("error_group") != 0)
          .as(level.toString())
          .isEqualTo(isError);
    }
  }

  private Map<String, Object> row(LogEventFactory events, String message)
      throws UnusableRecordException {
    entry.reset();
    entry.message = utf8(message);
    entry.timestamp = TIME.toEpochMilli() * 1000;
    return RowReader.logRow(events.event(entry, TIME.toEpochMilli(), "timestamp").row);
  }

  private static LogEventFactory events(Redaction redaction, Map<String, Integer> retention) {
    LogEventFactory events =
        new LogEventFactory(
            limits(retention),
            "000102030405060708090a0b0c0d0e0f",
            new Redactor(redaction, new SimpleCounter()));
    events.beginRecord(new KafkaRecord("script-logs", 0, 0, 0, null));
    return events;
  }

  private Map<String, Object> row(Redaction redaction) throws UnusableRecordException {
    LogEventFactory events = events(redaction, Map.of());
    entry.timestamp = TIME.toEpochMilli() * 1000;
    return RowReader.logRow(events.event(entry, TIME.toEpochMilli(), "timestamp").row);
  }

  private static EventLimits limits(Map<String, Integer> retention) {
    return new EventLimits(
        Duration.ofDays(30).toMillis(),
        Duration.ofDays(1).toMillis(),
        1 << 20,
        64,
        64,
        64,
        64,
        64,
        64,
        30,
        retention);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
