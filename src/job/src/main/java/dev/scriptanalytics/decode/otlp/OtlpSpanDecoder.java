package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.otlp.OtlpValues.hex;
import static dev.scriptanalytics.decode.otlp.OtlpValues.micros;
import static dev.scriptanalytics.decode.otlp.OtlpValues.text;
import static dev.scriptanalytics.decode.otlp.OtlpValues.utf8;
import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;

import dev.scriptanalytics.decode.DecodedEvents;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.decode.LogEventFactory;
import dev.scriptanalytics.decode.MaskedText;
import dev.scriptanalytics.decode.Phases;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.decode.otlp.SpanRoles.Invocation;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reads batches of OTLP spans. {@link SpanRoles} says which spans are runs and which are their
 * children. The events of both are log entries of the run. The direct children that have ended are
 * the run's phases: their milliseconds, added up by span name. Every other child, and every span of
 * no invocation, counts as skipped.
 *
 * <p>A run's span with an error status is a failed run, one without an end is a run in progress,
 * and any other has succeeded. The error comes from the last event that is an exception, and from
 * the status's message. The function is {@code code.function.name}, or else the span's name. The
 * source is the caller: a route, path, queue or schedule. Other attributes are kept in {@code
 * extra}. Reusable, not thread-safe.
 */
final class OtlpSpanDecoder implements RecordDecoder {
  /**
   * A span of a record.
   *
   * @param number its position among the record's spans and their events
   * @param named whether it names an invocation itself, or may do so
   * @param problem why it cannot be a run or a part of one; null without a problem
   * @param member null if the span cannot be read
   */
  private record Part(
      OtlpBatch.Item<Span> item,
      int number,
      boolean named,
      UnusableRecordException problem,
      SpanRoles.Member member) {
    /** A span of no invocation is of no interest, whatever is wrong with it. */
    boolean isUnusable() {
      return problem != null && (named || member.role() != SpanRoles.Role.NEITHER);
    }
  }

  private static final byte[] OK = utf8("OK");
  private static final byte[] ERROR = utf8("ERROR");
  private static final byte[] UNSET = utf8("UNSET");
  private static final String EXCEPTION = "exception";
  private static final int MICROS_PER_MILLI = 1000;
  private static final double NANOS_PER_MILLI = 1e6;

  private final EventLimits limits;
  private final long maxClockSkewMillis;
  private final Redactor redactor;
  private final SipHash hash;
  private final LogEventFactory events;
  private final OtlpBatch<Span> batch =
      new OtlpBatch<>(Span.getDefaultInstance(), "resourceSpans", "scopeSpans", "spans");
  private final OtlpAttributes attributes;
  private final Phases phases = new Phases();
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
  OtlpSpanDecoder(EventLimits limits, EventRules rules, String hashKey, Redactor redactor) {
    this.maxClockSkewMillis = rules.maxClockSkewMillis();
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
    SpanRoles roles = new SpanRoles();
    List<Part> parts = read(batch.read(record.value()), arrival, roles);
    roles.decide();
    for (Part part : parts) {
      try {
        if (part.isUnusable()) {
          throw part.problem;
        }
        switch (part.member.role()) {
          case RUN -> run(part, record, arrival, out);
          case CHILD -> child(part, arrival, out);
          case NEITHER -> out.skipped();
        }
      } catch (UnusableRecordException e) {
        out.unusable(part.number, e, part.item.readable());
      }
    }
  }

  /**
   * Reads what decides about the roles of spans: their invocations, and what is wrong with them.
   */
  private List<Part> read(List<OtlpBatch.Item<Span>> items, long arrival, SpanRoles roles) {
    List<Part> parts = new ArrayList<>(items.size());
    // Spans and their events are numbered in one sequence, in the order of the batch.
    int number = 0;
    Invocation last = null;
    for (OtlpBatch.Item<Span> item : items) {
      if (item.problem() != null) {
        parts.add(new Part(item, number, true, item.problem(), null));
        number++;
        continue;
      }
      Span span = item.message();
      attributes.of(span.getAttributesList(), item.scope(), item.resource());
      byte[] account = OtlpRun.account(attributes);
      byte[] id = OtlpRun.id(attributes);
      boolean named = id.length > 0;
      Invocation invocation = null;
      UnusableRecordException problem = null;
      try {
        if (named) {
          checkKey("account", account);
          checkKey("faas.invocation_id", id);
          invocation = new Invocation(text(account), text(id));
          // Spans in sequence that share an id of their resource share its object.
          invocation = invocation.equals(last) ? last : invocation;
          last = invocation;
        }
        checkTimes(span, limits.retentionDays(text(account)), arrival);
      } catch (UnusableRecordException e) {
        problem = e;
      }
      parts.add(
          new Part(item, number, named, problem, roles.add(span, invocation, problem == null)));
      number += 1 + span.getEventsCount();
    }
    return parts;
  }

