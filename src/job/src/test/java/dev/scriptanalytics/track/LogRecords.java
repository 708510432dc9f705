package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.LogEventFactory;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;

/** Makes decoded log entries for the runs of {@link RunEvents}. */
final class LogRecords {
  private static final LogEventFactory EVENTS =
      new LogEventFactory(
          new EventLimits(
              Duration.ofDays(30).toMillis(),
              Duration.ofDays(1).toMillis(),
              1 << 20,
              256,
              1 << 16,
              1 << 16,
              1 << 16,
              1 << 16,
              1 << 16,
              30,
              Map.of()),
          "000102030405060708090a0b0c0d0e0f",
          Redactor.ofNothing());

  private LogRecords() {}

  /** An entry with run and message, arriving when runs start. */
  static ScriptEvent entry(String runId, String logId, String message) {
    return entry(runId, logId, message, RunEvents.T, entry -> {});
  }

  /** An entry with more fields. */
  static ScriptEvent entry(
      String runId, String logId, String message, Instant arrival, Consumer<LogEntry> more) {
    LogEntry entry = new LogEntry();
    entry.runId = runId.getBytes(UTF_8);
    entry.logId = logId.getBytes(UTF_8);
    entry.message = message.getBytes(UTF_8);
    entry.timestamp = RunEvents.T.toEpochMilli() * 1000 + 5;
    more.accept(entry);
    try {
      EVENTS.beginRecord(new KafkaRecord("script-logs", 0, 0, arrival.toEpochMilli(), null));
      return EVENTS.event(entry, arrival.toEpochMilli(), "timestamp");
    } catch (UnusableRecordException e) {
      throw new IllegalArgumentException("The tracker would never receive this entry", e);
    }
  }
}
