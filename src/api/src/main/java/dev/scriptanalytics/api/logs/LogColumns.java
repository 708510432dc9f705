package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.export.Exported;
import dev.scriptanalytics.api.export.Form;
import dev.scriptanalytics.api.filter.Columns;
import dev.scriptanalytics.api.page.Order;
import dev.scriptanalytics.api.page.SortKey;
import java.util.List;
import java.util.Map;

/** What lists of entries are filtered and ordered by. */
final class LogColumns {
  private static final List<String> STORED_LEVELS =
      List.of("Stdout", "Stderr", "Debug", "Info", "Warning", "Error", "Fatal");

  /** As that of runs: "0" is the group of all errors that say nothing. */
  private static final String ERROR_GROUP =
      "multiIf(error_group != 0, toString(error_group), log_level IN ('Error', 'Fatal'), '0', '')";

  /** By the names that answers give them. */
  static final Columns FILTERED =
      new Columns.Builder()
          .text("logId", "log_id")
          .time("timestamp", "timestamp")
          .word("level", Level.SQL, Level.WORDS)
          .text("originalLevel", "original_level")
          // With the lines of standard output and error apart, as the dashboards show them.
          .word("logLevel", "toString(log_level)", STORED_LEVELS)
          .text("message", "log_message")
          .text("jobId", "run_id")
          .text("requestId", "request_id")
          .text("source", "source")
          .text("sourceType", "source_type")
          .text("function", "function")
          .count("deploymentVersion", "deployment_version")
          .text("deploymentId", "deployment_id")
          .number("duration", "duration_ms / 1000")
          .number("memoryBytes", "memory_bytes")
          .number("gpuUtilization", "gpu_percent")
          .text("errorCode", "error_code")
          .text("errorGroup", ERROR_GROUP)
          .text("stackTrace", "stack_trace")
          .text("traceId", "trace_id")
          .text("spanId", "span_id")
          .text("pattern", "toString(pattern)")
          .json("metadata", "metadata")
          .json("extra", "extra")
          .list("truncated", "truncated")
          .list("redacted", "redacted")
          .build();

  /** The dashboard's table of entries. */
  private static final String TABLE =
      """
      script_analytics_cell(log_id) AS `Log ID`,
      toString(log_level) AS `Log Level`,
      script_analytics_cell(log_message) AS `Log Message`,
      timestamp AS `Timestamp`""";

  /** Everything, by the names that answers have; %s is the time. */
  private static final String ALL =
      """
      script, log_id AS logId, %s AS timestamp,\s"""
          + Level.SQL
          + """
       AS level,
      toString(log_level) AS logLevel, original_level AS originalLevel, log_message AS message, run_id AS jobId,
      request_id AS requestId, source, source_type AS sourceType, function,
      deployment_version AS deploymentVersion, deployment_id AS deploymentId, line, stream,
      duration_ms / 1000 AS duration, memory_bytes AS memoryBytes, gpu_percent AS gpuUtilization,
      error_code AS errorCode,\s"""
          + ERROR_GROUP
          + """
       AS errorGroup,
      stack_trace AS stackTrace, metadata, trace_id AS traceId, span_id AS spanId,
      toString(pattern) AS pattern, truncated, redacted, extra""";

  /** A line of text; further lines are indented, so that none of them looks like an entry. */
  private static final String LINE =
      """
      script_analytics_indented(concat(
          replaceOne(toString(toDateTime64(timestamp, 3, 'UTC')), ' ', 'T'),
          'Z [',
          if(log_level = 'Warning', 'WARN', upper(toString(log_level))),
          '] ',
          if(source = '', '', concat(source, ': ')),
          log_message,
          if(
              isNull(duration_ms) OR log_level IN ('Warning', 'Error', 'Fatal'),
              '',
              concat(' in ', toString(assumeNotNull(duration_ms) / 1000), 's')
          ),
          if(run_id = '', '', concat(' (', run_id, ')'))
      )) AS line""";

  /** Files of entries. */
  static final Exported EXPORTED =
      new Exported(
          "logs_data",
          Permission.LOGS_READ,
          "Logs access",
          "export_logs",
          FILTERED,
          Map.of(
              Form.CSV,
              TABLE,
              Form.NDJSON,
              ALL.formatted(Exported.utc("timestamp")),
              Form.PARQUET,
              ALL.formatted("timestamp"),
              Form.TEXT,
              LINE));

  private static final List<SortKey> AS_LOGGED =
      List.of(
          new SortKey("timestamp", SortKey.Type.TIME, false),
          new SortKey("sequence", SortKey.Type.UNSIGNED, false),
          new SortKey("log_id", SortKey.Type.TEXT, false),
          new SortKey("run_id", SortKey.Type.TEXT, false));

  private LogColumns() {}

  /** The order in which entries were logged, or the newest first. */
  static Order order(boolean newestFirst) {
    return Order.of(null, AS_LOGGED, newestFirst);
  }
}
