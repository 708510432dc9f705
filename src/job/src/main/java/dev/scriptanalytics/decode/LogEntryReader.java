package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;

/**
 * Reads a log entry that is a JSON object with its message at the top: a native entry, whose fields
 * have the names of the columns, or an entry of the endpoints' logs API.
 *
 * <p>Both are read as one form, since they differ in names: {@code jobId} is the run, {@code
 * endpointId} the script, {@code requestId} the request and {@code stackTrace} the stack trace;
 * {@code duration} is in seconds, {@code memoryUsage} a size such as {@code 8.2GB} ({@link
 * UnitParser#bytes}), and {@code gpuUtilization} in percent. If an entry has a field by both names,
 * the native one counts. The error code is in {@code error_code}, {@code errorCode}, or a field of
 * either name in {@code metadata}. Fields without a column are kept in {@code extra}.
 */
final class LogEntryReader {
  /** The fields of an entry, and those by which other shapes are recognized. */
  enum Field {
    ACCOUNT("account"),
    RUN_ID("run_id"),
    SCRIPT("script"),
    DEPLOYMENT_ID("deployment_id"),
    DEPLOYMENT_VERSION("deployment_version"),
    FUNCTION("function"),
    LOG_ID("log_id"),
    TIMESTAMP("timestamp"),
    LEVEL("level"),
    MESSAGE("message"),
    SOURCE("source"),
    SOURCE_TYPE("source_type"),
    REQUEST_ID("request_id"),
    DURATION_MS("duration_ms"),
    MEMORY_BYTES("memory_bytes"),
    GPU_PERCENT("gpu_percent"),
    METADATA("metadata"),
    STACK_TRACE("stack_trace"),
    TRACE_ID("trace_id"),
    SPAN_ID("span_id"),
    ERROR_CODE("error_code"),
    // The same in the words of the logs API.
    API_RUN_ID("jobId"),
    API_SCRIPT("endpointId"),
    API_REQUEST_ID("requestId"),
    API_DURATION("duration"),
    API_MEMORY("memoryUsage"),
    API_GPU("gpuUtilization"),
    API_STACK_TRACE("stackTrace"),
    API_ERROR_CODE("errorCode"),
    // By these, other shapes are recognized.
    LOGS("logs"),
    ATTRIBUTES("attributes"),
    START_TIME("start_time");

    private final String json;

    Field(String json) {
      this.json = json;
    }

    private String json() {
      return json;
    }
  }

  /** The fields of an entry's {@code metadata} that have a column. */
  private enum MetadataField {
    ERROR_CODE("error_code"),
    API_ERROR_CODE("errorCode");

    private final String json;

    MetadataField(String json) {
      this.json = json;
    }

    private String json() {
      return json;
    }
  }

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private final EventFields<Field> fields = new EventFields<>(Field.class, Field::json);
  private final EventFields<MetadataField> metadata =
      new EventFields<>(MetadataField.class, MetadataField::json);
  // Never cut here, because an entry's id is a hash of everything in it.
  private final ExtraFields extra = new ExtraFields(Integer.MAX_VALUE);
  private final LogFields<Field> log = new LogFields<>(fields, extra);

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
    return log.key(oneOf(Field.SCRIPT, Field.API_SCRIPT));
  }

  /** Sets everything that the object says; the entry must have been reset. */
  void read(LogEntry entry) throws UnusableRecordException {
    entry.timestamp = log.time(Field.TIMESTAMP);
    entry.message = log.message(Field.MESSAGE);
    extra.reset();
    entry.account = account();
    entry.runId = log.key(oneOf(Field.RUN_ID, Field.API_RUN_ID));
    entry.script = script();
    entry.logId = log.key(Field.LOG_ID);
    log.level(Field.LEVEL, entry);
    entry.deploymentId = log.text(Field.DEPLOYMENT_ID);
    entry.deploymentVersion = log.deploymentVersion(Field.DEPLOYMENT_VERSION);
    entry.function = log.text(Field.FUNCTION);
    entry.source = log.text(Field.SOURCE);
    entry.sourceType = log.text(Field.SOURCE_TYPE);
    entry.requestId = log.text(oneOf(Field.REQUEST_ID, Field.API_REQUEST_ID));
    entry.traceId = log.text(Field.TRACE_ID);
    entry.spanId = log.text(Field.SPAN_ID);
    entry.durationMillis = durationMillis();
    double memory = log.figure(oneOf(Field.MEMORY_BYTES, Field.API_MEMORY), UnitParser::bytes);
    entry.memoryBytes = Double.isNaN(memory) ? -1 : (long) memory;
    entry.gpuPercent = log.figure(oneOf(Field.GPU_PERCENT, Field.API_GPU), UnitParser::percentage);
    entry.stackTrace = log.lines(oneOf(Field.STACK_TRACE, Field.API_STACK_TRACE));
    entry.errorCode = log.text(oneOf(Field.ERROR_CODE, Field.API_ERROR_CODE));
    readMetadata(entry);
    log.keep(Field.LOGS);
    log.keep(Field.ATTRIBUTES);
    log.keep(Field.START_TIME);
    extra.addUnknown(fields.scanner());
    entry.extra = extra.toJson();
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
    Field duration = oneOf(Field.DURATION_MS, Field.API_DURATION);
    double figure = log.figure(duration, UnitParser::number);
    // Rounded to whole nanoseconds, or 1.1 seconds would be 1100.0000000000002 milliseconds.
    return duration == Field.API_DURATION
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
    MetadataField code =
        metadata.isMissing(MetadataField.ERROR_CODE)
            ? MetadataField.API_ERROR_CODE
            : MetadataField.ERROR_CODE;
    if (metadata.isText(code)) {
      entry.errorCode = metadata.text(code);
    }
  }
}
