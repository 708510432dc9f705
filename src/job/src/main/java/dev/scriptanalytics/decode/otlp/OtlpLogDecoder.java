package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.otlp.OtlpValues.utf8;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;

import dev.scriptanalytics.decode.DecodedEvents;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.LogEventFactory;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.util.Set;

/**
 * Reads batches of OTLP logs.
 *
 * <p>The run comes from the attributes ({@link OtlpRun}), the entry's id from {@code
 * log.record.uid}. The message is the body; for a structured body it is the member {@code message},
 * if there is one, and the whole body is kept in {@code extra}. Without a body, the message is that
 * of the exception, or the event's name. Attributes without a column become {@code metadata}; scope
 * and resource are kept in {@code extra}. Reusable, not thread-safe.
 */
final class OtlpLogDecoder implements RecordDecoder {
  private static final Set<String> MESSAGES = Set.of("message", "msg", "log.message");

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
    limits.checkRecord(record.value(), arrival);
    int number = 0;
    for (OtlpBatch.Item<LogRecord> item : batch.read(record.value())) {
      try {
        if (item.problem() != null) {
          throw item.problem();
        }
        attributes.of(item.message().getAttributesList(), item.scope(), item.resource());
        read(item.message(), item.scope().getName());
        out.event(events.event(entry, arrival, "timeUnixNano"));
      } catch (UnusableRecordException e) {
        out.unusable(number, e, item.readable());
      }
      number++;
    }
  }

  private void read(LogRecord record, String scope) throws UnusableRecordException {
    entry.reset();
    entry.timestamp = time(record);
    new OtlpRun(attributes, LogEntry.NONE).copyTo(entry);
    entry.logId = attributes.take("log.record.uid");
    entry.source = utf8(scope);
    entry.errorCode = attributes.take("exception.type");
    entry.stackTrace = attributes.take("exception.stacktrace");
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

  private static long time(LogRecord record) throws UnusableRecordException {
    long nanos =
        record.getTimeUnixNano() == 0 ? record.getObservedTimeUnixNano() : record.getTimeUnixNano();
    if (nanos == 0) {
      throw new UnusableRecordException(
          MISSING_FIELD, "timeUnixNano is missing, and so is observedTimeUnixNano");
    }
    return OtlpValues.micros(nanos);
  }

  private byte[] message(LogRecord record) {
    AnyValue body = record.getBody();
    for (KeyValue member : body.getKvlistValue().getValuesList()) {
      if (MESSAGES.contains(member.getKey()) && !member.getValue().getStringValue().isEmpty()) {
        return utf8(member.getValue().getStringValue());
      }
    }
    byte[] message =
        body.getValueCase() == AnyValue.ValueCase.VALUE_NOT_SET
            ? LogEntry.NONE
            : utf8(OtlpValues.text(body));
    if (message.length == 0) {
      message = attributes.take("exception.message");
    }
    return message.length == 0 ? utf8(record.getEventName()) : message;
  }
}
