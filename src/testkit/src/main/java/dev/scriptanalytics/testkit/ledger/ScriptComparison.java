package dev.scriptanalytics.testkit.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A script's truth beside what ClickHouse says of it.
 *
 * @param deployments the rows of runs by deployment
 * @param logs null where the truth knows nothing of log entries
 */
public record ScriptComparison(
    ScriptLedger expected,
    ScriptMetrics found,
    Map<DeploymentKey, RunCounts> deployments,
    FoundLogs logs) {
  // A rate may be shown with two decimals.
  private static final double RATE_TOLERANCE = 0.005 + 1e-9;

  /** One sentence for each thing that differs; none if all is as it must be. */
  public List<String> differences() {
    List<String> differences = new ArrayList<>();
    count(differences, "total runs", expected.totalRuns(), found.totalRuns());
    count(differences, "succeeded", expected.succeeded(), found.succeeded());
    count(differences, "failed", expected.failed(), found.failed());
    count(differences, "in progress", expected.inProgress(), found.inProgress());
    count(differences, "rows of succeeded runs", expected.succeeded(), found.rowsSucceeded());
    count(differences, "rows of failed runs", expected.failed(), found.rowsFailed());
    count(differences, "rows of runs in progress", expected.inProgress(), found.rowsInProgress());
    double[] responseTimes = expected.responseTimes();
    count(differences, "rows with a response time", responseTimes.length, found.rowsTimed());
    value(differences, "failure rate", expected.failureRate(), found.failureRate(), RATE_TOLERANCE);
    boolean timed = responseTimes.length > 0;
    double min = timed ? responseTimes[0] : Double.NaN;
    double max = timed ? responseTimes[responseTimes.length - 1] : Double.NaN;
    value(differences, "min", min, found.min(), 0);
    value(differences, "max", max, found.max(), 0);
    percentile(differences, "P90", found.p90(), 0.9);
    percentile(differences, "P99", found.p99(), 0.99);
    if (!expected.deployments().isEmpty()) {
      compareDeployments(differences);
    }
    if (logs != null) {
      compareLogs(differences, expected.logs().counts());
    }
    return differences;
  }

  private void compareDeployments(List<String> differences) {
    Set<DeploymentKey> all = new TreeSet<>(expected.deployments().keySet());
    all.addAll(deployments.keySet());
    for (DeploymentKey deployment : all) {
      String of = " of deployment " + deployment;
      RunCounts truth = expected.deployments().getOrDefault(deployment, RunCounts.NONE);
      RunCounts rows = deployments.getOrDefault(deployment, RunCounts.NONE);
      count(differences, "succeeded" + of, truth.succeeded(), rows.succeeded());
      count(differences, "failed" + of, truth.failed(), rows.failed());
      count(differences, "in progress" + of, truth.inProgress(), rows.inProgress());
      if (truth.checksum() != rows.checksum()) {
        differences.add("runs" + of + ": other ids or status than expected");
      }
    }
  }

  private void compareLogs(List<String> differences, LogCounts counts) {
    count(differences, "log entries", counts.total(), logs.rows().total());
    count(differences, "log entries by log_metrics", counts.total(), logs.metricsTotal());
    count(differences, "log entries of all patterns", counts.total(), logs.patternsTotal());
    same(differences, "log entries by level", counts.byLevel(), logs.rows().byLevel());
    same(differences, "levels by log_metrics", counts.byLevel(), logs.metricsByLevel());
    if (counts.total() == logs.rows().total() && counts.checksum() != logs.rows().checksum()) {
      differences.add("log entries: as many as expected, but of another text, run or version");
    }
  }

  private static void same(
      List<String> differences, String name, Object expectedValue, Object foundValue) {
    if (!expectedValue.equals(foundValue)) {
      differences.add("%s: %s expected, %s found".formatted(name, expectedValue, foundValue));
    }
  }

  /** The rank error of the P90; NaN where there is none or must be none. */
  public double p90Error() {
    return rankError(found.p90(), 0.9);
  }

  /** The rank error of the P99; NaN where there is none or must be none. */
  public double p99Error() {
    return rankError(found.p99(), 0.99);
  }

  private double rankError(double estimate, double q) {
    double[] sorted = expected.responseTimes();
    return sorted.length == 0 || Double.isNaN(estimate)
        ? Double.NaN
        : RankError.of(sorted, estimate, q);
  }

  private void percentile(List<String> differences, String name, double estimate, double q) {
    double[] sorted = expected.responseTimes();
    if (sorted.length == 0 || Double.isNaN(estimate)) {
      if (sorted.length > 0 || !Double.isNaN(estimate)) {
        differences.add(
            "%s is %s, of %d response times".formatted(name, text(estimate), sorted.length));
      }
      return;
    }
    double error = rankError(estimate, q);
    double allowed = RankError.allowed(sorted.length);
    if (error > allowed) {
      differences.add(
          "%s is %s ms, which is off by %.2f%% in rank (allowed: %.2f%%)"
              .formatted(name, estimate, 100 * error, 100 * allowed));
    }
  }

  private static void count(List<String> differences, String name, long expected, long found) {
    if (expected != found) {
      differences.add("%s: %d expected, %d found".formatted(name, expected, found));
    }
  }

  private static void value(
      List<String> differences, String name, double expected, double found, double tolerance) {
    boolean same =
        Double.isNaN(expected) ? Double.isNaN(found) : Math.abs(expected - found) <= tolerance;
    if (!same) {
      differences.add("%s: %s expected, %s found".formatted(name, text(expected), text(found)));
    }
  }

  private static String text(double value) {
    return Double.isNaN(value) ? "nothing" : Double.toString(value);
  }
}
