package dev.scriptanalytics.testkit.ledger;

/**
 * What is to be found of one log entry, however often and in whatever form it was told.
 *
 * @param runId empty of an entry that no run wrote
 * @param version of the deployment; 0 if nobody tells it
 * @param micros in microseconds since 1970
 */
public record LogOutcome(
    String account,
    String script,
    String runId,
    int version,
    long micros,
    LogLevel level,
    String message) {}
