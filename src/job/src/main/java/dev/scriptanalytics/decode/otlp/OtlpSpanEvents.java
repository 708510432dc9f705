package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.otlp.OtlpValues.hex;
import static dev.scriptanalytics.decode.otlp.OtlpValues.micros;
import static dev.scriptanalytics.decode.otlp.OtlpValues.text;
import static dev.scriptanalytics.decode.otlp.OtlpValues.utf8;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.scriptanalytics.decode.DecodedEvents;
import dev.scriptanalytics.decode.LogEventFactory;
import dev.scriptanalytics.decode.Sender;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.row.LogEntry;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.function.Supplier;

/**
 * Makes log entries of the events of spans. The message is the name of the event, or that of the
 * exception. Reusable, not thread-safe.
 */
final class OtlpSpanEvents {
  private static final FieldDescriptor EVENTS =
      Span.getDescriptor().findFieldByNumber(Span.EVENTS_FIELD_NUMBER);

  private static final String EXCEPTION = "exception";

  private final LogEventFactory events;
  private final OtlpAttributes attributes = new OtlpAttributes(0);
  private final LogEntry entry = new LogEntry();

  OtlpSpanEvents(LogEventFactory events) {
    this.events = events;
  }

  /** Begins a record, whose entries are ordered and counted. */
  void beginRecord(KafkaRecord record) {
    events.beginRecord(record);
  }

  /**
   * Decodes all events of a span.
   *
   * @param item the span, of which everything that decides about it can be read
   * @param firstNumber the number of the first of them in the record
   * @param source the name of the span's scope
   * @param sender who sent the span, asked for events that cannot be used
   */
  void decode(
      OtlpBatch.Item<Span> item,
      int firstNumber,
      OtlpRun run,
      String source,
      Supplier<Sender> sender,
      long arrival,
      DecodedEvents out) {
    Span span = item.message();
    for (int i = 0; i < span.getEventsCount(); i++) {
      try {
        UnusableRecordException problem = OtlpUnreadable.problem(span.getEvents(i));
        if (problem != null) {
          throw problem;
        }
        read(span, i, run, source);
        out.event(events.event(entry, arrival, "timeUnixNano of an event"));
      } catch (UnusableRecordException e) {
        byte[] event = item.asItCame(EVENTS, span.getEvents(i), i);
        out.unusable(firstNumber + i, e.from(sender.get()), event);
      }
    }
  }

  /** The last event that is an exception; null without one. */
  static Span.Event lastException(Span span) {
    for (int i = span.getEventsCount() - 1; i >= 0; i--) {
      if (span.getEvents(i).getName().equals(EXCEPTION)) {
        return span.getEvents(i);
      }
    }
    return null;
  }

  private void read(Span span, int index, OtlpRun run, String source) {
    Span.Event event = span.getEvents(index);
    attributes.of(event.getAttributesList(), OtlpOrigin.NONE);
    boolean exception = event.getName().equals(EXCEPTION);
    entry.reset();
    run.copyTo(entry);
    long nanos =
        event.getTimeUnixNano() == 0 ? span.getStartTimeUnixNano() : event.getTimeUnixNano();
    entry.timestamp = micros(nanos);
    entry.source = utf8(source);
    entry.traceId = hex(span.getTraceId());
    entry.spanId = hex(span.getSpanId());
    if (entry.traceId.length > 0 && entry.spanId.length > 0) {
      // Two events may be equal to the microsecond and are still two entries.
      entry.logId = utf8(text(entry.traceId) + "-" + text(entry.spanId) + "-" + index);
    }
    entry.level = exception ? LogLevel.ERROR : LogLevel.INFO;
    if (exception) {
      entry.errorCode = attributes.takeName("exception.type");
      entry.stackTrace = attributes.take("exception.stacktrace");
      entry.message = attributes.take("exception.message");
    }
    if (entry.message.length == 0) {
      entry.message = utf8(event.getName());
    }
    entry.metadata = attributes.rest();
    if (entry.message.length == 0) {
      entry.message = entry.metadata;
    }
  }
}
