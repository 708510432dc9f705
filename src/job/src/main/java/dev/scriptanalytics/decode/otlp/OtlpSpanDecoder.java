package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.otlp.OtlpValues.hex;
import static dev.scriptanalytics.decode.otlp.OtlpValues.micros;
import static dev.scriptanalytics.decode.otlp.OtlpValues.text;
import static dev.scriptanalytics.decode.otlp.OtlpValues.utf8;
import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;

import dev.scriptanalytics.decode.DecodedEvents;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.LogEventFactory;
import dev.scriptanalytics.decode.MaskedText;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.json.LoneSurrogates;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import dev.scriptanalytics.row.RunRowWriter;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads batches of OTLP spans: a span with a {@code faas.invocation_id} is a run and its events are
 * log entries; any other span is skipped.
 *
 * <p>A span with an error status is a failed run, a span without an end is a run in progress, and
 * any other has succeeded. The error comes from the last event that is an exception, and from the
 * status's message. The function is {@code code.function.name}, or else the span's name. The source
 * is the caller: a route, path, queue or schedule. Other attributes are kept in {@code extra}.
 * Reusable, not thread-safe.
 */
final class OtlpSpanDecoder implements RecordDecoder {
  private static final String EXCEPTION = "exception";
  private static final int MICROS_PER_MILLI = 1000;
  private static final double NANOS_PER_MILLI = 1e6;

  private final EventLimits limits;
  private final Redactor redactor;
  private final SipHash hash;
  private final LogEventFactory events;
  private final OtlpBatch<Span> batch =
      new OtlpBatch<>(Span.getDefaultInstance(), "resourceSpans", "scopeSpans", "spans");
  private final OtlpAttributes attributes;
  private final LogEntry entry = new LogEntry();
  private final RunRowWriter row = new RunRowWriter();
  // Of this span: the names of the columns that were cut or masked.
  private final List<String> cut = new ArrayList<>();
  private final List<String> redacted = new ArrayList<>();

