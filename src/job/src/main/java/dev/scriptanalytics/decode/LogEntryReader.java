package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;

/**
 * Reads a log entry that is a JSON object with its message at the top: a native one, whose fields
 * have the names of the columns, or one of the endpoints' logs API.
 *
 * <p>The two are read as one form, since what differs are names: {@code jobId} is the run, {@code
 * endpointId} the script, {@code requestId} and {@code stackTrace} what they say; {@code duration}
 * is in seconds, {@code memoryUsage} a size such as {@code 8.2GB} ({@link UnitParser#bytes}), and
 * {@code gpuUtilization} in percent. Where an entry has a field by both names, the native one
 * counts. An error code stands in {@code error_code}, {@code errorCode}, or a field of that name in
 * {@code metadata}. All that has no column is kept in {@code extra}.
 */
final class LogEntryReader {
  private static final int ACCOUNT = 0;
  private static final int RUN_ID = 1;
  private static final int SCRIPT = 2;
  private static final int DEPLOYMENT_ID = 3;
  private static final int DEPLOYMENT_VERSION = 4;
  private static final int FUNCTION = 5;
  private static final int LOG_ID = 6;
  static final int TIMESTAMP = 7;
  private static final int LEVEL = 8;
  private static final int MESSAGE = 9;
  private static final int SOURCE = 10;
  private static final int SOURCE_TYPE = 11;
  private static final int REQUEST_ID = 12;
  private static final int DURATION_MS = 13;
  private static final int MEMORY_BYTES = 14;
  private static final int GPU_PERCENT = 15;
  private static final int METADATA = 16;
  private static final int STACK_TRACE = 17;
  private static final int TRACE_ID = 18;
  private static final int SPAN_ID = 19;
  private static final int ERROR_CODE = 20;
  // The same in the words of the logs API.
  private static final int API_RUN_ID = 21;
  private static final int API_SCRIPT = 22;
  private static final int API_REQUEST_ID = 23;
  private static final int API_DURATION = 24;
  private static final int API_MEMORY = 25;
  private static final int API_GPU = 26;
  private static final int API_STACK_TRACE = 27;
  private static final int API_ERROR_CODE = 28;
  // What other shapes are known by.
  static final int LOGS = 29;
  static final int ATTRIBUTES = 30;
  static final int START_TIME = 31;
  private static final String[] FIELDS = {
    "account",
    "run_id",
    "script",
    "deployment_id",
    "deployment_version",
    "function",
    "log_id",
    "timestamp",
    "level",
    "message",
    "source",
    "source_type",
    "request_id",
    "duration_ms",
    "memory_bytes",
    "gpu_percent",
    "metadata",
    "stack_trace",
    "trace_id",
    "span_id",
    "error_code",
    "jobId",
    "endpointId",
    "requestId",
    "duration",
    "memoryUsage",
    "gpuUtilization",
    "stackTrace",
    "errorCode",
    "logs",
    "attributes",
    "start_time"
  };

  private static final String[] METADATA_FIELDS = {"error_code", "errorCode"};
  private static final int METADATA_ERROR_CODE = 0;
  private static final int METADATA_API_ERROR_CODE = 1;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private final EventFields fields = new EventFields(FIELDS);
  private final EventFields metadata = new EventFields(METADATA_FIELDS);
  // Never cut here: an entry's id is made of all of it.
  private final ExtraFields extra = new ExtraFields(Integer.MAX_VALUE);
  private final LogFields log = new LogFields(fields, extra);

  /** Where the object is to be scanned into. */
  EventFields fields() {
    return fields;
  }

  /** The account that the object names, if any. */
  byte[] account() throws UnusableRecordException {
    return log.key(ACCOUNT);
  }

  /** The script that the object names, if any. */
  byte[] script() throws UnusableRecordException {
    return log.key(oneOf(SCRIPT, API_SCRIPT));
  }

  /** Sets all that the object tells; the entry must have been reset. */
  void read(LogEntry entry) throws UnusableRecordException {
    entry.timestamp = log.time(TIMESTAMP);
    entry.message = log.message(MESSAGE);
    extra.reset();
    entry.account = account();
    entry.runId = log.key(oneOf(RUN_ID, API_RUN_ID));
    entry.script = script();
    entry.logId = log.key(LOG_ID);
    log.level(LEVEL, entry);
    entry.deploymentId = log.text(DEPLOYMENT_ID);
    entry.deploymentVersion = log.deploymentVersion(DEPLOYMENT_VERSION);
    entry.function = log.text(FUNCTION);
    entry.source = log.text(SOURCE);
    entry.sourceType = log.text(SOURCE_TYPE);
    entry.requestId = log.text(oneOf(REQUEST_ID, API_REQUEST_ID));
    entry.traceId = log.text(TRACE_ID);
    entry.spanId = log.text(SPAN_ID);
    entry.durationMillis = durationMillis();
    double memory = log.figure(oneOf(MEMORY_BYTES, API_MEMORY), UnitParser::bytes);
    entry.memoryBytes = Double.isNaN(memory) ? -1 : (long) memory;
    entry.gpuPercent = log.figure(oneOf(GPU_PERCENT, API_GPU), UnitParser::percentage);
    entry.stackTrace = log.lines(oneOf(STACK_TRACE, API_STACK_TRACE));
    entry.errorCode = log.text(oneOf(ERROR_CODE, API_ERROR_CODE));
    readMetadata(entry);
    log.keep(LOGS);
    log.keep(ATTRIBUTES);
    log.keep(START_TIME);
    extra.addUnknown(fields.scanner());
    entry.extra = extra.toJson();
  }

  /** The field of two that is there; the second is kept aside where both are. */
  private int oneOf(int field, int otherwise) {
    if (fields.isMissing(field)) {
      return otherwise;
    }
    log.keep(otherwise);
    return field;
  }

  private double durationMillis() {
    int duration = oneOf(DURATION_MS, API_DURATION);
    double figure = log.figure(duration, UnitParser::number);
    // By way of whole nanoseconds, lest 1.1 seconds become 1100.0000000000002 milliseconds.
    return duration == API_DURATION
        ? Math.rint(figure * NANOS_PER_SECOND) / NANOS_PER_MILLI
        : figure;
  }

  private void readMetadata(LogEntry entry) {
    if (fields.scanner().kind(METADATA) != Kind.OBJECT) {
      log.keep(METADATA);
      return;
    }
    entry.metadata = fields.text(METADATA);
    if (entry.errorCode.length > 0) {
      return;
    }
    metadata.scanPart(fields.scanner(), METADATA);
    int code =
        metadata.isMissing(METADATA_ERROR_CODE) ? METADATA_API_ERROR_CODE : METADATA_ERROR_CODE;
    if (metadata.isText(code)) {
      entry.errorCode = metadata.text(code);
    }
  }
}
