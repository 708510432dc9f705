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
import dev.scriptanalytics.decode.Sender;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.decode.otlp.SpanRoles.Invocation;
import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.json.NeedlessEscapes;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.row.RunErrorGroups;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import dev.scriptanalytics.row.RunRowWriter;
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
   * @param doubt why it may be of an invocation if no other span shows that it is; null if it is
   *     not
   * @param member null if nothing of the span can be read
   */
  private record Part(
      OtlpBatch.Item<Span> item,
      int number,
      boolean named,
      UnusableRecordException problem,
      UnusableRecordException doubt,
      SpanRoles.Member member) {
    /** Throws what is wrong. A span of no invocation is of no interest, whatever it is. */
    void check() throws UnusableRecordException {
      boolean isOfNone = member != null && member.role() == SpanRoles.Role.NEITHER;
      if (problem != null && (named || !isOfNone)) {
        throw problem;
      }
      if (isOfNone && doubt != null) {
        throw new UnusableRecordException(
            doubt.reason(),
            "It is unknown whether the span is of an invocation, for attributes cannot be read: "
                + doubt.getMessage());
      }
    }
  }

  /** Of a span whose invocation cannot be read. An account that cannot be read is empty. */
  private static final Invocation UNKNOWN = new Invocation("", "");

  private static final byte[] OK = utf8("OK");
  private static final byte[] ERROR = utf8("ERROR");
  private static final byte[] UNSET = utf8("UNSET");
  private static final int MICROS_PER_MILLI = 1000;
  private static final double NANOS_PER_MILLI = 1e6;

  private final EventLimits limits;
  private final EventRules rules;
  private final Redactor redactor;
  private final SipHash hash;
  private final OtlpSpanEvents events;
  private final OtlpBatch<Span> batch =
      new OtlpBatch<>(Span.getDefaultInstance(), "resourceSpans", "scopeSpans", "spans");
  private final OtlpAttributes attributes;
  private final Phases phases = new Phases();
  private final RunRowWriter row = new RunRowWriter();
  private final RunErrorGroups errorGroups = new RunErrorGroups();
  private Invocation lastInvocation;
  // Of this span: the names of the columns that were cut or masked.
  private final List<String> cut = new ArrayList<>();
  private final List<String> redacted = new ArrayList<>();

  /**
   * A decoder of spans.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  OtlpSpanDecoder(EventLimits limits, EventRules rules, String hashKey, Redactor redactor) {
    this.rules = rules;
    this.redactor = redactor;
    this.limits = limits;
    this.attributes = new OtlpAttributes(limits.maxInputBytes() / 2);
    this.hash = new SipHash(hashKey);
    this.events = new OtlpSpanEvents(new LogEventFactory(limits, hashKey, redactor));
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
    SpanRoles roles = new SpanRoles();
    List<Part> parts = read(batch.read(record.value()), arrival, roles);
    roles.decide();
    for (Part part : parts) {
      try {
        part.check();
        switch (part.member.role()) {
          case RUN -> run(part, record, arrival, out);
          case CHILD -> child(part, arrival, out);
          case NEITHER -> out.skipped();
        }
      } catch (UnusableRecordException e) {
        out.unusable(part.number, e.from(sender(part)), part.item.asItCame());
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
    for (OtlpBatch.Item<Span> item : items) {
      parts.add(part(item, number, arrival, roles));
      number += 1 + (item.message() == null ? 0 : item.message().getEventsCount());
    }
    return parts;
  }

  private Part part(OtlpBatch.Item<Span> item, int number, long arrival, SpanRoles roles) {
    Span span = item.message();
    if (span == null) {
      return new Part(item, number, true, item.problem(), null, null);
    }
    attributes.of(span.getAttributesList(), item.origin());
    byte[] id = OtlpRun.id(attributes);
    boolean named = id.length > 0;
    Invocation invocation = null;
    UnusableRecordException problem = item.problem();
    UnusableRecordException doubt = null;
    String account = EventLimits.DEFAULT_ACCOUNT;
    try {
      String unreadable = OtlpRun.unreadableId(attributes);
      if (unreadable != null) {
        named = true;
        invocation = UNKNOWN;
        throw new UnusableRecordException(
            BAD_VALUE, "The run is unknown: the attribute " + unreadable + " cannot be read");
      }
      if (named) {
        checkKey("faas.invocation_id", id);
        invocation = new Invocation("", text(id));
        account = text(OtlpRun.account(attributes));
        invocation = null;
        checkKey("account", utf8(account));
        invocation = shared(new Invocation(account, text(id)));
      } else {
        doubt = OtlpOrigin.problem(item.origin().problem(), span.getAttributesList());
      }
      checkTimes(span, limits.retentionDays(account), arrival);
    } catch (UnusableRecordException e) {
      problem = problem == null ? e : problem;
    }
    SpanRoles.Member member = roles.add(span, invocation, problem == null);
    return new Part(item, number, named || item.problem() != null, problem, doubt, member);
  }

  /** Who sent a span: the account is that of its run, as far as that is known. */
  private Sender sender(Part part) {
    Span span = part.item.message();
    attributes.of(span == null ? List.of() : span.getAttributesList(), part.item.origin());
    Invocation invocation = part.member == null ? null : part.member.invocation();
    if (invocation != null && !invocation.account().isEmpty()) {
      return new Sender(invocation.account(), attributes.resource());
    }
    boolean isOfAnUnknownRun = invocation != null && !part.named;
    return OtlpRun.sender(attributes, part.item.isReadable() && !isOfAnUnknownRun);
  }

  /** Spans in sequence that share an id of their resource share its object. */
  private Invocation shared(Invocation invocation) {
    lastInvocation = invocation.equals(lastInvocation) ? lastInvocation : invocation;
    return lastInvocation;
  }

  private void run(Part part, KafkaRecord record, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    Span span = part.member.span;
    attributes.of(span.getAttributesList(), part.item.origin());
    OtlpRun run = new OtlpRun(attributes, utf8(span.getName()));
    Origin origin = new Origin(record.topic(), record.partition(), record.offset(), part.number);
    out.event(event(part.member, run, arrival, origin));
    entries(part, run, arrival, out);
  }

  private void child(Part part, long arrival, DecodedEvents out) throws UnusableRecordException {
    Span span = part.member.span;
    Invocation invocation = part.member.invocation();
    if (invocation.account().isEmpty()) {
      throw new UnusableRecordException(
          BAD_VALUE, "The run is unknown: a span above this one names it, and cannot be read");
    }
    if (span.getEventsCount() > 0) {
      attributes.of(span.getAttributesList(), part.item.origin());
      byte[] account = utf8(invocation.account());
      byte[] id = utf8(invocation.id());
      entries(part, new OtlpRun(attributes, account, id, utf8(span.getName())), arrival, out);
    }
    if (!part.member.isPhase()) {
      out.skipped();
    }
  }

  private void entries(Part part, OtlpRun run, long arrival, DecodedEvents out) {
    events.decode(
        part.item,
        part.number + 1,
        run,
        part.item.origin().scope().getName(),
        () -> sender(part),
        arrival,
        out);
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
      if (rules.isBeyondClockSkew(startedAt, endedAt)) {
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
        attributes.takeName("http.route", "url.path", "messaging.destination.name", "faas.cron"));
    name(Column.TRACE_ID, hex(span.getTraceId()));
    byte[] errorType = attributes.takeName("error.type");
    if (status == RunStatus.FAILED) {
      error(span, errorType);
    }
    Boolean coldStart = attributes.flag("faas.coldstart");
    if (coldStart != null) {
      row.bool(Column.COLD_START, coldStart);
    }
    row.numbers(Column.PHASES, phases(member));
    byte[] extra = maskedOrNone(NeedlessEscapes.decoded(extra(span)));
    row.texts(Column.TRUNCATED, cut);
    row.texts(Column.REDACTED, redacted);
    row.text(Column.EXTRA, extra);
    byte[] finished = errorGroups.set(row.finish());
    return ScriptEvent.ofRun(
        ScriptEvent.Kind.RUN, hash.high(), hash.low(), arrival, origin, finished, null, null);
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
    Span.Event event = OtlpSpanEvents.lastException(span);
    if (event != null) {
      OtlpAttributes exception = new OtlpAttributes(0);
      exception.of(event.getAttributesList(), OtlpOrigin.NONE);
      byte[] type = exception.takeName("exception.type");
      code = type.length > 0 ? type : code;
      message = message.length > 0 ? message : exception.take("exception.message");
      stack = exception.take("exception.stacktrace");
    }
    maskedText(Column.ERROR_CODE, code, limits.maxNameBytes());
    maskedText(Column.ERROR_MESSAGE, message, limits.maxMessageBytes());
    maskedText(Column.ERROR_STACK, stack, limits.maxStackTraceBytes());
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
}
