package dev.scriptanalytics.testkit.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What ClickHouse says of a script's log entries.
 *
 * @param rows the entries themselves, counted
 * @param metricsTotal what view {@code log_metrics} counts, as are {@code metricsByLevel}
 * @param patternsTotal the entries of all patterns of view {@code log_patterns}
 */
public record FoundLogs(
    LogCounts rows, long metricsTotal, Map<String, Long> metricsByLevel, long patternsTotal) {

  /**
   * Of rows of level, entries and checksum, a row of view {@code log_metrics}, and a row with the
   * entries of {@code log_patterns}.
   */
  static FoundLogs of(List<JsonNode> levels, JsonNode metrics, JsonNode patterns) {
    Map<String, Long> byLevel = new TreeMap<>();
    long total = 0;
    long checksum = 0;
    for (JsonNode level : levels) {
      long entries = level.path("entries").asLong();
      byLevel.put(level.path("log_level").asText(), entries);
      total += entries;
      checksum += level.path("checksum").asLong();
    }
    Map<String, Long> metricsByLevel = new TreeMap<>();
    metrics
        .path("levels")
        .properties()
        .forEach(
            level -> {
              if (level.getValue().asLong() != 0) {
                metricsByLevel.put(level.getKey(), level.getValue().asLong());
              }
            });
    return new FoundLogs(
        new LogCounts(total, byLevel, checksum),
        metrics.path("total_logs").asLong(),
        metricsByLevel,
        patterns.path("entries").asLong());
  }
}
