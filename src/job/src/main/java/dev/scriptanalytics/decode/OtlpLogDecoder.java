package dev.scriptanalytics.decode;

import static dev.scriptanalytics.decode.OtlpAttributes.utf8;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;

import com.google.protobuf.ByteString;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.util.HexFormat;
import java.util.Set;

/**
 * Reads batches of OTLP logs.
 *
 * <p>{@code faas.name}, else {@code service.name}, is the script; {@code faas.version} the
 * deployment; {@code faas.invocation_id} the run; {@code log.record.uid} the entry's id. The
 * message is the body; of a structured one its {@code message}, where it has such a member, and the
 * whole in {@code extra}; without a body the exception's message, or the event's name. Attributes
 * without a column become {@code metadata}; scope and resource are kept in {@code extra}. Reusable,
 * not thread-safe.
 */
final class OtlpLogDecoder implements RecordDecoder {
  private static final int NANOS_PER_MICRO = 1000;
  private static final Set<String> MESSAGES = Set.of("message", "msg", "log.message");

  private final EventLimits limits;
  private final LogEventFactory events;
  private final OtlpBatch<LogRecord> batch =
      new OtlpBatch<>(LogRecord.getDefaultInstance(), "resourceLogs", "scopeLogs", "logRecords");
  private final OtlpAttributes attributes;
  private final LogEntry entry = new LogEntry();

  /**
   * With the key that runs are hashed with.
   *
   * @param hashKey 32 hexadecimal digits
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
    OtlpRun.read(attributes, entry);
    entry.logId = attributes.take("log.record.uid");
    entry.source = utf8(scope);
    entry.errorCode = attributes.take("exception.type");
    entry.stackTrace = attributes.take("exception.stacktrace");
    entry.traceId = hex(record.getTraceId());
    entry.spanId = hex(record.getSpanId());
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
        OtlpAttributes.json(
            to -> {
              if (structured) {
                to.writeFieldName("body");
                OtlpAttributes.write(record.getBody(), to);
              }
              OtlpAttributes.writeText("event_name", record.getEventName(), to);
              OtlpAttributes.writeNumber("flags", record.getFlags(), to);
              OtlpAttributes.writeNumber(
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
    return micros(nanos);
  }

  /** Of nanoseconds since 1970, which OTLP counts without a sign. */
  static long micros(long nanos) {
    return Long.divideUnsigned(nanos, NANOS_PER_MICRO);
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
            : utf8(OtlpAttributes.text(body));
    if (message.length == 0) {
      message = attributes.take("exception.message");
    }
    return message.length == 0 ? utf8(record.getEventName()) : message;
  }

  /** An id in hexadecimal; none where it is all zeros, which OTLP has for no id. */
  static byte[] hex(ByteString id) {
    boolean none = true;
    for (int i = 0; i < id.size(); i++) {
      none &= id.byteAt(i) == 0;
    }
    if (none) {
      return LogEntry.NONE;
    }
    return utf8(HexFormat.of().formatHex(id.toByteArray()));
  }
}
