package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RowReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.metrics.SimpleCounter;

/** What a decoder made of one record. */
public record DecodedLogs(
    List<ScriptEvent> events, List<Unusable> unusable, AtomicInteger skipped) {
  public static final String HASH_KEY = "000102030405060708090a0b0c0d0e0f";

  /** Masks nothing. */
  public static final Redactor UNMASKED = new Redactor(Redaction.NONE, new SimpleCounter());

  public static final KoreloggerAttributes ATTRIBUTES =
      new KoreloggerAttributes(
          "log.message",
          "log.level",
          "log.meta.logid",
          "run_id",
          "deployment_id",
          "deployment_version",
          "source",
          "source_type",
          "account",
          "script",
          "function");

  public static final LogFormat JSON = new JsonLogFormat(ATTRIBUTES);

  /** An item that could not be used. */
  public record Unusable(int item, DeadLetterReason reason, String detail, String bytes) {}

  /** Decodes one record, alone. */
  public static DecodedLogs of(RecordDecoder decoder, byte[] value, Instant arrival)
      throws UnusableRecordException {
    DecodedLogs decoded =
        new DecodedLogs(new ArrayList<>(), new ArrayList<>(), new AtomicInteger());
    decoder.decode(
        new KafkaRecord("script-logs", 3, 42, arrival.toEpochMilli(), value),
        arrival.toEpochMilli(),
        new DecodedEvents() {
          @Override
          public void event(ScriptEvent event) {
            decoded.events.add(event);
          }

          @Override
          public void skipped() {
            decoded.skipped.incrementAndGet();
          }

          @Override
          public void unusable(int item, UnusableRecordException problem, byte[] bytes) {
            decoded.unusable.add(
                new Unusable(
                    item, problem.reason(), problem.getMessage(), new String(bytes, UTF_8)));
          }
        });
    return decoded;
  }

  /** The log entries, without what {@link LogEventFactory} alone makes of place and texts. */
  public List<Map<String, Object>> rows() {
    return events.stream()
        .filter(event -> event.kind == ScriptEvent.Kind.LOG)
        .map(event -> RowReader.logRow(event.row))
        .peek(row -> row.keySet().removeAll(List.of("sequence", "shape", "error_group")))
        .toList();
  }

  public List<Map<String, Object>> runRows() {
    return events.stream()
        .filter(event -> event.kind == ScriptEvent.Kind.RUN)
        .map(event -> RowReader.runRow(event.row))
        .toList();
  }

  /** A row that holds nothing, to be completed by {@link #with}. */
  public static Map<String, Object> emptyRow() {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("version", 0);
    row.put("is_deleted", 0);
    row.put("log_level", "Info");
    row.put("deployment_version", 0);
    row.put("timestamp", null);
    row.put("line", 0);
    row.put("retention_days", 30);
    row.put("account", "default");
    for (String text :
        List.of(
            "script",
            "log_id",
            "run_id",
            "deployment_id",
            "function",
            "stream",
            "original_level",
            "log_message",
            "source",
            "source_type",
            "request_id")) {
      row.put(text, "");
    }
    row.put("duration_ms", null);
    row.put("memory_bytes", null);
    row.put("gpu_percent", null);
    for (String text : List.of("error_code", "stack_trace", "metadata", "trace_id", "span_id")) {
      row.put(text, "");
    }
    row.put("truncated", List.of());
    row.put("redacted", List.of());
    row.put("extra", "");
    return row;
  }

  /** A row with these values, columns and values by turns. */
  public static Map<String, Object> with(Map<String, Object> row, Object... columnsAndValues) {
    Map<String, Object> completed = new LinkedHashMap<>(row);
    for (int i = 0; i < columnsAndValues.length; i += 2) {
      if (completed.replace((String) columnsAndValues[i], columnsAndValues[i + 1]) == null
          && !row.containsKey(columnsAndValues[i])) {
        throw new IllegalArgumentException("No column: " + columnsAndValues[i]);
      }
    }
    return completed;
  }

  /** Limits that no example reaches, as the configuration has them; rows live as long at least. */
  public static EventLimits limits(Duration maxAge) {
    return new EventLimits(
        maxAge.toMillis(),
        Duration.ofDays(1).toMillis(),
        8 << 20,
        1 << 10,
        64 << 10,
        64 << 10,
        32 << 10,
        32 << 10,
        64 << 10,
        Math.max(30, (int) maxAge.toDays()),
        Map.of());
  }
}
