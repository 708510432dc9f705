package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.json.LoneSurrogates;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunRow;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a run event in one pass and writes it as the row that ClickHouse will get.
 *
 * <p>Only what makes an event unusable rejects it. An optional field that cannot be understood is
 * kept in the row's {@code extra} instead, beside the fields that have no column. Reusable, not
 * thread-safe.
 */
public final class RunDecoder {
  private static final byte[] DEFAULT_ACCOUNT = utf8(EventLimits.DEFAULT_ACCOUNT);
  // Longer than any run; and far inside of what a 32-bit float can hold, which digests are made of.
  private static final double MAX_RESPONSE_TIME = 1e12;
  private static final long UNKNOWN = EventFields.NO_TIME;
  private static final int MICROS_PER_MILLI = 1000;

  private static final String[] FIELDS = {
    "account", "run_id", "script", "deployment_id", "deployment_version", "function", "status",
    "started_at", "ended_at", "response_time_ms", "source_type", "source", "input", "output",
    "error", "stdout", "stderr", "trace_id", "resources"
  };
  private static final int ACCOUNT = 0;
  private static final int RUN_ID = 1;
  private static final int SCRIPT = 2;
  private static final int DEPLOYMENT_ID = 3;
  private static final int DEPLOYMENT_VERSION = 4;
  private static final int FUNCTION = 5;
  private static final int STATUS = 6;
  private static final int STARTED_AT = 7;
  private static final int ENDED_AT = 8;
  private static final int RESPONSE_TIME = 9;
  private static final int SOURCE_TYPE = 10;
  private static final int SOURCE = 11;
  private static final int INPUT = 12;
  private static final int OUTPUT = 13;
  private static final int ERROR = 14;
  private static final int STDOUT = 15;
  private static final int STDERR = 16;
  private static final int TRACE_ID = 17;
  private static final int RESOURCES = 18;

  private static final String[] ERROR_FIELDS = {"code", "message", "stack_trace"};
  private static final int ERROR_CODE = 0;
  private static final int ERROR_MESSAGE = 1;
  private static final int ERROR_STACK = 2;

  private static final String[] RESOURCE_FIELDS = {
    "memory_bytes", "cpu_ms", "gpu_percent", "cold_start"
  };
  private static final int MEMORY_BYTES = 0;
  private static final int CPU_MS = 1;
  private static final int GPU_PERCENT = 2;
  private static final int COLD_START = 3;

  private static final Map<String, RunStatus> STATUS_WORDS = new HashMap<>();

  static {
    for (String word : new String[] {"in_progress", "in progress", "started", "running"}) {
      STATUS_WORDS.put(word, RunStatus.IN_PROGRESS);
    }
    for (String word : new String[] {"success", "succeeded", "completed", "ok"}) {
      STATUS_WORDS.put(word, RunStatus.SUCCESS);
    }
    for (String word : new String[] {"failed", "failure", "error", "timeout"}) {
      STATUS_WORDS.put(word, RunStatus.FAILED);
    }
  }

  private final EventLimits limits;
  private final Redactor redactor;
  private final SipHash hash;
  private final EventFields fields = new EventFields(FIELDS);
  private final EventFields errorFields = new EventFields(ERROR_FIELDS);
  private final EventFields resourceFields = new EventFields(RESOURCE_FIELDS);
  private final JsonObjectScanner event = fields.scanner();
  private final JsonObjectScanner error = errorFields.scanner();
  private final JsonObjectScanner resources = resourceFields.scanner();
  private final RowBinaryBuffer row = new RowBinaryBuffer();
  // Of this record: the names of the columns that were cut or masked, and what no column holds.
  private final List<String> cut = new ArrayList<>();
  private final List<String> redacted = new ArrayList<>();
  private final ExtraFields extra;

