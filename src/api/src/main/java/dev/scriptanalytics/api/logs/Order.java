package dev.scriptanalytics.api.logs;

import java.util.Map;

/**
 * The order of entries; those that are equal in {@code field} are in the order in which they were
 * logged.
 */
record Order(String field, boolean descending) {
  /** What can be sorted by, in SQL. */
  static final Map<String, String> FIELDS =
      Map.of(
          "timestamp", "timestamp",
          "level",
              "multiIf(log_level = 'Debug', 0, log_level IN ('Info', 'Stdout'), 1,"
                  + " log_level = 'Warning', 2, log_level IN ('Error', 'Stderr'), 3, 4)",
          "source", "source",
          "jobId", "run_id",
          "duration", "duration_ms",
          "memoryUsage", "memory_bytes",
          "gpuUtilization", "gpu_percent");

  String sql() {
    String direction = descending ? " DESC" : "";
    String first = field.equals("timestamp") ? "" : FIELDS.get(field) + direction + ", ";
    // The run tells entries of one id apart, so that pages by offset neither overlap nor leave
    // gaps.
    return "\nORDER BY %1$stimestamp%2$s, sequence%2$s, log_id%2$s, run_id%2$s"
        .formatted(first, direction);
  }
}
