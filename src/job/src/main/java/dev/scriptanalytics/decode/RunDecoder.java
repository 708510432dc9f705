package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.json.LoneSurrogates;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import dev.scriptanalytics.row.RunRowWriter;
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
 * <p>Only a problem that makes the event unusable rejects it. An optional field that cannot be
 * understood is kept in the row's {@code extra}, beside the fields that have no column. Reusable,
 * not thread-safe.
 */
public final class RunDecoder implements RecordDecoder {
  /** The fields of a run event. */
  private enum Field {
    ACCOUNT,
    RUN_ID,
    SCRIPT,
    DEPLOYMENT_ID,
    DEPLOYMENT_VERSION,
    FUNCTION,
    STATUS,
    STARTED_AT,
    ENDED_AT,
    RESPONSE_TIME_MS,
    SOURCE_TYPE,
    SOURCE,
    INPUT,
    OUTPUT,
    ERROR,
    STDOUT,
    STDERR,
    TRACE_ID,
    RESOURCES;

    private String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The fields of a run's {@code error}. */
  private enum ErrorField {
    CODE,
    MESSAGE,
    STACK_TRACE;

    private String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The fields of a run's {@code resources}. */
  private enum ResourceField {
    MEMORY_BYTES,
    CPU_MS,
    GPU_PERCENT,
    COLD_START;

    private String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final byte[] DEFAULT_ACCOUNT =
      EventLimits.DEFAULT_ACCOUNT.getBytes(StandardCharsets.UTF_8);
  // Longer than any run, and far below the largest 32-bit float; digests hold such floats.
  private static final double MAX_RESPONSE_TIME = 1e12;
  private static final long UNKNOWN = EventFields.NO_TIME;
  private static final int MICROS_PER_MILLI = 1000;

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
  private final EventFields<Field> event = new EventFields<>(Field.class, Field::json);
  private final EventFields<ErrorField> error =
      new EventFields<>(ErrorField.class, ErrorField::json);
  private final EventFields<ResourceField> resources =
      new EventFields<>(ResourceField.class, ResourceField::json);
  private final RunRowWriter row = new RunRowWriter();
  // Of this record: the names of the columns that were cut or masked, and the fields without one.
  private final List<String> cut = new ArrayList<>();
  private final List<String> redacted = new ArrayList<>();
  private final ExtraFields extra;

  /**
   * A decoder that masks nothing.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  public RunDecoder(EventLimits limits, String hashKey) {
    this(limits, hashKey, Redactor.ofNothing());
  }

  /**
   * A decoder that masks what the redactor finds.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  public RunDecoder(EventLimits limits, String hashKey, Redactor redactor) {
    this.limits = limits;
    this.redactor = redactor;
    this.hash = new SipHash(hashKey);
    this.extra = new ExtraFields(limits.maxInputBytes());
  }

  @Override
  public void decode(KafkaRecord record, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    out.event(decode(record, arrival));
  }

  /**
   * Decodes a record, which is one event.
   *
   * @param arrival when the record arrived, in milliseconds since 1970
   * @throws UnusableRecordException with what is wrong, if the record cannot be used
   */
  public ScriptEvent decode(KafkaRecord record, long arrival) throws UnusableRecordException {
    limits.checkRecord(record.value(), arrival);
    event.scan(record.value());
    if (event.scanner().hasSurrogates()) {
      event.scan(LoneSurrogates.replaced(record.value()));
    }

    RunStatus status = status();
    boolean ended = status != RunStatus.IN_PROGRESS;
    int retentionDays = retentionDays();
    long startedAt = time(Field.STARTED_AT, arrival, retentionDays);
    long endedAt = time(Field.ENDED_AT, arrival, retentionDays);
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
    row.begin(
        ended ? RunRow.END_ONLY : RunRow.START_ONLY,
        status,
        deploymentVersion(),
        Math.floorDiv(startedAt, MICROS_PER_MILLI),
        retentionDays);
    keyOr(Field.ACCOUNT, Column.ACCOUNT, DEFAULT_ACCOUNT);
    keyOr(Field.RUN_ID, Column.RUN_ID, null);
    row.hashIdentity(hash);
    keyOr(Field.SCRIPT, Column.SCRIPT, null);
    if (status == RunStatus.SUCCESS) {
      row.float64(Column.RESPONSE_TIME, responseTime);
    }
    if (ended && endedAt != UNKNOWN) {
      row.int64(Column.ENDED_ON, Math.floorDiv(endedAt, MICROS_PER_MILLI));
    }
    name(Field.DEPLOYMENT_ID, Column.DEPLOYMENT_ID);
    name(Field.FUNCTION, Column.FUNCTION);
    name(Field.SOURCE_TYPE, Column.SOURCE_TYPE);
    name(Field.SOURCE, Column.SOURCE);
    name(Field.TRACE_ID, Column.TRACE_ID);
    error();
    document(Field.INPUT, Column.INPUT, limits.maxInputBytes());
    document(Field.OUTPUT, Column.OUTPUT, limits.maxOutputBytes());
    resources();
    byte[] stdout = captured(Field.STDOUT, ended);
    byte[] stderr = captured(Field.STDERR, ended);
    extra.addUnknown(event.scanner());
    if (extra.mask(redactor)) {
      redacted.add(Column.EXTRA.sqlName());
    }
    if (extra.isIncomplete()) {
      cut.add(Column.EXTRA.sqlName());
    }
    row.texts(Column.TRUNCATED, cut);
    row.texts(Column.REDACTED, redacted);
    extra.writeTo(row);
    Origin origin = new Origin(record.topic(), record.partition(), record.offset(), 0);
    return ScriptEvent.ofRun(
        ScriptEvent.Kind.RUN,
        hash.high(),
        hash.low(),
        arrival,
        origin,
        row.finish(),
        stdout,
        stderr);
  }

