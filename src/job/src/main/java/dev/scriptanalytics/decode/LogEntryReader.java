package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;
import java.util.List;

/**
 * Reads a log entry that is a JSON object with its message at the top: a native entry, whose fields
 * have the names of the columns, or an entry of the endpoints' logs API.
 *
 * <p>Both are read as one form, since they differ in names: {@code jobId} is the run and {@code
 * endpointId} the script; {@code duration} is in seconds, {@code memoryUsage} a size such as {@code
 * 8.2GB} ({@link UnitParser#bytes}), and {@code gpuUtilization} in percent. If an entry has a field
 * by both names, the native one counts. The error code is in {@code error_code}, or in a field of
 * that name in {@code metadata}. Fields without a column are kept in {@code extra}.
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
    public List<String> names() {
      return EventField.namesOf(this, otherName);
    }
  }

  /** The fields of an entry's {@code metadata} that have a column. */
  private enum MetadataField implements EventField {
    ERROR_CODE;

    @Override
    public List<String> names() {
      return EventField.namesOf(this);
    }
  }

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private final EventFields<Field> fields;
  private final EventFields<MetadataField> metadata;
  // Never cut here, because an entry's id is a hash of everything in it.
  private final ExtraFields extra = new ExtraFields(Integer.MAX_VALUE);
  private final LogFields<Field> log;

  LogEntryReader(EventRules rules) {
    fields = new EventFields<>(Field.class, Field::names, rules);
    metadata = new EventFields<>(MetadataField.class, MetadataField::names, rules);
    log = new LogFields<>(fields, extra);
  }

  /** The fields of the object, which the caller scans. */
  EventFields<Field> fields() {
    return fields;
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
    entry.message = log.message(Field.MESSAGE);
    extra.reset();
    entry.account = account();
    entry.runId = EventFields.ofAttempt(log.key(Field.RUN_ID), attempt());
    entry.script = script();
    entry.logId = log.key(Field.LOG_ID);
    log.level(Field.LEVEL, entry);
    log.deployment(Field.DEPLOYMENT_VERSION, Field.DEPLOYMENT_ID, entry);
    entry.function = log.text(Field.FUNCTION);
    entry.source = log.text(Field.SOURCE);
    entry.sourceType = log.text(Field.SOURCE_TYPE);
    entry.requestId = log.text(Field.REQUEST_ID);
    entry.traceId = log.text(Field.TRACE_ID);
    entry.spanId = log.text(Field.SPAN_ID);
    entry.durationMillis = durationMillis();
    double memory = log.figure(oneOf(Field.MEMORY_BYTES, Field.MEMORY_USAGE), UnitParser::bytes);
    entry.memoryBytes = Double.isNaN(memory) ? -1 : (long) memory;
    entry.gpuPercent =
        log.figure(oneOf(Field.GPU_PERCENT, Field.GPU_UTILIZATION), UnitParser::percentage);
    entry.stackTrace = log.lines(Field.STACK_TRACE);
    entry.errorCode = log.text(Field.ERROR_CODE);
    readMetadata(entry);
    log.keep(Field.LOGS);
    log.keep(Field.ATTRIBUTES);
    log.keep(Field.START_TIME);
    extra.addUnknown(fields.scanner());
    entry.extra = extra.toJson();
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
    // Rounded to whole nanoseconds, or 1.1 seconds would be 1100.0000000000002 milliseconds.
    return duration == Field.DURATION
        ? Math.rint(figure * NANOS_PER_SECOND) / NANOS_PER_MILLI
        : figure;
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
