package dev.scriptanalytics.decode;

import static dev.scriptanalytics.decode.OtlpAttributes.utf8;
import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;

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
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunRow;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads batches of OTLP spans: one with a {@code faas.invocation_id} is a run, its events are log
 * entries; any other is skipped.
 *
 * <p>A span whose status is an error is a failed run, without an end one in progress; any other has
 * succeeded. The error is the last event that is an exception, and the status's message. The
 * function is the one that {@code code.function.name} says, else the span's name; the source what
 * called: route, path, queue or schedule. Other attributes are kept in {@code extra}. Reusable, not
 * thread-safe.
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
  private final LogEntry run = new LogEntry();
  private final LogEntry entry = new LogEntry();
  private final RowBinaryBuffer row = new RowBinaryBuffer();
  private final List<String> cut = new ArrayList<>();
  private final List<String> redacted = new ArrayList<>();

  /**
   * With the key that runs are hashed with.
   *
   * @param hashKey 32 hexadecimal digits
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
    // Spans and events by turns, as they come: each has a number of its own.
    int number = 0;
    for (OtlpBatch.Item<Span> item : batch.read(record.value())) {
      int first = number;
      number++;
      try {
        if (item.problem() != null) {
          throw item.problem();
        }
        number += item.message().getEventsCount();
        attributes.of(item.message().getAttributesList(), item.scope(), item.resource());
        run.reset();
        OtlpRun.read(attributes, run);
        if (run.runId.length == 0) {
          out.skipped();
        } else {
          Origin origin = new Origin(record.topic(), record.partition(), record.offset(), first);
          out.event(run(item.message(), arrival, origin));
          entries(item, first, arrival, out);
        }
      } catch (UnusableRecordException e) {
        out.unusable(first, e, item.readable());
      }
    }
  }

  private ScriptEvent run(Span span, long arrival, Origin origin) throws UnusableRecordException {
    if (span.getStartTimeUnixNano() == 0) {
      throw new UnusableRecordException(MISSING_FIELD, "startTimeUnixNano is missing");
    }
    if (run.script.length == 0) {
      throw new UnusableRecordException(
          MISSING_FIELD, "faas.name is missing, and so is service.name: there is no script");
    }
    long startedAt = OtlpLogDecoder.micros(span.getStartTimeUnixNano());
    int retentionDays = limits.retentionDays(new String(run.account, StandardCharsets.UTF_8));
    limits.checkTime("startTimeUnixNano", startedAt, arrival, retentionDays);
    boolean ended = span.getEndTimeUnixNano() != 0;
    long endedAt = OtlpLogDecoder.micros(span.getEndTimeUnixNano());
    if (ended) {
      limits.checkTime("endTimeUnixNano", endedAt, arrival, retentionDays);
      if (Long.compareUnsigned(span.getEndTimeUnixNano(), span.getStartTimeUnixNano()) < 0) {
        throw new UnusableRecordException(BAD_VALUE, "endTimeUnixNano is before startTimeUnixNano");
      }
    }
    RunStatus status = status(span, ended);
    if (run.account.length == 0) {
      run.account = EventLimits.DEFAULT_ACCOUNT.getBytes(StandardCharsets.UTF_8);
    }
    if (run.function.length == 0) {
      run.function = utf8(span.getName());
    }
    run.source =
        attributes.take("http.route", "url.path", "messaging.destination.name", "faas.cron");
    run.traceId = OtlpLogDecoder.hex(span.getTraceId());
    run.spanId = OtlpLogDecoder.hex(span.getSpanId());
    run.errorCode = attributes.take("error.type");
    run.message = utf8(span.getStatus().getMessage());
    Boolean coldStart = attributes.flag("faas.coldstart");
    takeException(span);

    cut.clear();
    redacted.clear();
    row.reset();
    row.uint8(ended ? RunRow.END_ONLY : RunRow.START_ONLY);
    row.uint8(status.code());
    row.uint32(run.deploymentVersion);
    row.int64(Math.floorDiv(startedAt, MICROS_PER_MILLI));
    row.uint16(retentionDays);
    int identity = row.size();
    key("account", run.account);
    key("faas.invocation_id", run.runId);
    hash.hash(row.buffer(), identity, row.size());
    key("faas.name", run.script);
    row.nullableFloat64(
        status == RunStatus.SUCCESS
            ? (span.getEndTimeUnixNano() - span.getStartTimeUnixNano()) / NANOS_PER_MILLI
            : Double.NaN);
    row.nullableInt64(Math.floorDiv(endedAt, MICROS_PER_MILLI), ended);
    text("deployment_id", run.deploymentId, limits.maxNameBytes());
    text("function", run.function, limits.maxNameBytes());
    text("source_type", run.sourceType, limits.maxNameBytes());
    text("source", run.source, limits.maxNameBytes());
    text("trace_id", run.traceId, limits.maxNameBytes());
    boolean failed = status == RunStatus.FAILED;
    maskedText("error_code", failed ? run.errorCode : LogEntry.NONE, limits.maxNameBytes());
    maskedText("error_message", failed ? run.message : LogEntry.NONE, limits.maxMessageBytes());
    maskedText("error_stack", failed ? run.stackTrace : LogEntry.NONE, limits.maxStackTraceBytes());
    row.emptyString(); // input
    row.emptyString(); // output
    row.nullableInt64(0, false); // memory_bytes
    row.nullableFloat64(Double.NaN); // cpu_ms
    row.nullableFloat64(Double.NaN); // gpu_percent
    row.nullableUInt8(Boolean.TRUE.equals(coldStart) ? 1 : 0, coldStart != null);
    byte[] extra = maskedOrNone(LoneSurrogates.replaced(extra(span)));
    columns(cut);
    columns(redacted);
    row.string(extra);
    return ScriptEvent.ofRun(hash.high(), hash.low(), arrival, origin, row.copy(), null, null);
  }

  private static RunStatus status(Span span, boolean ended) {
    if (!ended) {
      return RunStatus.IN_PROGRESS;
    }
    return span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR
        ? RunStatus.FAILED
        : RunStatus.SUCCESS;
  }

  /** What the span's last exception tells, where its attributes and its status do not. */
  private void takeException(Span span) {
    for (int i = span.getEventsCount() - 1; i >= 0; i--) {
      Span.Event event = span.getEvents(i);
      if (event.getName().equals(EXCEPTION)) {
        OtlpAttributes exception = attributesOf(event);
        byte[] type = exception.take("exception.type");
        byte[] message = exception.take("exception.message");
        run.errorCode = type.length > 0 ? type : run.errorCode;
        run.message = run.message.length > 0 ? run.message : message;
        run.stackTrace = exception.take("exception.stacktrace");
        return;
      }
    }
  }

  private static OtlpAttributes attributesOf(Span.Event event) {
    OtlpAttributes attributes = new OtlpAttributes(0);
    attributes.of(
        event.getAttributesList(),
        InstrumentationScope.getDefaultInstance(),
        Resource.getDefaultInstance());
    return attributes;
  }

  private void key(String name, byte[] utf8) throws UnusableRecordException {
    if (utf8.length > limits.maxNameBytes()) {
      throw new UnusableRecordException(
          BAD_VALUE, name + " is longer than event.max-name-bytes, " + limits.maxNameBytes());
    }
    row.string(utf8);
  }

  private void text(String column, byte[] utf8, int maxBytes) {
    int end = Utf8.cut(utf8, 0, utf8.length, maxBytes);
    row.string(utf8, 0, end);
    if (end < utf8.length) {
      cut.add(column);
    }
  }

  private void maskedText(String column, byte[] utf8, int maxBytes) {
    row.string(MaskedText.of(redactor, column, utf8, maxBytes, cut, redacted));
  }

  private byte[] maskedOrNone(byte[] extra) {
    boolean fits = extra.length <= limits.maxInputBytes();
    byte[] masked = fits ? redactor.object(extra) : extra;
    if (masked.length > limits.maxInputBytes()) {
      cut.add("extra");
      return LogEntry.NONE;
    }
    if (masked != extra) {
      redacted.add("extra");
    }
    return masked;
  }

  private void columns(List<String> names) {
    row.varint(names.size());
    for (String name : names) {
      row.string(utf8(name));
    }
  }

  private byte[] extra(Span span) {
    return OtlpAttributes.json(
        to -> {
          OtlpAttributes.writeText("span_name", span.getName(), to);
          OtlpAttributes.writeText("span_id", text(OtlpLogDecoder.hex(span.getSpanId())), to);
          OtlpAttributes.writeText(
              "parent_span_id", text(OtlpLogDecoder.hex(span.getParentSpanId())), to);
          OtlpAttributes.writeText("kind", kind(span), to);
          OtlpAttributes.writeText("trace_state", span.getTraceState(), to);
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

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private void entries(OtlpBatch.Item<Span> item, int first, long arrival, DecodedEvents out) {
    Span span = item.message();
    for (int i = 0; i < span.getEventsCount(); i++) {
      try {
        read(span, i, item.scope().getName());
        out.event(events.event(entry, arrival, "timeUnixNano of an event"));
      } catch (UnusableRecordException e) {
        out.unusable(first + 1 + i, e, OtlpBatch.Item.readable(span.getEvents(i)));
      }
    }
  }

  private void read(Span span, int index, String scope) {
    Span.Event event = span.getEvents(index);
    OtlpAttributes ofEvent = attributesOf(event);
    boolean exception = event.getName().equals(EXCEPTION);
    entry.reset();
    long nanos =
        event.getTimeUnixNano() == 0 ? span.getStartTimeUnixNano() : event.getTimeUnixNano();
    entry.timestamp = OtlpLogDecoder.micros(nanos);
    entry.account = run.account;
    entry.runId = run.runId;
    entry.script = run.script;
    entry.deploymentVersion = run.deploymentVersion;
    entry.deploymentId = run.deploymentId;
    entry.function = run.function;
    entry.sourceType = run.sourceType;
    entry.source = utf8(scope);
    entry.traceId = run.traceId;
    entry.spanId = run.spanId;
    if (entry.traceId.length > 0 && entry.spanId.length > 0) {
      // Two events may be alike to the microsecond, and are two all the same.
      entry.logId = utf8(text(entry.traceId) + "-" + text(entry.spanId) + "-" + index);
    }
    entry.level = exception ? LogLevel.ERROR : LogLevel.INFO;
    entry.message = LogEntry.NONE;
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