  private void run(Part part, KafkaRecord record, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    Span span = part.member.span;
    attributes.of(span.getAttributesList(), part.item.scope(), part.item.resource());
    OtlpRun run = new OtlpRun(attributes, utf8(span.getName()));
    Origin origin = new Origin(record.topic(), record.partition(), record.offset(), part.number);
    out.event(event(part.member, run, arrival, origin));
    entries(part, run, arrival, out);
  }

  private void child(Part part, long arrival, DecodedEvents out) {
    Span span = part.member.span;
    if (span.getEventsCount() > 0) {
      attributes.of(span.getAttributesList(), part.item.scope(), part.item.resource());
      Invocation invocation = part.member.invocation();
      byte[] account = utf8(invocation.account());
      byte[] id = utf8(invocation.id());
      entries(part, new OtlpRun(attributes, account, id, utf8(span.getName())), arrival, out);
    }
    if (!part.member.isPhase()) {
      out.skipped();
    }
  }

  private void checkTimes(Span span, int retentionDays, long arrival)
      throws UnusableRecordException {
    if (span.getStartTimeUnixNano() == 0) {
      throw new UnusableRecordException(MISSING_FIELD, "startTimeUnixNano is missing");
    }
    long startedAt = micros(span.getStartTimeUnixNano());
    limits.checkTime("startTimeUnixNano", startedAt, arrival, retentionDays);
    if (hasEnded(span)) {
      long endedAt = micros(span.getEndTimeUnixNano());
      limits.checkTime("endTimeUnixNano", endedAt, arrival, retentionDays);
      if (startedAt - endedAt > maxClockSkewMillis * MICROS_PER_MILLI) {
        throw new UnusableRecordException(
            BAD_VALUE,
            "endTimeUnixNano is more than event.max-clock-skew before startTimeUnixNano, by "
                + (startedAt - endedAt) / MICROS_PER_MILLI
                + " ms");
      }
    }
  }

  private static boolean hasEnded(Span span) {
    return span.getEndTimeUnixNano() != 0;
  }

  /** In milliseconds; 0 if the end is before the start. */
  private static double duration(Span span) {
    return Math.max(0, span.getEndTimeUnixNano() - span.getStartTimeUnixNano()) / NANOS_PER_MILLI;
  }

  private ScriptEvent event(SpanRoles.Member member, OtlpRun run, long arrival, Origin origin)
      throws UnusableRecordException {
    if (run.script.length == 0) {
      throw new UnusableRecordException(
          MISSING_FIELD, "faas.name is missing, and so is service.name: there is no script");
    }
    Span span = member.span;
    boolean ended = hasEnded(span);
    RunStatus status = status(span, ended);
    long startedAt = micros(span.getStartTimeUnixNano());

    cut.clear();
    redacted.clear();
    row.begin(
        ended ? RunRow.END_ONLY : RunRow.START_ONLY,
        status,
        run.deploymentVersion,
        Math.floorDiv(startedAt, MICROS_PER_MILLI),
        limits.retentionDays(text(run.account)));
    row.text(Column.ACCOUNT, run.account);
    row.text(Column.RUN_ID, run.id);
    row.hashIdentity(hash);
    checkKey("faas.name", run.script);
    row.text(Column.SCRIPT, run.script);
    if (ended) {
      row.text(Column.ORIGINAL_STATUS, originalStatus(span));
    }
    if (status == RunStatus.SUCCESS) {
      row.float64(Column.RESPONSE_TIME, duration(span));
    }
    if (ended) {
      long endedAt = Math.max(startedAt, micros(span.getEndTimeUnixNano()));
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
    row.numbers(Column.PHASES, phases(member));
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

  private static byte[] originalStatus(Span span) {
    return switch (span.getStatus().getCode()) {
      case STATUS_CODE_OK -> OK;
      case STATUS_CODE_ERROR -> ERROR;
      default -> UNSET;
    };
  }

  private Map<String, Double> phases(SpanRoles.Member run) {
    phases.reset();
    for (Span child : run.phases()) {
      byte[] name = utf8(child.getName());
      int end = Utf8.cut(name, 0, name.length, limits.maxNameBytes());
      String kept = end < name.length ? text(Arrays.copyOf(name, end)) : child.getName();
      phases.add(kept, duration(child));
    }
    return phases.millis();
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

  /** Checks a part of a key, which is never cut. */
  private void checkKey(String name, byte[] utf8) throws UnusableRecordException {
    if (utf8.length > limits.maxNameBytes()) {
      throw new UnusableRecordException(
          BAD_VALUE, name + " is longer than event.max-name-bytes, " + limits.maxNameBytes());
    }
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

  private void entries(Part part, OtlpRun run, long arrival, DecodedEvents out) {
    Span span = part.member.span;
    for (int i = 0; i < span.getEventsCount(); i++) {
      try {
        readEntry(span, i, run, part.item.scope().getName());
        out.event(events.event(entry, arrival, "timeUnixNano of an event"));
      } catch (UnusableRecordException e) {
        out.unusable(part.number + 1 + i, e, OtlpBatch.Item.readable(span.getEvents(i)));
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