  private RunStatus status() throws UnusableRecordException {
    if (event.isMissing(Field.STATUS)) {
      throw event.missing(Field.STATUS);
    }
    event.requireString(Field.STATUS);
    String word = event.string(Field.STATUS);
    RunStatus status = STATUS_WORDS.get(word);
    if (status == null) {
      status = STATUS_WORDS.get(word.toLowerCase(Locale.ROOT));
    }
    if (status == null) {
      throw new UnusableRecordException(BAD_VALUE, "status is no known word: ", word);
    }
    return status;
  }

  /** In microseconds since 1970; {@link #UNKNOWN} if the field is missing. */
  private long time(Field field, long arrival, int retentionDays) throws UnusableRecordException {
    long micros = event.time(field);
    if (micros != UNKNOWN) {
      limits.checkTime(event.name(field), micros, arrival, retentionDays);
    }
    return micros;
  }

  /** In milliseconds; NaN if the event does not say it. */
  private double responseTime(boolean ended, long startedAt, long endedAt)
      throws UnusableRecordException {
    double millis;
    switch (event.kind(Field.RESPONSE_TIME_MS)) {
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
      case NUMBER -> millis = event.number(Field.RESPONSE_TIME_MS);
      default -> throw new UnusableRecordException(WRONG_TYPE, "response_time_ms is not a number");
    }
    // The negation also catches infinite numbers.
    if (!(millis >= 0 && millis <= MAX_RESPONSE_TIME)) {
      throw new UnusableRecordException(
          BAD_VALUE,
          "response_time_ms must lie between 0 and " + (long) MAX_RESPONSE_TIME + ": " + millis);
    }
    // JSON has a -0, which would differ from 0 when two ends are compared.
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
    if (event.isMissing(Field.DEPLOYMENT_VERSION)) {
      return 0;
    }
    int version = event.wholeNumber(Field.DEPLOYMENT_VERSION);
    if (version < 0) {
      extra.add(event, Field.DEPLOYMENT_VERSION);
    }
    return Math.max(version, 0);
  }

  private int retentionDays() {
    if (limits.accountRetentionDays().isEmpty()) {
      return limits.retentionDays();
    }
    boolean named = event.kind(Field.ACCOUNT) == Kind.STRING;
    return limits.retentionDays(named ? event.string(Field.ACCOUNT) : "");
  }

  /**
   * Writes a field that is part of a key: it must be a string and is never cut.
   *
   * @param otherwise stands for a missing field; null if the field is required
   */
  private void keyOr(Field field, Column column, byte[] otherwise) throws UnusableRecordException {
    if (event.isMissing(field)) {
      if (otherwise == null) {
        throw event.missing(field);
      }
      row.text(column, otherwise);
      return;
    }
    event.requireString(field);
    boolean tooLong =
        row.jsonString(
            column,
            event.source(),
            event.start(field),
            event.end(field),
            event.escaped(field),
            limits.maxNameBytes());
    if (tooLong) {
      throw new UnusableRecordException(
          BAD_VALUE,
          event.name(field) + " is longer than event.max-name-bytes, " + limits.maxNameBytes());
    }
  }

  private void name(Field field, Column column) {
    text(event, field, column, limits.maxNameBytes());
  }

  /** Writes an optional text; a field without one is kept in {@code extra}. */
  private <F extends Enum<F>> void text(EventFields<F> from, F field, Column column, int maxBytes) {
    if (!from.isText(field)) {
      extra.add(from, field);
      return;
    }
    boolean wasCut =
        row.jsonString(
            column,
            from.source(),
            from.start(field),
            from.end(field),
            from.escaped(field),
            maxBytes);
    if (wasCut) {
      cut.add(column.sqlName());
    }
  }