  /**
   * A decoder of spans.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  OtlpSpanDecoder(EventLimits limits, String hashKey, Redactor redactor) {
    this.redactor = redactor;
    this.limits = limits;
    this.attributes = new OtlpAttributes(limits.maxInputBytes() / 2);
    this.hash = new SipHash(hashKey);
    this.events = new LogEventFactory(limits, hashKey, redactor);
  }

  @Override
  public void decode(KafkaRecord record, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    limits.checkRecord(record.value(), arrival);
    // Spans and their events are numbered in one sequence, in the order of the batch.
    int number = 0;
    for (OtlpBatch.Item<Span> item : batch.read(record.value())) {
      int first = number;
      number++;
      try {
        if (item.problem() != null) {
          throw item.problem();
        }
        Span span = item.message();
        number += span.getEventsCount();
        attributes.of(span.getAttributesList(), item.scope(), item.resource());
        OtlpRun run = new OtlpRun(attributes, utf8(span.getName()));
        if (run.id.length == 0) {
          out.skipped();
        } else {
          Origin origin = new Origin(record.topic(), record.partition(), record.offset(), first);
          out.event(event(span, run, arrival, origin));
          entries(item, run, first, arrival, out);
        }
      } catch (UnusableRecordException e) {
        out.unusable(first, e, item.readable());
      }
    }
  }

  private ScriptEvent event(Span span, OtlpRun run, long arrival, Origin origin)
      throws UnusableRecordException {
    if (span.getStartTimeUnixNano() == 0) {
      throw new UnusableRecordException(MISSING_FIELD, "startTimeUnixNano is missing");
    }
    if (run.script.length == 0) {
      throw new UnusableRecordException(
          MISSING_FIELD, "faas.name is missing, and so is service.name: there is no script");
    }
    long startedAt = micros(span.getStartTimeUnixNano());
    int retentionDays = limits.retentionDays(text(run.account));
    limits.checkTime("startTimeUnixNano", startedAt, arrival, retentionDays);
    boolean ended = span.getEndTimeUnixNano() != 0;
    long endedAt = micros(span.getEndTimeUnixNano());
    if (ended) {
      limits.checkTime("endTimeUnixNano", endedAt, arrival, retentionDays);
      if (Long.compareUnsigned(span.getEndTimeUnixNano(), span.getStartTimeUnixNano()) < 0) {
        throw new UnusableRecordException(BAD_VALUE, "endTimeUnixNano is before startTimeUnixNano");
      }
    }
    RunStatus status = status(span, ended);

    cut.clear();
    redacted.clear();
    row.begin(
        ended ? RunRow.END_ONLY : RunRow.START_ONLY,
        status,
        run.deploymentVersion,
        Math.floorDiv(startedAt, MICROS_PER_MILLI),
        retentionDays);
    key("account", Column.ACCOUNT, run.account);
    key("faas.invocation_id", Column.RUN_ID, run.id);
    row.hashIdentity(hash);
    key("faas.name", Column.SCRIPT, run.script);
    if (status == RunStatus.SUCCESS) {
      long nanos = span.getEndTimeUnixNano() - span.getStartTimeUnixNano();
      row.float64(Column.RESPONSE_TIME, nanos / NANOS_PER_MILLI);
    }
    if (ended) {
      row.int64(Column.ENDED_ON, Math.floorDiv(endedAt, MICROS_PER_MILLI));
    }
    name(Column.DEPLOYMENT_ID, run.deploymentId);
    name(Column.FUNCTION, run.function);
    name(Column.SOURCE_TYPE, run.sourceType);
    name(
        Column.SOURCE,
        attributes.take("http.route", "url.path", "messaging.destination.name", "faas.cron"));
    name(Column.TRACE_ID, hex(span.getTraceId()));
    byte[] errorType = attributes.take("error.type");
    if (status == RunStatus.FAILED) {
      error(span, errorType);
    }
    Boolean coldStart = attributes.flag("faas.coldstart");
    if (coldStart != null) {
      row.bool(Column.COLD_START, coldStart);
    }
    byte[] extra = maskedOrNone(LoneSurrogates.replaced(extra(span)));
    row.texts(Column.TRUNCATED, cut);
    row.texts(Column.REDACTED, redacted);
    row.text(Column.EXTRA, extra);
    return ScriptEvent.ofRun(
        ScriptEvent.Kind.RUN, hash.high(), hash.low(), arrival, origin, row.finish(), null, null);
  }

  private static RunStatus status(Span span, boolean ended) {
    if (!ended) {
      return RunStatus.IN_PROGRESS;
    }
    return span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR
        ? RunStatus.FAILED
        : RunStatus.SUCCESS;
  }

  /** Writes the error: the last exception's type and stack, and the status's message. */
  private void error(Span span, byte[] errorType) {
    byte[] code = errorType;
    byte[] message = utf8(span.getStatus().getMessage());
    byte[] stack = LogEntry.NONE;
    Span.Event event = lastException(span);
    if (event != null) {
      OtlpAttributes exception = attributesOf(event);
      byte[] type = exception.take("exception.type");
      code = type.length > 0 ? type : code;
      message = message.length > 0 ? message : exception.take("exception.message");
      stack = exception.take("exception.stacktrace");
    }
    maskedText(Column.ERROR_CODE, code, limits.maxNameBytes());
    maskedText(Column.ERROR_MESSAGE, message, limits.maxMessageBytes());
    maskedText(Column.ERROR_STACK, stack, limits.maxStackTraceBytes());
  }

  /** The last event that is an exception; null without one. */
  private static Span.Event lastException(Span span) {
    for (int i = span.getEventsCount() - 1; i >= 0; i--) {
      if (span.getEvents(i).getName().equals(EXCEPTION)) {
        return span.getEvents(i);
      }
    }
    return null;
  }

  private static OtlpAttributes attributesOf(Span.Event event) {
    OtlpAttributes attributes = new OtlpAttributes(0);
    attributes.of(
        event.getAttributesList(),
        InstrumentationScope.getDefaultInstance(),
        Resource.getDefaultInstance());
    return attributes;
  }

