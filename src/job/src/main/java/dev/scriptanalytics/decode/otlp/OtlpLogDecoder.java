package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.otlp.OtlpValues.utf8;

import dev.scriptanalytics.decode.DecodedEvents;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.LogEventFactory;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.decode.Sender;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads batches of OTLP logs.
 *
 * <p>The run comes from the attributes ({@link OtlpRun}), the entry's id from {@code
 * log.record.uid}. The message is the body; for a structured body it is the member {@code message},
 * if there is one, and the whole body is kept in {@code extra}. A body that is an error has its
 * type and stack trace. Without a body, the message is that of the exception, or the event's name,
 * or the other attributes as JSON. Without a time, the entry has that of the record's arrival.
 * Attributes without a column become {@code metadata}, and so does what cannot be read; scope and
 * resource are kept in {@code extra}. Reusable, not thread-safe.
 */
final class OtlpLogDecoder implements RecordDecoder {
  private static final Set<String> MESSAGES =
      Set.of("message", "msg", "log.message", "errorMessage", "error_message");
  private static final Set<String> ERROR_TYPES = Set.of("errorType", "error_type");
  private static final Set<String> STACK_TRACES = Set.of("stackTrace", "stack_trace");
  private static final int MICROS_PER_MILLI = 1000;

  private final EventLimits limits;
  private final LogEventFactory events;
  private final OtlpBatch<LogRecord> batch =
      new OtlpBatch<>(LogRecord.getDefaultInstance(), "resourceLogs", "scopeLogs", "logRecords");
  private final OtlpAttributes attributes;
  private final LogEntry entry = new LogEntry();

  /**
   * A decoder of logs.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  OtlpLogDecoder(EventLimits limits, String hashKey, Redactor redactor) {
    this.limits = limits;
    this.attributes = new OtlpAttributes(limits.maxInputBytes() / 2);
    this.events = new LogEventFactory(limits, hashKey, redactor);
  }

  @Override
  public void decode(KafkaRecord record, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    if (record.value().length == 0) {
      // In Protocol Buffers, this is a batch without resources.
      return;
    }
    limits.checkRecord(record.value(), arrival);
    events.beginRecord(record);
    int number = 0;
    for (OtlpBatch.Item<LogRecord> item : batch.read(record.value())) {
      try {
        if (item.problem() != null) {
          throw item.problem();
        }
        attributes.of(item.message().getAttributesList(), item.origin());
        read(item.message(), item.origin().scope().getName(), arrival);
        out.event(events.event(entry, arrival, "timeUnixNano"));
      } catch (UnusableRecordException e) {
        out.unusable(number, e.from(sender(item)), item.asItCame());
      }
      number++;
    }
  }

  private Sender sender(OtlpBatch.Item<LogRecord> item) {
    attributes.of(
        item.message() == null ? List.of() : item.message().getAttributesList(), item.origin());
    return OtlpRun.sender(attributes, item.isReadable());
  }

  private void read(LogRecord record, String scope, long arrival) throws UnusableRecordException {
    entry.reset();
    entry.timestamp = time(record, arrival);
    new OtlpRun(attributes, LogEntry.NONE).copyTo(entry);
    entry.logId = attributes.takeName("log.record.uid");
    entry.source = utf8(scope);
    entry.errorCode = attributes.takeName("exception.type");
    if (entry.errorCode.length == 0) {
      entry.errorCode = textOf(record.getBody(), ERROR_TYPES);
    }
    entry.stackTrace = attributes.take("exception.stacktrace");
    if (entry.stackTrace.length == 0) {
      entry.stackTrace = stackTrace(record.getBody());
    }
    entry.traceId = OtlpValues.hex(record.getTraceId());
    entry.spanId = OtlpValues.hex(record.getSpanId());
    LogLevel level = LogLevel.ofSeverityNumber(record.getSeverityNumberValue());
    if (level == null && !record.getSeverityText().isEmpty()) {
      level = LogLevel.ofWord(record.getSeverityText());
    }
    entry.level = level == null ? LogLevel.INFO : level;
    entry.originalLevel = utf8(record.getSeverityText());
    boolean structured = record.getBody().hasKvlistValue();
    entry.message = message(record);
    entry.metadata = attributes.rest();
    entry.extra =
        OtlpValues.object(
            to -> {
              if (structured) {
                to.writeFieldName("body");
                OtlpValues.write(record.getBody(), to);
              }
              OtlpValues.writeText("event_name", record.getEventName(), to);
              OtlpValues.writeNumber("flags", record.getFlags(), to);
              OtlpValues.writeNumber(
                  "dropped_attributes_count", record.getDroppedAttributesCount(), to);
              attributes.writeOrigin(to);
            });
  }

  /** In microseconds; of a record without a time, its arrival. */
  private static long time(LogRecord record, long arrival) {
    long nanos =
        record.getTimeUnixNano() == 0 ? record.getObservedTimeUnixNano() : record.getTimeUnixNano();
    return nanos == 0 ? arrival * MICROS_PER_MILLI : OtlpValues.micros(nanos);
  }

  private byte[] message(LogRecord record) {
    AnyValue body = record.getBody();
    byte[] message = textOf(body, MESSAGES);
    if (message.length == 0 && !isMissing(body)) {
      message = utf8(OtlpValues.text(body));
    }
    if (message.length == 0) {
      message = attributes.take("exception.message");
    }
    if (message.length == 0) {
      message = utf8(record.getEventName());
    }
    if (message.length == 0) {
      message = attributes.takeName("event.name");
    }
    return message.length == 0 ? attributes.rest() : message;
  }

  private static boolean isMissing(AnyValue body) {
    return body.getValueCase() == AnyValue.ValueCase.VALUE_NOT_SET
        && OtlpUnreadable.source(body) == null;
  }

  /** The first text of a structured body that has one of these names; empty if there is none. */
  private static byte[] textOf(AnyValue body, Set<String> names) {
    for (KeyValue member : body.getKvlistValue().getValuesList()) {
      if (names.contains(member.getKey()) && !member.getValue().getStringValue().isEmpty()) {
        return utf8(member.getValue().getStringValue());
      }
    }
    return LogEntry.NONE;
  }

  /** The stack trace of a structured body, a text or an array of lines; empty if there is none. */
  private static byte[] stackTrace(AnyValue body) {
    for (KeyValue member : body.getKvlistValue().getValuesList()) {
      List<AnyValue> lines = member.getValue().getArrayValue().getValuesList();
      if (STACK_TRACES.contains(member.getKey())
          && !lines.isEmpty()
          && lines.stream().allMatch(AnyValue::hasStringValue)) {
        return utf8(lines.stream().map(AnyValue::getStringValue).collect(Collectors.joining("\n")));
      }
    }
    return textOf(body, STACK_TRACES);
  }
}