  /** Writes an optional text, masked. */
  private <F extends Enum<F>> void sensitiveText(
      EventFields<F> from, F field, Column column, int maxBytes) {
    if (redactor.isActive() && from.isText(field)) {
      maskedText(from.text(field), column, maxBytes);
    } else {
      text(from, field, column, maxBytes);
    }
  }

  private void maskedText(byte[] whole, Column column, int maxBytes) {
    row.text(column, MaskedText.of(redactor, column.sqlName(), whole, maxBytes, cut, redacted));
  }

  private void document(Field field, Column column, int maxBytes) {
    Kind kind = event.kind(field);
    if (kind == Kind.ABSENT || kind == Kind.NULL) {
      return;
    }
    int quote = kind == Kind.STRING ? 1 : 0;
    int from = event.start(field) - quote;
    int to = event.end(field) + quote;
    if (redactor.isActive()) {
      maskedDocument(Arrays.copyOfRange(event.source(), from, to), column, maxBytes);
      return;
    }
    int end = Utf8.cut(event.source(), from, to, maxBytes);
    row.text(column, event.source(), from, end);
    if (end < to) {
      cut.add(column.sqlName());
    }
  }

  private void maskedDocument(byte[] whole, Column column, int maxBytes) {
    byte[] seen = redactor.beginning(whole, maxBytes);
    byte[] masked = redactor.json(seen);
    if (masked != seen) {
      redacted.add(column.sqlName());
    }
    int end = Utf8.cut(masked, 0, masked.length, maxBytes);
    row.text(column, masked, 0, end);
    if (seen != whole || end < masked.length) {
      cut.add(column.sqlName());
    }
  }

  private void error() {
    if (event.kind(Field.ERROR) != Kind.OBJECT) {
      sensitiveText(event, Field.ERROR, Column.ERROR_MESSAGE, limits.maxMessageBytes());
      return;
    }
    error.scanPart(event, Field.ERROR);
    extra.enter(event.name(Field.ERROR));
    sensitiveText(error, ErrorField.CODE, Column.ERROR_CODE, limits.maxNameBytes());
    sensitiveText(error, ErrorField.MESSAGE, Column.ERROR_MESSAGE, limits.maxMessageBytes());
    int maxStack = limits.maxStackTraceBytes();
    if (error.kind(ErrorField.STACK_TRACE) == Kind.ARRAY) {
      maskedText(error.lines(ErrorField.STACK_TRACE), Column.ERROR_STACK, maxStack);
    } else {
      sensitiveText(error, ErrorField.STACK_TRACE, Column.ERROR_STACK, maxStack);
    }
    extra.addUnknown(error.scanner());
    extra.leave();
  }

  private void resources() {
    if (event.kind(Field.RESOURCES) != Kind.OBJECT) {
      extra.add(event, Field.RESOURCES);
      return;
    }
    resources.scanPart(event, Field.RESOURCES);
    extra.enter(event.name(Field.RESOURCES));
    double memoryBytes = resource(ResourceField.MEMORY_BYTES);
    if (!Double.isNaN(memoryBytes)) {
      row.int64(Column.MEMORY_BYTES, (long) memoryBytes);
    }
    row.float64(Column.CPU_MS, resource(ResourceField.CPU_MS));
    row.float64(Column.GPU_PERCENT, resource(ResourceField.GPU_PERCENT));
    switch (resources.kind(ResourceField.COLD_START)) {
      case TRUE -> row.bool(Column.COLD_START, true);
      case FALSE -> row.bool(Column.COLD_START, false);
      default -> extra.add(resources, ResourceField.COLD_START);
    }
    extra.addUnknown(resources.scanner());
    extra.leave();
  }

  /** A figure that cannot be negative; NaN if there is none, and then kept in {@code extra}. */
  private double resource(ResourceField field) {
    if (resources.kind(field) == Kind.NUMBER) {
      double figure = resources.number(field);
      if (figure >= 0 && figure < Long.MAX_VALUE) {
        return figure;
      }
    }
    extra.add(resources, field);
    return Double.NaN;
  }

  /** The captured text of a stream, which belongs to a run's end; null if there is none. */
  private byte[] captured(Field field, boolean ended) {
    if (event.isMissing(field)) {
      return null;
    }
    if (ended && event.kind(field) == Kind.ARRAY) {
      return event.lines(field);
    }
    if (ended && event.isText(field)) {
      return event.text(field);
    }
    extra.add(event, field);
    return null;
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
