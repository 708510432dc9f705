package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.filter.Columns;
import dev.scriptanalytics.api.page.Order;
import dev.scriptanalytics.api.page.SortKey;
import java.util.List;

/** What lists of entries are filtered and ordered by. */
final class LogColumns {
  /** By the names that answers give them. */
  static final Columns FILTERED =
      new Columns.Builder()
          .text("logId", "log_id")
          .time("timestamp", "timestamp")
          .word("level", Level.SQL, Level.WORDS)
          .text("originalLevel", "original_level")
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
          .text("errorGroup", "if(error_group = 0, '', toString(error_group))")
          .text("stackTrace", "stack_trace")
          .text("traceId", "trace_id")
          .text("spanId", "span_id")
          .text("pattern", "toString(pattern)")
          .json("metadata", "metadata")
          .json("extra", "extra")
          .list("truncated", "truncated")
          .list("redacted", "redacted")
          .build();

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
