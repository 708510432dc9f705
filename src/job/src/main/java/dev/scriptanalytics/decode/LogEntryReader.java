package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a log entry that is a JSON object with its fields at the top: a native entry, whose fields
 * have the names of the columns, or an entry of the endpoints' logs API.
 *
 * <p>Both are read as one form, since they differ in names: {@code jobId} is the run and {@code
 * endpointId} the script; {@code duration} is in seconds, {@code memoryUsage} a size such as {@code
 * 8.2GB} ({@link UnitParser#bytes}), and {@code gpuUtilization} in percent. What is converted and
 * would be written back in another way is also kept as sent. If an entry has a field by both names,
 * the native one counts. The error code is in {@code error_code}, or in a field of that name in
 * {@code metadata}. Fields without a column are kept in {@code extra}.
 */
final class LogEntryReader {
  /** The fields of an entry, and those by which other shapes are recognized. */
  enum Field implements EventField {
    ACCOUNT,
    RUN_ID("job_id"),
    ATTEMPT,
    SCRIPT("endpoint_id"),
    DEPLOYMENT_ID,
    DEPLOYMENT_VERSION,
    FUNCTION,
    LOG_ID,
    TIMESTAMP("time", "ts", "@timestamp", "instant"),
    LEVEL("levelname"),
    MESSAGE("msg"),
    SOURCE("logger", "logger_name"),
    SOURCE_TYPE,
    REQUEST_ID,
    DURATION_MS,
    MEMORY_BYTES,
    GPU_PERCENT,
    METADATA,
    STACK_TRACE("stacktrace"),
    TRACE_ID,
    SPAN_ID,
    ERROR_CODE,
    // The figures of the logs API, which has units of its own.
    DURATION,
    MEMORY_USAGE,
    GPU_UTILIZATION,
    // By these, other shapes are recognized.
    LOGS,
    ATTRIBUTES,
    START_TIME;

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that never change.
    private final List<String> otherNames;

    Field(String... otherNames) {
      this.otherNames = List.of(otherNames);
    }

    @Override
    public List<String> otherNames() {
      return otherNames;
    }
  }

  /** The fields of a timestamp that is an object, as Log4j and Protocol Buffers write it. */
  private enum InstantField implements EventField {
    EPOCH_SECOND("seconds"),
    NANO_OF_SECOND("nanos");

    private final String otherName;

    InstantField(String otherName) {
      this.otherName = otherName;
    }

    @Override
    public List<String> otherNames() {
      return List.of(otherName);
    }
  }

  /** The fields of an entry's {@code metadata} that have a column. */
  private enum MetadataField implements EventField {
    ERROR_CODE
  }

  /** The fields of an entry besides time and message. */
  private static final Set<Field> OF_AN_ENTRY =
      EnumSet.complementOf(
          EnumSet.of(
              Field.TIMESTAMP, Field.MESSAGE, Field.LOGS, Field.ATTRIBUTES, Field.START_TIME));

  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final long MAX_NANO_OF_SECOND = 999_999_999;

  /** The name that the unreadable fields of an answer have in {@code extra} of its entries. */
  private static final String ANSWER = "answer";

  private final EventFields<Field> fields;
  private final EventFields<MetadataField> metadata;
  private final EventFields<InstantField> instant =
      new EventFields<>(InstantField.class, InstantField::names, EventRules.DEFAULT);
  // Never cut here, because an entry's id is a hash of everything in it.
  private final ExtraFields extra = new ExtraFields(Integer.MAX_VALUE);
  private final LogFields<Field> log;
  private final MessageReader message = new MessageReader(extra);
  private final LevelScale scale;

  // Of the object that was read last: the run as it is named, and its attempt, negative if unknown.
  private byte[] runId = LogEntry.NONE;
  private long attempt;

  // The same of the answer that the objects are entries of.
  private byte[] runIdOfAnswer = LogEntry.NONE;
  private long attemptOfAnswer;

  LogEntryReader(EventRules rules) {
    fields = new EventFields<>(Field.class, Field::names, rules);
    metadata = new EventFields<>(MetadataField.class, MetadataField::names, rules);
    log = new LogFields<>(fields, extra);
    scale = rules.levelScale();
  }

  /** The fields of the object, which the caller scans. */
  EventFields<Field> fields() {
    return fields;
  }

  /** Who sent the object. */
  Sender sender() {
    return fields.sender(Field.ACCOUNT);
  }

  /** The account that the object names; empty if it names none. */
  byte[] account() throws UnusableRecordException {
    return log.account(Field.ACCOUNT);
  }

  /**
   * Sets what the object, an answer of the logs API, says of all its entries, but for its account.
   * What it says in a way that cannot be read is in {@code extra} of the result.
   */
  void readAnswer(LogEntry answer) {
    extra.reset();
    extra.enter(ANSWER);
    readRun();
    if (attempt < 0) {
      keepAttempt();
    }
    readOrigin(answer);
    extra.leave();
    answer.extra = extra.toJson();
  }

  /** The objects that follow are entries of the answer that the other reader has read last. */
  void beginAnswer(LogEntryReader answer) {
    runIdOfAnswer = answer.runId;
    attemptOfAnswer = answer.attempt;
  }

  /** Adds the answer's attempt to the run of a line that is an entry of it. */
  void addAttempt(LogEntry line) {
    line.runId = ofAttempt(line.runId, attemptOfAnswer(line.runId));
  }

  /** Sets everything that the object says; the entry must have been reset. */
  void read(LogEntry entry) throws UnusableRecordException {
    entry.timestamp = timestamp();
    if (!isEntry()) {
      throw fields.missing(Field.MESSAGE);
    }
    extra.reset();
    entry.account = account();
    readRun();
    if (attempt < 0 || runId.length == 0) {
      keepAttempt();
    }
    readOrigin(entry);
    entry.logId = log.text(Field.LOG_ID);
    log.level(Field.LEVEL, scale, entry);
    entry.durationMillis = durationMillis();
    entry.memoryBytes = memoryBytes();
    entry.gpuPercent = gpuPercent();
    entry.stackTrace = log.lines(Field.STACK_TRACE);
    entry.errorCode = log.text(Field.ERROR_CODE);
    readMetadata(entry);
    message.read(fields, Field.MESSAGE, entry);
    log.keep(Field.LOGS);
    log.keep(Field.ATTRIBUTES);
    log.keep(Field.START_TIME);
    extra.addUnknown(fields.scanner());
    entry.extra = extra.toJson();
  }

  /** In microseconds since 1970. */
  private long timestamp() throws UnusableRecordException {
    if (fields.kind(Field.TIMESTAMP) != Kind.OBJECT) {
      return log.time(Field.TIMESTAMP);
    }
    instant.scanPart(fields, Field.TIMESTAMP);
    long seconds = instant.wholeNumber(InstantField.EPOCH_SECOND);
    boolean isWhole = instant.isMissing(InstantField.NANO_OF_SECOND);
    long nanos = isWhole ? 0 : instant.wholeNumber(InstantField.NANO_OF_SECOND);
    if (seconds < 0 || nanos < 0 || nanos > MAX_NANO_OF_SECOND) {
      throw new UnusableRecordException(
          WRONG_TYPE,
          "timestamp is neither a string nor a number, nor an object with epochSecond and"
              + " nanoOfSecond");
    }
    return seconds * MICROS_PER_SECOND + nanos / NANOS_PER_MICRO;
  }

  /** Sets where the entry comes from, which an answer may say of all its entries. */
  private void readOrigin(LogEntry entry) {
    entry.runId = ofAttempt(runId, attempt < 0 ? attemptOfAnswer(runId) : attempt);
    entry.script = log.text(Field.SCRIPT);
    log.deployment(Field.DEPLOYMENT_VERSION, Field.DEPLOYMENT_ID, entry);
    entry.function = log.text(Field.FUNCTION);
    entry.source = log.text(Field.SOURCE);
    entry.sourceType = log.text(Field.SOURCE_TYPE);
    entry.requestId = log.text(Field.REQUEST_ID);
    entry.traceId = log.text(Field.TRACE_ID);
    entry.spanId = log.text(Field.SPAN_ID);
  }

  private void readRun() {
    runId = log.text(Field.RUN_ID);
    if (runId.length == 0) {
      runId = runIdOfAnswer;
    }
    attempt = fields.wholeNumber(Field.ATTEMPT);
  }

  private void keepAttempt() {
    if (!fields.isMissing(Field.ATTEMPT)) {
      log.keep(Field.ATTEMPT);
    }
  }

  /** The attempt that the answer says of a run: of the one that it names, or else of any. */
  private long attemptOfAnswer(byte[] ofRun) {
    boolean isSaid = runIdOfAnswer.length == 0 || Arrays.equals(ofRun, runIdOfAnswer);
    return isSaid ? attemptOfAnswer : 0;
  }

  /** The run's id in ClickHouse. An entry without a run has no attempt. */
  private static byte[] ofAttempt(byte[] runId, long attempt) {
    return runId.length == 0 ? runId : EventFields.ofAttempt(runId, attempt);
  }

  /**
   * Whether the object says more than a time: a message, which may be empty, or the value of any
   * other field of an entry.
   */
  private boolean isEntry() {
    Kind kind = fields.kind(Field.MESSAGE);
    return (kind != Kind.ABSENT && kind != Kind.NULL)
        || OF_AN_ENTRY.stream().anyMatch(field -> !fields.isMissing(field));
  }

  /** The field of two that is present; if both are, the second goes to {@code extra}. */
  private Field oneOf(Field field, Field otherwise) {
    if (fields.isMissing(field)) {
      return otherwise;
    }
    log.keep(otherwise);
    return field;
  }

  private double durationMillis() {
    Field duration = oneOf(Field.DURATION_MS, Field.DURATION);
    double figure = log.figure(duration, UnitParser::number);
    if (duration != Field.DURATION || Double.isNaN(figure)) {
      return figure;
    }
    // Rounded to whole nanoseconds, or 1.1 seconds would be 1100.0000000000002 milliseconds.
    double nanos = Math.rint(figure * NANOS_PER_SECOND);
    if (fields.kind(duration) != Kind.NUMBER || nanos / NANOS_PER_SECOND != figure) {
      log.keep(duration);
    }
    return nanos / NANOS_PER_MILLI;
  }

  private long memoryBytes() {
    Field memory = oneOf(Field.MEMORY_BYTES, Field.MEMORY_USAGE);
    double bytes = log.figure(memory, UnitParser::bytes);
    if (Double.isNaN(bytes)) {
      return -1;
    }
    boolean isSize =
        fields.kind(memory) == Kind.STRING
            && UnitParser.size((long) bytes).equals(fields.string(memory));
    if (memory == Field.MEMORY_USAGE && !isSize) {
      log.keep(memory);
    }
    return (long) bytes;
  }

  private double gpuPercent() {
    Field gpu = oneOf(Field.GPU_PERCENT, Field.GPU_UTILIZATION);
    double percent = log.figure(gpu, UnitParser::percentage);
    boolean isConverted = gpu == Field.GPU_UTILIZATION && fields.kind(gpu) == Kind.STRING;
    if (isConverted && !Double.isNaN(percent)) {
      log.keep(gpu);
    }
    return percent;
  }

  private void readMetadata(LogEntry entry) {
    if (fields.kind(Field.METADATA) != Kind.OBJECT) {
      log.keep(Field.METADATA);
      return;
    }
    entry.metadata = fields.text(Field.METADATA);
    if (entry.errorCode.length > 0) {
      return;
    }
    metadata.scanPart(fields, Field.METADATA);
    if (metadata.isText(MetadataField.ERROR_CODE)) {
      entry.errorCode = metadata.text(MetadataField.ERROR_CODE);
    }
  }
}