  private void key(String name, Column column, byte[] utf8) throws UnusableRecordException {
    if (utf8.length > limits.maxNameBytes()) {
      throw new UnusableRecordException(
          BAD_VALUE, name + " is longer than event.max-name-bytes, " + limits.maxNameBytes());
    }
    row.text(column, utf8);
  }

  private void name(Column column, byte[] utf8) {
    int end = Utf8.cut(utf8, 0, utf8.length, limits.maxNameBytes());
    row.text(column, utf8, 0, end);
    if (end < utf8.length) {
      cut.add(column.sqlName());
    }
  }

  private void maskedText(Column column, byte[] utf8, int maxBytes) {
    row.text(column, MaskedText.of(redactor, column.sqlName(), utf8, maxBytes, cut, redacted));
  }

  private byte[] maskedOrNone(byte[] extra) {
    boolean fits = extra.length <= limits.maxInputBytes();
    byte[] masked = fits ? redactor.object(extra) : extra;
    if (masked.length > limits.maxInputBytes()) {
      cut.add(Column.EXTRA.sqlName());
      return LogEntry.NONE;
    }
    if (masked != extra) {
      redacted.add(Column.EXTRA.sqlName());
    }
    return masked;
  }

  private byte[] extra(Span span) {
    return OtlpValues.object(
        to -> {
          OtlpValues.writeText("span_name", span.getName(), to);
          OtlpValues.writeText("span_id", text(hex(span.getSpanId())), to);
          OtlpValues.writeText("parent_span_id", text(hex(span.getParentSpanId())), to);
          OtlpValues.writeText("kind", kind(span), to);
          OtlpValues.writeText("trace_state", span.getTraceState(), to);
          byte[] rest = attributes.rest();
          if (rest.length > 0) {
            to.writeFieldName("attributes");
            to.writeRawValue(text(rest));
          }
          attributes.writeOrigin(to);
        });
  }

  private static String kind(Span span) {
    return switch (span.getKind()) {
      case SPAN_KIND_INTERNAL -> "internal";
      case SPAN_KIND_SERVER -> "server";
      case SPAN_KIND_CLIENT -> "client";
      case SPAN_KIND_PRODUCER -> "producer";
      case SPAN_KIND_CONSUMER -> "consumer";
      default -> "";
    };
  }

  private void entries(
      OtlpBatch.Item<Span> item, OtlpRun run, int first, long arrival, DecodedEvents out) {
    Span span = item.message();
    for (int i = 0; i < span.getEventsCount(); i++) {
      try {
        readEntry(span, i, run, item.scope().getName());
        out.event(events.event(entry, arrival, "timeUnixNano of an event"));
      } catch (UnusableRecordException e) {
        out.unusable(first + 1 + i, e, OtlpBatch.Item.readable(span.getEvents(i)));
      }
    }
  }

  private void readEntry(Span span, int index, OtlpRun run, String scope) {
    Span.Event event = span.getEvents(index);
    OtlpAttributes ofEvent = attributesOf(event);
    boolean exception = event.getName().equals(EXCEPTION);
    entry.reset();
    run.copyTo(entry);
    long nanos =
        event.getTimeUnixNano() == 0 ? span.getStartTimeUnixNano() : event.getTimeUnixNano();
    entry.timestamp = micros(nanos);
    entry.source = utf8(scope);
    entry.traceId = hex(span.getTraceId());
    entry.spanId = hex(span.getSpanId());
    if (entry.traceId.length > 0 && entry.spanId.length > 0) {
      // Two events may be equal to the microsecond and are still two entries.
      entry.logId = utf8(text(entry.traceId) + "-" + text(entry.spanId) + "-" + index);
    }
    entry.level = exception ? LogLevel.ERROR : LogLevel.INFO;
    if (exception) {
      entry.errorCode = ofEvent.take("exception.type");
      entry.stackTrace = ofEvent.take("exception.stacktrace");
      entry.message = ofEvent.take("exception.message");
    }
    if (entry.message.length == 0) {
      entry.message = utf8(event.getName());
    }
    entry.metadata = ofEvent.rest();
  }
}
