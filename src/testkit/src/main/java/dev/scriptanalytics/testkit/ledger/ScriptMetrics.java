package dev.scriptanalytics.testkit.ledger;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What ClickHouse says of a script.
 *
 * @param failureRate in percent; NaN for none, as are the percentiles, min and max (milliseconds)
 * @param rowsSucceeded counted over the single runs, as are the other {@code rows}
 * @param rowsTimed runs that have a response time
 */
public record ScriptMetrics(
    long totalRuns,
    long succeeded,
    long failed,
    long inProgress,
    double failureRate,
    double p90,
    double p99,
    double min,
    double max,
    long rowsSucceeded,
    long rowsFailed,
    long rowsInProgress,
    long rowsTimed) {

  /** Of a row of view {@code script_metrics}, and one of counts by status. */
  static ScriptMetrics of(JsonNode metrics, JsonNode rows) {
    return new ScriptMetrics(
        metrics.path("total_runs").asLong(),
        metrics.path("succeeded").asLong(),
        metrics.path("failed").asLong(),
        metrics.path("in_progress").asLong(),
        metrics.path("failure_rate").asDouble(Double.NaN),
        metrics.path("p90").asDouble(Double.NaN),
        metrics.path("p99").asDouble(Double.NaN),
        metrics.path("min").asDouble(Double.NaN),
        metrics.path("max").asDouble(Double.NaN),
        rows.path("succeeded").asLong(),
        rows.path("failed").asLong(),
        rows.path("in_progress").asLong(),
        rows.path("timed").asLong());
  }
}
