package dev.scriptanalytics.testkit.ledger;

/**
 * What is to be found of one run, however often and in whatever order it was told.
 *
 * @param startedAt in milliseconds since 1970
 * @param responseTime in milliseconds; NaN unless the run succeeded and told it
 */
public record RunOutcome(
    String account, String script, long startedAt, RunStatus status, double responseTime) {}
