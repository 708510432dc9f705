package dev.scriptanalytics.testkit.ledger;

/**
 * What is to be found of one run, however often and in whatever order it was told.
 *
 * @param runId as ClickHouse has it, such as {@code ID#2} of a second attempt
 * @param startedAt in milliseconds since 1970
 * @param responseTime in milliseconds; NaN unless the run succeeded and told it
 */
public record RunOutcome(
    String account,
    String script,
    String runId,
    DeploymentKey deployment,
    long startedAt,
    RunStatus status,
    double responseTime) {}
