package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;
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
    TIMESTAMP("time"),
    LEVEL,
    MESSAGE,
    SOURCE,
    SOURCE_TYPE,
    REQUEST_ID,
    DURATION_MS,
    MEMORY_BYTES,
    GPU_PERCENT,
    METADATA,
    STACK_TRACE,
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

    private final String otherName;

    Field() {
      this("");
    }

    Field(String otherName) {
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

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private final EventFields<Field> fields;
  private final EventFields<MetadataField> metadata;
  // Never cut here, because an entry's id is a hash of everything in it.
  private final ExtraFields extra = new ExtraFields(Integer.MAX_VALUE);
  private final LogFields<Field> log;
  private final MessageReader message = new MessageReader(extra);
  private final LevelScale scale;

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
    return log.key(Field.ACCOUNT);
  }

  /** The script that the object names; empty if it names none. */
  byte[] script() throws UnusableRecordException {
    return log.key(Field.SCRIPT);
  }

  /** Sets everything that the object says; the entry must have been reset. */
  void read(LogEntry entry) throws UnusableRecordException {
    entry.timestamp = log.time(Field.TIMESTAMP);
    if (!isEntry()) {
      throw fields.missing(Field.MESSAGE);
    }
    extra.reset();
    entry.account = account();
    entry.runId = EventFields.ofAttempt(log.key(Field.RUN_ID), attempt());
    entry.script = script();
    entry.logId = log.key(Field.LOG_ID);
    log.level(Field.LEVEL, scale, entry);
    log.deployment(Field.DEPLOYMENT_VERSION, Field.DEPLOYMENT_ID, entry);
    entry.function = log.text(Field.FUNCTION);
    entry.source = log.text(Field.SOURCE);
    entry.sourceType = log.text(Field.SOURCE_TYPE);
    entry.requestId = log.text(Field.REQUEST_ID);
    entry.traceId = log.text(Field.TRACE_ID);
    entry.spanId = log.text(Field.SPAN_ID);
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

  /**
   * Whether the object says more than a time: a message, which may be empty, or the value of any
   * other field of an entry.
   */
  private boolean isEntry() {
    Kind kind = fields.kind(Field.MESSAGE);
    return (kind != Kind.ABSENT && kind != Kind.NULL)
        || OF_AN_ENTRY.stream().anyMatch(field -> !fields.isMissing(field));
  }

  /** The attempt of the run; 0 if unknown. An entry without a run has none. */
  private long attempt() {
    long attempt = fields.wholeNumber(Field.ATTEMPT);
    if (attempt >= 0 && !fields.isMissing(Field.RUN_ID)) {
      return attempt;
    }
    if (!fields.isMissing(Field.ATTEMPT)) {
      log.keep(Field.ATTEMPT);
    }
    return 0;
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