  /**
   * One that masks nothing.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  public RunDecoder(EventLimits limits, String hashKey) {
    this(limits, hashKey, Redactor.ofNothing());
  }

  /**
   * One that masks what the redactor finds.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  public RunDecoder(EventLimits limits, String hashKey, Redactor redactor) {
    this.limits = limits;
    this.redactor = redactor;
    this.hash = new SipHash(hashKey);
    this.extra = new ExtraFields(limits.maxInputBytes());
  }

  /**
   * Decodes a record.
   *
   * @param arrival when it arrived, in milliseconds since 1970
   * @throws UnusableRecordException with what is wrong, if it cannot be used
   */
  public ScriptEvent decode(KafkaRecord record, long arrival) throws UnusableRecordException {
    limits.checkRecord(record.value(), arrival);
    fields.scan(record.value());
    if (event.hasSurrogates()) {
      fields.scan(LoneSurrogates.replaced(record.value()));
    }

    RunStatus status = status();
    boolean ended = status != RunStatus.IN_PROGRESS;
    int retentionDays = retentionDays();
    long startedAt = time(STARTED_AT, arrival, retentionDays);
    long endedAt = time(ENDED_AT, arrival, retentionDays);
    double responseTime = responseTime(ended, startedAt, endedAt);
    if (startedAt == UNKNOWN) {
      startedAt = startBefore(endedAt, responseTime, arrival, retentionDays);
    }
    if (endedAt == UNKNOWN && ended && !Double.isNaN(responseTime)) {
      endedAt = startedAt + Math.round(responseTime * MICROS_PER_MILLI);
      limits.checkTime("started_at + response_time_ms", endedAt, arrival, retentionDays);
    }

    cut.clear();
    redacted.clear();
    extra.reset();
    row.reset();
    row.uint8(ended ? RunRow.END_ONLY : RunRow.START_ONLY);
    row.uint8(status.code());
    row.uint32(deploymentVersion());
    row.int64(Math.floorDiv(startedAt, MICROS_PER_MILLI));
    row.uint16(retentionDays);
    int identity = row.size();
    keyOr(ACCOUNT, DEFAULT_ACCOUNT);
    keyOr(RUN_ID, null);
    hash.hash(row.buffer(), identity, row.size());
    long hashHigh = hash.high();
    long hashLow = hash.low();
    keyOr(SCRIPT, null);
    // Only a successful run has a response time; when a failed one ended is told by ended_on.
    row.nullableFloat64(status == RunStatus.SUCCESS ? responseTime : Double.NaN);
    row.nullableInt64(Math.floorDiv(endedAt, MICROS_PER_MILLI), ended && endedAt != UNKNOWN);
    name(DEPLOYMENT_ID);
    name(FUNCTION);
    name(SOURCE_TYPE);
    name(SOURCE);
    name(TRACE_ID);
    error();
    document(INPUT, limits.maxInputBytes());
    document(OUTPUT, limits.maxOutputBytes());
    resources();
    byte[] stdout = captured(STDOUT, ended);
    byte[] stderr = captured(STDERR, ended);
    extra.addUnknown(event);
    truncatedAndRedacted();
    extra.writeTo(row);
    Origin origin = new Origin(record.topic(), record.partition(), record.offset(), 0);
    return ScriptEvent.ofRun(hashHigh, hashLow, arrival, origin, row.copy(), stdout, stderr);
  }

  private RunStatus status() throws UnusableRecordException {
    if (fields.isMissing(STATUS)) {
      throw fields.missing(STATUS);
    }
    fields.requireString(STATUS);
    String word = event.string(STATUS);
    RunStatus status = STATUS_WORDS.get(word);
    if (status == null) {
      status = STATUS_WORDS.get(word.toLowerCase(Locale.ROOT));
    }
    if (status == null) {
      throw new UnusableRecordException(BAD_VALUE, "status is no known word: ", word);
    }
    return status;
  }

  /** In microseconds since 1970, or {@link #UNKNOWN} where the field is absent. */
  private long time(int field, long arrival, int retentionDays) throws UnusableRecordException {
    long micros = fields.time(field);
    if (micros != UNKNOWN) {
      limits.checkTime(FIELDS[field], micros, arrival, retentionDays);
    }
    return micros;
  }

