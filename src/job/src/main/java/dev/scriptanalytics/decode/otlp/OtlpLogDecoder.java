package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.otlp.OtlpValues.utf8;

import dev.scriptanalytics.decode.DecodedEvents;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.LogEventFactory;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.decode.Sender;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads batches of OTLP logs.
 *
 * <p>The run comes from the attributes ({@link OtlpRun}), the entry's id from {@code
 * log.record.uid}. The message is the body; for a structured body it is the member {@code message},
 * if there is one, and the whole body is kept in {@code extra}. If that member is structured
 * itself, the same goes for it. A body that is an error has its type and stack trace. Without a
 * body, the message is that of the exception, or the event's name, or the other attributes as JSON.
 * Without a time, the entry has that of the record's arrival. Attributes without a column become
 * {@code metadata}, and so does what cannot be read; scope and resource are kept in {@code extra}.
 * Reusable, not thread-safe.
 */
final class OtlpLogDecoder implements RecordDecoder {
  // The first name that has a value counts.
  private static final List<String> MESSAGES =
      List.of("message", "msg", "log.message", "errorMessage", "error_message");
  private static final List<String> ERROR_TYPES = List.of("errorType", "error_type");
  private static final List<String> STACK_TRACES = List.of("stackTrace", "stack_trace");

  /** How many objects are opened, each within the other. */
  private static final int MAX_DEPTH = 4;

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
    List<AnyValue> objects = objects(record.getBody());
    entry.logId = attributes.takeName("log.record.uid");
    entry.source = utf8(scope);
    entry.errorCode = attributes.takeName("exception.type");
    if (entry.errorCode.length == 0) {
      entry.errorCode = first(objects, object -> name(object, ERROR_TYPES));
    }
    entry.stackTrace = attributes.take("exception.stacktrace");
    if (entry.stackTrace.length == 0) {
      entry.stackTrace = first(objects, OtlpLogDecoder::stackTrace);
    }
    entry.traceId = OtlpValues.hex(record.getTraceId());
    entry.spanId = OtlpValues.hex(record.getSpanId());
    LogLevel level = LogLevel.ofSeverityNumber(record.getSeverityNumberValue());
    if (level == null && !record.getSeverityText().isEmpty()) {
      level = LevelScale.OTEL.levelOf(record.getSeverityText());
    }
    entry.level = level == null ? LogLevel.INFO : level;
    entry.originalLevel = utf8(record.getSeverityText());
    boolean structured = record.getBody().hasKvlistValue();
    entry.message = message(record, objects);
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

  private byte[] message(LogRecord record, List<AnyValue> objects) {
    AnyValue body = record.getBody();
    byte[] message =
        objects.isEmpty() ? LogEntry.NONE : name(objects.get(objects.size() - 1), MESSAGES);
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

  /** A structured body, and each structured message within the one before. */
  private static List<AnyValue> objects(AnyValue body) {
    if (!body.hasKvlistValue()) {
      return List.of();
    }
    List<AnyValue> objects = new ArrayList<>();
    AnyValue object = body;
    while (object != null && object.hasKvlistValue() && objects.size() < MAX_DEPTH) {
      objects.add(object);
      object = member(object, MESSAGES);
    }
    return objects;
  }

  /** What the first of the objects says that says it; empty if none does. */
  private static byte[] first(List<AnyValue> objects, Function<AnyValue, byte[]> text) {
    return objects.stream()
        .map(text)
        .filter(found -> found.length > 0)
        .findFirst()
        .orElse(LogEntry.NONE);
  }

  /** The member by the first of these names that has a value; null if there is none. */
  private static AnyValue member(AnyValue object, List<String> names) {
    List<KeyValue> members = object.getKvlistValue().getValuesList();
    for (String name : names) {
      for (int i = members.size() - 1; i >= 0; i--) {
        AnyValue value = members.get(i).getValue();
        if (members.get(i).getKey().equals(name) && !OtlpAttributes.isEmpty(value)) {
          return value;
        }
      }
    }
    return null;
  }

  /** The text of the member by one of these names; empty if it has none. */
  private static byte[] name(AnyValue object, List<String> names) {
    AnyValue value = member(object, names);
    return value == null || !OtlpValues.isName(value)
        ? LogEntry.NONE
        : utf8(OtlpValues.name(value));
  }

  /** The stack trace of an object, a text or an array of lines; empty if there is none. */
  private static byte[] stackTrace(AnyValue object) {
    AnyValue value = member(object, STACK_TRACES);
    return value != null && (value.hasStringValue() || OtlpValues.isLines(value))
        ? utf8(OtlpValues.lines(value))
        : LogEntry.NONE;
  }
}
