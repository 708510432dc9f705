package dev.scriptanalytics.testkit.ledger;

import java.util.Map;

/**
 * The truth about one script's runs.
 *
 * @param from the first start, in milliseconds since 1970
 * @param to one millisecond after the last start, so that {@code [from, to)} holds every run and
 *     cuts as tightly as it can
 * @param responseTimes of every successful run that told one, in milliseconds, ascending
 * @param deployments the runs by deployment; empty where the ledger does not tell them apart
 * @param logs its log entries; null where the ledger is one of runs alone
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record ScriptLedger(
    String account,
    String script,
    long from,
    long to,
    long succeeded,
    long failed,
    long inProgress,
    double[] responseTimes,
    Map<DeploymentKey, RunCounts> deployments,
    LogLedger logs) {

  /** Of a script of whose deployments and log entries nothing is known. */
  public ScriptLedger(
      String account,
      String script,
      long from,
      long to,
      long succeeded,
      long failed,
      long inProgress,
      double[] responseTimes) {
    this(account, script, from, to, succeeded, failed, inProgress, responseTimes, Map.of(), null);
  }

  /** Succeeded, failed and in progress together. */
  public long totalRuns() {
    return succeeded + failed + inProgress;
  }

  /** In percent of the finished runs; NaN where none has finished. */
  public double failureRate() {
    return 100.0 * failed / (succeeded + failed);
  }
}