  /** In milliseconds; NaN where the event does not tell it. */
  private double responseTime(boolean ended, long startedAt, long endedAt)
      throws UnusableRecordException {
    double millis;
    switch (event.kind(RESPONSE_TIME)) {
      case ABSENT, NULL -> {
        if (startedAt == UNKNOWN || endedAt == UNKNOWN || !ended) {
          return Double.NaN;
        }
        if (endedAt < startedAt) {
          throw new UnusableRecordException(
              BAD_VALUE,
              "ended_at, " + instant(endedAt) + ", is before started_at, " + instant(startedAt));
        }
        millis = (endedAt - startedAt) / (double) MICROS_PER_MILLI;
      }
      case NUMBER -> millis = event.number(RESPONSE_TIME);
      default -> throw new UnusableRecordException(WRONG_TYPE, "response_time_ms is not a number");
    }
    // The negation also catches what is not finite.
    if (!(millis >= 0 && millis <= MAX_RESPONSE_TIME)) {
      throw new UnusableRecordException(
          BAD_VALUE,
          "response_time_ms must lie between 0 and " + (long) MAX_RESPONSE_TIME + ": " + millis);
    }
    // JSON has a -0, which would differ from 0 where two ends are compared.
    return millis + 0.0;
  }

  private long startBefore(long endedAt, double responseTime, long arrival, int retentionDays)
      throws UnusableRecordException {
    if (endedAt == UNKNOWN || Double.isNaN(responseTime)) {
      throw new UnusableRecordException(
          MISSING_FIELD, "started_at is missing, and so is ended_at with response_time_ms");
    }
    long startedAt = endedAt - Math.round(responseTime * MICROS_PER_MILLI);
    limits.checkTime("ended_at - response_time_ms", startedAt, arrival, retentionDays);
    return startedAt;
  }

  private int deploymentVersion() {
    if (fields.isMissing(DEPLOYMENT_VERSION)) {
      return 0;
    }
    int version = fields.wholeNumber(DEPLOYMENT_VERSION);
    if (version < 0) {
      extra.add(event, DEPLOYMENT_VERSION, FIELDS[DEPLOYMENT_VERSION]);
    }
    return Math.max(version, 0);
  }

  private int retentionDays() {
    if (limits.accountRetentionDays().isEmpty()) {
      return limits.retentionDays();
    }
    return limits.retentionDays(event.kind(ACCOUNT) == Kind.STRING ? event.string(ACCOUNT) : "");
  }

  /** Writes a field that is part of a key: never cut, and never of another type than a string. */
  private void keyOr(int field, byte[] otherwise) throws UnusableRecordException {
    if (fields.isMissing(field)) {
      if (otherwise == null) {
        throw fields.missing(field);
      }
      row.string(otherwise);
      return;
    }
    fields.requireString(field);
    boolean tooLong =
        row.jsonString(
            event.source(),
            event.start(field),
            event.end(field),
            event.escaped(field),
            limits.maxNameBytes());
    if (tooLong) {
      throw new UnusableRecordException(
          BAD_VALUE,
          FIELDS[field] + " is longer than event.max-name-bytes, " + limits.maxNameBytes());
    }
  }

  private void name(int field) {
    text(event, field, FIELDS[field], limits.maxNameBytes(), FIELDS[field]);
  }

  /** Writes an optional text. A number is taken as its text, since ids and codes often are some. */
  private void text(JsonObjectScanner from, int field, String name, int maxBytes, String column) {
    Kind kind = from.kind(field);
    if (kind != Kind.STRING && kind != Kind.NUMBER) {
      row.emptyString();
      extra.add(from, field, name);
      return;
    }
    boolean wasCut =
        row.jsonString(
            from.source(), from.start(field), from.end(field), from.escaped(field), maxBytes);
    if (wasCut) {
      cut.add(column);
    }
  }

  /** Writes an optional text, masked. */
  private void sensitiveText(
      JsonObjectScanner from, int field, String name, int maxBytes, String column) {
    Kind kind = from.kind(field);
    if (!redactor.isActive() || (kind != Kind.STRING && kind != Kind.NUMBER)) {
      text(from, field, name, maxBytes, column);
      return;
    }
    byte[] decoded =
        EventFields.decoded(from.source(), from.start(field), from.end(field), from.escaped(field));
    maskedText(decoded, maxBytes, column);
  }

  private void maskedText(byte[] whole, int maxBytes, String column) {
    row.string(MaskedText.of(redactor, column, whole, maxBytes, cut, redacted));
  }

  private void maskedDocument(byte[] whole, int maxBytes, String column) {
    byte[] seen = redactor.beginning(whole, maxBytes);
    byte[] masked = redactor.json(seen);
    if (masked != seen) {
      redacted.add(column);
    }
    int end = Utf8.cut(masked, 0, masked.length, maxBytes);
    row.string(masked, 0, end);
    if (seen != whole || end < masked.length) {
      cut.add(column);
    }
  }

