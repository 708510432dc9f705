package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.EMPTY;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.NEGATIVE_TIME;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_JSON;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_UTF8;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_FAR_AHEAD;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_LARGE;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_OLD;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.decode.JsonObjectScanner.Kind;
import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.SipHash;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.row.RowBinary;
import dev.scriptanalytics.row.RunRow;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
  private static final byte[] DEFAULT_ACCOUNT = utf8("default");
  // Longer than any run; and far inside of what a 32-bit float can hold, which digests are made of.
  private static final double MAX_RESPONSE_TIME = 1e12;
  private static final long UNKNOWN = EventTime.INVALID;
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
  private static final String[] RESOURCE_FIELDS = {
    "memory_bytes", "cpu_ms", "gpu_percent", "cold_start"
  };

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
  private final SipHash hash;
  private final JsonObjectScanner event = new JsonObjectScanner(FIELDS);
  private final JsonObjectScanner error = new JsonObjectScanner(ERROR_FIELDS);
  private final JsonObjectScanner resources = new JsonObjectScanner(RESOURCE_FIELDS);
  private final RowBinary row = new RowBinary();
  private final RowBinary text = new RowBinary();
  // The names of the columns that were cut, and the fields that go to `extra`, of this record.
  private final List<String> cut = new ArrayList<>();
  private final ByteArrayOutputStream extra = new ByteArrayOutputStream();

  /**
   * With the key that runs are hashed with.
   *
   * @param hashKey 32 hexadecimal digits
   */
  public RunDecoder(EventLimits limits, String hashKey) {
    this.limits = limits;
    this.hash = new SipHash(hashKey);
  }

  /**
   * Decodes a record.
   *
   * @param arrival when it arrived, in milliseconds since 1970
   * @throws UnusableRecordException with what is wrong, if it cannot be used
   */
  public ScriptEvent decode(KafkaRecord record, long arrival) throws UnusableRecordException {
    byte[] json = record.value();
    scan(json);

    RunStatus status = status();
    long startedAt = time(STARTED_AT, arrival);
    long endedAt = time(ENDED_AT, arrival);
    double responseTime = responseTime(status, startedAt, endedAt);
    if (startedAt == UNKNOWN) {
      startedAt = startBefore(endedAt, responseTime, arrival);
    }
    if (endedAt == UNKNOWN && status != RunStatus.IN_PROGRESS && !Double.isNaN(responseTime)) {
      endedAt = startedAt + Math.round(responseTime * MICROS_PER_MILLI);
    }

    cut.clear();
    extra.reset();
    row.reset();
    row.uint8(status == RunStatus.IN_PROGRESS ? RunRow.START_ONLY : RunRow.END_ONLY);
    row.uint8(status.code());
    row.uint32(deploymentVersion());
    row.int64(Math.floorDiv(startedAt, MICROS_PER_MILLI));
    row.uint16(retentionDays());
    int identity = row.size();
    requiredOr(ACCOUNT, DEFAULT_ACCOUNT);
    requiredOr(RUN_ID, null);
    hash.hash(row.buffer(), identity, row.size());
    long hashHigh = hash.high();
    long hashLow = hash.low();
    requiredOr(SCRIPT, null);
    // Only a successful run has a response time; when a failed one ended is told by ended_on.
    row.nullableFloat64(status == RunStatus.SUCCESS ? responseTime : Double.NaN);
    row.nullableInt64(
        Math.floorDiv(endedAt, MICROS_PER_MILLI),
        endedAt != UNKNOWN && status != RunStatus.IN_PROGRESS);
    name(DEPLOYMENT_ID);
    name(FUNCTION);
    name(SOURCE_TYPE);
    name(SOURCE);
    name(TRACE_ID);
    error();
    document(INPUT, limits.maxInputBytes());
    document(OUTPUT, limits.maxOutputBytes());
    resources();
    for (int i = 0; i < event.unknownFields(); i++) {
      keepInExtra(json, event.unknownStart(i), event.unknownEnd(i));
    }
    boolean extraFits = extra.size() <= limits.maxInputBytes();
    if (!extraFits) {
      cut("extra");
    }
    truncated();
    if (extra.size() > 0 && extraFits) {
      extra.write('}');
      row.string(extra.toByteArray());
    } else {
      row.emptyString();
    }
    Origin origin = new Origin(record.topic(), record.partition(), record.offset(), 0);
    boolean ended = status != RunStatus.IN_PROGRESS;
    return new ScriptEvent(
        hashHigh,
        hashLow,
        arrival,
        origin,
        row.copy(),
        ended ? captured(STDOUT) : null,
        ended ? captured(STDERR) : null);
  }

  private void scan(byte[] json) throws UnusableRecordException {
    if (json == null || json.length == 0) {
      throw new UnusableRecordException(EMPTY, "The record has no value");
    }
    if (json.length > limits.maxBytes()) {
      throw new UnusableRecordException(
          TOO_LARGE,
          "The record has " + json.length + " bytes; event.max-bytes allows " + limits.maxBytes());
    }
    if (!Utf8.isValid(json, 0, json.length)) {
      throw new UnusableRecordException(NOT_UTF8, "The record is not UTF-8");
    }
    try {
      event.scan(json, 0, json.length);
    } catch (JsonSyntaxException e) {
      throw new UnusableRecordException(NOT_JSON, e.getMessage());
    }
  }

  private RunStatus status() throws UnusableRecordException {
    String word = requiredText(STATUS);
    RunStatus status = STATUS_WORDS.get(word);
    if (status == null) {
      status = STATUS_WORDS.get(word.toLowerCase(Locale.ROOT));
    }
    if (status == null) {
      throw new UnusableRecordException(BAD_VALUE, "status is no known word: " + quoted(word));
    }
    return status;
  }

  /** In microseconds since 1970, or {@link #UNKNOWN} where the field is absent. */
  private long time(int field, long arrival) throws UnusableRecordException {
    long micros;
    switch (event.kind(field)) {
      case ABSENT, NULL -> {
        return UNKNOWN;
      }
      case NUMBER ->
          micros = EventTime.microsOf(event.source(), event.start(field), event.end(field));
      case STRING -> {
        if (event.start(field) == event.end(field)) {
          return UNKNOWN;
        }
        if (event.escaped(field)) {
          byte[] decoded = utf8(event.string(field));
          micros = EventTime.parseMicros(decoded, 0, decoded.length);
        } else {
          micros = EventTime.parseMicros(event.source(), event.start(field), event.end(field));
        }
      }
      default ->
          throw new UnusableRecordException(
              WRONG_TYPE, FIELDS[field] + " is neither a string nor a number");
    }
    if (micros == EventTime.INVALID) {
      throw new UnusableRecordException(
          BAD_VALUE, FIELDS[field] + " is no time: " + quoted(source(field)));
    }
    check(FIELDS[field], micros, arrival);
    return micros;
  }

  private void check(String field, long micros, long arrival) throws UnusableRecordException {
    if (micros < 0) {
      throw new UnusableRecordException(
          NEGATIVE_TIME, field + " is before 1970: " + instant(micros));
    }
    long millis = Math.floorDiv(micros, MICROS_PER_MILLI);
    if (millis < arrival - limits.maxAgeMillis()) {
      throw new UnusableRecordException(
          TOO_OLD,
          String.format(
              "%s is %s, more than %s before the record arrived (event.max-age)",
              field, instant(micros), Duration.ofMillis(limits.maxAgeMillis())));
    }
    if (millis > arrival + limits.maxAheadMillis()) {
      throw new UnusableRecordException(
          TOO_FAR_AHEAD,
          String.format(
              "%s is %s, more than %s after the record arrived (event.max-ahead)",
              field, instant(micros), Duration.ofMillis(limits.maxAheadMillis())));
    }
  }

  /** In milliseconds; NaN where the event does not tell it. */
  private double responseTime(RunStatus status, long startedAt, long endedAt)
      throws UnusableRecordException {
    double millis;
    switch (event.kind(RESPONSE_TIME)) {
      case ABSENT, NULL -> {
        if (startedAt == UNKNOWN || endedAt == UNKNOWN || status == RunStatus.IN_PROGRESS) {
          return Double.NaN;
        }
        if (endedAt < startedAt) {
          throw new UnusableRecordException(
              BAD_VALUE,
              "ended_at " + instant(endedAt) + " is before started_at " + instant(startedAt));
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
    return millis;
  }

  private long startBefore(long endedAt, double responseTime, long arrival)
      throws UnusableRecordException {
    if (endedAt == UNKNOWN || Double.isNaN(responseTime)) {
      throw new UnusableRecordException(
          MISSING_FIELD, "started_at is missing, and so is ended_at with response_time_ms");
    }
    long startedAt = endedAt - Math.round(responseTime * MICROS_PER_MILLI);
    check("ended_at - response_time_ms", startedAt, arrival);
    return startedAt;
  }

  private int deploymentVersion() throws UnusableRecordException {
    Kind kind = event.kind(DEPLOYMENT_VERSION);
    if (kind == Kind.ABSENT || kind == Kind.NULL) {
      return 0;
    }
    int from = event.start(DEPLOYMENT_VERSION);
    int to = event.end(DEPLOYMENT_VERSION);
    long version = 0;
    boolean digits = (kind == Kind.NUMBER || kind == Kind.STRING) && from < to && to - from <= 10;
    for (int i = from; digits && i < to; i++) {
      int digit = event.source()[i] - '0';
      digits = digit >= 0 && digit <= 9;
      version = version * 10 + digit;
    }
    if (digits && version <= Integer.MAX_VALUE) {
      return (int) version;
    }
    keepInExtra(DEPLOYMENT_VERSION);
    return 0;
  }

  private int retentionDays() {
    if (limits.accountRetentionDays().isEmpty()) {
      return limits.retentionDays();
    }
    String account = event.kind(ACCOUNT) == Kind.STRING ? event.string(ACCOUNT) : "";
    return limits
        .accountRetentionDays()
        .getOrDefault(account.isEmpty() ? "default" : account, limits.retentionDays());
  }

  /** Writes a field that is part of a key: never cut, and never of another type than a string. */
  private void requiredOr(int field, byte[] otherwise) throws UnusableRecordException {
    Kind kind = event.kind(field);
    boolean missing =
        kind == Kind.ABSENT
            || kind == Kind.NULL
            || (kind == Kind.STRING && event.start(field) == event.end(field));
    if (missing && otherwise == null) {
      throw new UnusableRecordException(MISSING_FIELD, FIELDS[field] + " is missing");
    }
    if (missing) {
      row.string(otherwise);
      return;
    }
    if (kind != Kind.STRING) {
      throw new UnusableRecordException(WRONG_TYPE, FIELDS[field] + " is not a string");
    }
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

  private String requiredText(int field) throws UnusableRecordException {
    Kind kind = event.kind(field);
    if (kind == Kind.ABSENT
        || kind == Kind.NULL
        || (kind == Kind.STRING && event.start(field) == event.end(field))) {
      throw new UnusableRecordException(MISSING_FIELD, FIELDS[field] + " is missing");
    }
    if (kind != Kind.STRING) {
      throw new UnusableRecordException(WRONG_TYPE, FIELDS[field] + " is not a string");
    }
    return event.string(field);
  }

  /** Writes an optional name; a number or another value is kept as its JSON text. */
  private void name(int field) {
    text(event, field, limits.maxNameBytes(), FIELDS[field]);
  }

  private void text(JsonObjectScanner from, int field, int maxBytes, String column) {
    boolean wasCut =
        switch (from.kind(field)) {
          case ABSENT, NULL -> {
            row.emptyString();
            yield false;
          }
          default ->
              row.jsonString(
                  from.source(), from.start(field), from.end(field), from.escaped(field), maxBytes);
        };
    if (wasCut) {
      cut(column);
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
    int end = Utf8.cut(event.source(), from, to, maxBytes);
    row.string(event.source(), from, end);
    if (end < to) {
      cut(FIELDS[field]);
    }
  }

  private void error() {
    if (event.kind(ERROR) != Kind.OBJECT) {
      row.emptyString();
      text(event, ERROR, limits.maxMessageBytes(), "error_message");
      row.emptyString();
      return;
    }
    rescan(error, ERROR);
    text(error, 0, limits.maxNameBytes(), "error_code");
    text(error, 1, limits.maxMessageBytes(), "error_message");
    if (error.kind(2) == Kind.ARRAY) {
      byte[] lines = joinedLines(error.source(), error.start(2), error.end(2));
      int end = Utf8.cut(lines, 0, lines.length, limits.maxStackTraceBytes());
      row.string(lines, 0, end);
      if (end < lines.length) {
        cut("error_stack");
      }
    } else {
      text(error, 2, limits.maxStackTraceBytes(), "error_stack");
    }
    for (int i = 0; i < error.unknownFields(); i++) {
      keepInExtra(error.source(), error.unknownStart(i), error.unknownEnd(i));
    }
  }

  private void resources() {
    if (event.kind(RESOURCES) == Kind.OBJECT) {
      rescan(resources, RESOURCES);
    } else {
      if (event.kind(RESOURCES) != Kind.ABSENT && event.kind(RESOURCES) != Kind.NULL) {
        keepInExtra(RESOURCES);
      }
      row.nullableInt64(0, false);
      row.nullableFloat64(Double.NaN);
      row.nullableFloat64(Double.NaN);
      row.nullableUInt8(0, false);
      return;
    }
    double memoryBytes = resource(0);
    row.nullableInt64((long) memoryBytes, !Double.isNaN(memoryBytes));
    row.nullableFloat64(resource(1));
    row.nullableFloat64(resource(2));
    Kind coldStart = resources.kind(3);
    boolean known = coldStart == Kind.TRUE || coldStart == Kind.FALSE;
    row.nullableUInt8(coldStart == Kind.TRUE ? 1 : 0, known);
    if (!known) {
      keepInExtra(resources, 3, RESOURCE_FIELDS[3]);
    }
    for (int i = 0; i < resources.unknownFields(); i++) {
      keepInExtra(resources.source(), resources.unknownStart(i), resources.unknownEnd(i));
    }
  }

  /** A figure that cannot be negative; NaN where it is absent or no such figure. */
  private double resource(int field) {
    if (resources.kind(field) == Kind.NUMBER) {
      double figure = resources.number(field);
      if (figure >= 0 && figure < Long.MAX_VALUE) {
        return figure;
      }
    }
    keepInExtra(resources, field, RESOURCE_FIELDS[field]);
    return Double.NaN;
  }

  private void rescan(JsonObjectScanner nested, int field) {
    try {
      nested.scan(event.source(), event.start(field), event.end(field));
    } catch (JsonSyntaxException e) {
      throw new IllegalStateException("Valid as part of the record and invalid alone", e);
    }
  }

  /** The captured text of a stream; null where there is none. */
  private byte[] captured(int field) {
    return switch (event.kind(field)) {
      case ABSENT, NULL -> null;
      case ARRAY -> joinedLines(event.source(), event.start(field), event.end(field));
      default -> {
        if (event.start(field) == event.end(field)) {
          yield null;
        }
        yield decoded(event.source(), event.start(field), event.end(field), event.escaped(field));
      }
    };
  }

  private byte[] decoded(byte[] json, int from, int to, boolean escaped) {
    if (!escaped) {
      return Arrays.copyOfRange(json, from, to);
    }
    byte[] target = new byte[to - from];
    int length = JsonObjectScanner.unescape(json, from, to, target, 0);
    return Arrays.copyOf(target, length);
  }

  /** The items of an array, strings as their text and anything else as JSON, a line each. */
  private byte[] joinedLines(byte[] json, int from, int to) {
    text.reset();
    JsonArrayItems items = new JsonArrayItems(json, from, to);
    boolean first = true;
    while (items.next()) {
      if (!first) {
        text.uint8('\n');
      }
      first = false;
      byte[] item =
          decoded(json, items.start(), items.end(), items.isString() && items.isEscaped());
      text.raw(item, 0, item.length);
    }
    return text.copy();
  }

  private void cut(String column) {
    cut.add(column);
  }

  private void truncated() {
    row.varint(cut.size());
    for (String column : cut) {
      row.string(utf8(column));
    }
  }

  private void keepInExtra(int field) {
    keepInExtra(event, field, FIELDS[field]);
  }

  private void keepInExtra(JsonObjectScanner from, int field, String name) {
    Kind kind = from.kind(field);
    if (kind == Kind.ABSENT || kind == Kind.NULL) {
      return;
    }
    int quote = kind == Kind.STRING ? 1 : 0;
    byte[] prefix = utf8("\"" + name + "\":");
    separate();
    extra.write(prefix, 0, prefix.length);
    extra.write(
        from.source(),
        from.start(field) - quote,
        from.end(field) + quote - (from.start(field) - quote));
  }

  private void keepInExtra(byte[] json, int from, int to) {
    separate();
    extra.write(json, from, to - from);
  }

  private void separate() {
    extra.write(extra.size() == 0 ? '{' : ',');
  }

  private String source(int field) {
    return new String(
        event.source(),
        event.start(field),
        event.end(field) - event.start(field),
        StandardCharsets.UTF_8);
  }

  private static String quoted(String value) {
    return '"' + (value.length() <= 100 ? value : value.substring(0, 100) + "…") + '"';
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