  private void document(int field, int maxBytes) {
    Kind kind = event.kind(field);
    if (kind == Kind.ABSENT || kind == Kind.NULL) {
      row.emptyString();
      return;
    }
    int quote = kind == Kind.STRING ? 1 : 0;
    int from = event.start(field) - quote;
    int to = event.end(field) + quote;
    if (redactor.isActive()) {
      byte[] whole = Arrays.copyOfRange(event.source(), from, to);
      maskedDocument(whole, maxBytes, FIELDS[field]);
      return;
    }
    int end = Utf8.cut(event.source(), from, to, maxBytes);
    row.string(event.source(), from, end);
    if (end < to) {
      cut.add(FIELDS[field]);
    }
  }

  private void error() {
    if (event.kind(ERROR) != Kind.OBJECT) {
      row.emptyString();
      sensitiveText(event, ERROR, FIELDS[ERROR], limits.maxMessageBytes(), "error_message");
      row.emptyString();
      return;
    }
    errorFields.scanPart(event, ERROR);
    extra.enter(FIELDS[ERROR]);
    sensitiveText(error, ERROR_CODE, "code", limits.maxNameBytes(), "error_code");
    sensitiveText(error, ERROR_MESSAGE, "message", limits.maxMessageBytes(), "error_message");
    if (error.kind(ERROR_STACK) == Kind.ARRAY) {
      maskedText(errorFields.lines(ERROR_STACK), limits.maxStackTraceBytes(), "error_stack");
    } else {
      sensitiveText(error, ERROR_STACK, "stack_trace", limits.maxStackTraceBytes(), "error_stack");
    }
    extra.addUnknown(error);
    extra.leave();
  }

  private void resources() {
    if (event.kind(RESOURCES) != Kind.OBJECT) {
      extra.add(event, RESOURCES, FIELDS[RESOURCES]);
      row.nullableInt64(0, false);
      row.nullableFloat64(Double.NaN);
      row.nullableFloat64(Double.NaN);
      row.nullableUInt8(0, false);
      return;
    }
    resourceFields.scanPart(event, RESOURCES);
    extra.enter(FIELDS[RESOURCES]);
    double memoryBytes = resource(MEMORY_BYTES);
    row.nullableInt64((long) memoryBytes, !Double.isNaN(memoryBytes));
    row.nullableFloat64(resource(CPU_MS));
    row.nullableFloat64(resource(GPU_PERCENT));
    Kind coldStart = resources.kind(COLD_START);
    boolean known = coldStart == Kind.TRUE || coldStart == Kind.FALSE;
    row.nullableUInt8(coldStart == Kind.TRUE ? 1 : 0, known);
    if (!known) {
      extra.add(resources, COLD_START, RESOURCE_FIELDS[COLD_START]);
    }
    extra.addUnknown(resources);
    extra.leave();
  }

  /** A figure that cannot be negative; NaN where it is absent or no such figure. */
  private double resource(int field) {
    if (resources.kind(field) == Kind.NUMBER) {
      double figure = resources.number(field);
      if (figure >= 0 && figure < Long.MAX_VALUE) {
        return figure;
      }
    }
    extra.add(resources, field, RESOURCE_FIELDS[field]);
    return Double.NaN;
  }

  /** The captured text of a stream; null where there is none. It comes with a run's end. */
  private byte[] captured(int field, boolean ended) {
    if (fields.isMissing(field)) {
      return null;
    }
    Kind kind = event.kind(field);
    if (ended && kind == Kind.ARRAY) {
      return fields.lines(field);
    }
    if (ended && fields.isText(field)) {
      return fields.text(field);
    }
    extra.add(event, field, FIELDS[field]);
    return null;
  }

  private void truncatedAndRedacted() {
    if (extra.mask(redactor)) {
      redacted.add("extra");
    }
    if (extra.isIncomplete()) {
      cut.add("extra");
    }
    columns(cut);
    columns(redacted);
  }

  private void columns(List<String> names) {
    row.varint(names.size());
    for (String name : names) {
      row.string(utf8(name));
    }
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
