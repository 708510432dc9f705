package dev.scriptanalytics.testkit.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether ClickHouse holds what a ledger says was sent: for each script the view {@code
 * script_metrics}, which is served from rollups, and the single runs, by deployment too, between
 * the first and the last of the ledger's runs; and, where the ledger knows of log entries, those
 * that {@code all_logs} has, and {@code log_metrics} and {@code log_patterns} count. Nothing else
 * may have run in the same account and time.
 */
public final class LedgerComparison {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final String RANGE =
      "(account = {account:String}, script = {script:String}, from = {from:String},"
          + " to = {to:String})";

  private static final String METRICS = "SELECT * FROM script_analytics.script_metrics" + RANGE;

  private static final String ROWS =
      "SELECT countIf(status = 'Success') AS succeeded, countIf(status = 'Failed') AS failed,"
          + " countIf(status = 'In Progress') AS in_progress, count(response_time) AS timed"
          + " FROM script_analytics.all_runs"
          + RANGE;

  private static final String DEPLOYMENTS =
      "SELECT deployment_version, if(deployment_version = 0, deployment_id, '') AS only_id,"
          + " countIf(status = 'Success') AS succeeded, countIf(status = 'Failed') AS failed,"
          + " countIf(status = 'In Progress') AS in_progress, "
          + RunCounts.CHECKSUM
          + " AS checksum FROM script_analytics.all_runs"
          + RANGE
          + " GROUP BY deployment_version, only_id";

  private static final String LOGS =
      "SELECT log_level, count() AS entries, "
          + LogCounts.CHECKSUM
          + " AS checksum FROM script_analytics.all_logs"
          + RANGE
          + " GROUP BY log_level";

  private static final String LOG_METRICS = "SELECT * FROM script_analytics.log_metrics" + RANGE;

  private static final String LOG_PATTERNS =
      "SELECT sum(entries) AS entries FROM script_analytics.log_patterns" + RANGE;

  private final List<ScriptComparison> scripts;

  private LedgerComparison(List<ScriptComparison> scripts) {
    this.scripts = scripts;
  }

  /** Asks {@code clickHouse} about every script of the ledger. */
  public static LedgerComparison of(List<ScriptLedger> ledger, ClickHouseReader clickHouse)
      throws IOException, InterruptedException {
    List<ScriptComparison> scripts = new ArrayList<>();
    for (ScriptLedger script : ledger) {
      Map<String, String> range = range(script, script.from(), script.to());
      scripts.add(
          new ScriptComparison(
              script,
              ScriptMetrics.of(
                  only(clickHouse.read(METRICS, range)), only(clickHouse.read(ROWS, range))),
              deployments(clickHouse.read(DEPLOYMENTS, range)),
              script.logs() == null ? null : foundLogs(script, clickHouse)));
    }
    return new LedgerComparison(scripts);
  }

  private static Map<DeploymentKey, RunCounts> deployments(List<JsonNode> rows) {
    Map<DeploymentKey, RunCounts> deployments = new TreeMap<>();
    for (JsonNode row : rows) {
      deployments.put(
          new DeploymentKey(row.path("deployment_version").asInt(), row.path("only_id").asText()),
          new RunCounts(
              row.path("succeeded").asLong(),
              row.path("failed").asLong(),
              row.path("in_progress").asLong(),
              row.path("checksum").asLong()));
    }
    return deployments;
  }

  private static FoundLogs foundLogs(ScriptLedger script, ClickHouseReader clickHouse)
      throws IOException, InterruptedException {
    LogLedger logs = script.logs();
    boolean none = logs.counts().total() == 0;
    // Where none is expected there must be none while the script ran.
    Map<String, String> range =
        range(script, none ? script.from() : logs.from(), none ? script.to() : logs.to());
    return FoundLogs.of(
        clickHouse.read(LOGS, range),
        only(clickHouse.read(LOG_METRICS, range)),
        only(clickHouse.read(LOG_PATTERNS, range)));
  }

  private static Map<String, String> range(ScriptLedger script, long from, long to) {
    return Map.of(
        "account",
        script.account(),
        "script",
        script.script(),
        "from",
        TIME.format(Instant.ofEpochMilli(from)),
        "to",
        TIME.format(Instant.ofEpochMilli(to)));
  }

  /** A view of metrics may have no row where there were no runs. */
  private static JsonNode only(List<JsonNode> rows) {
    return rows.isEmpty() ? MissingNode.getInstance() : rows.get(0);
  }

  /** Every script, in the ledger's order. */
  List<ScriptComparison> scripts() {
    return scripts;
  }

  /** One sentence for each thing that differs, with the script it differs in. */
  public List<String> differences() {
    List<String> differences = new ArrayList<>();
    for (ScriptComparison script : scripts) {
      String name = script.expected().account() + "/" + script.expected().script();
      script.differences().forEach(difference -> differences.add(name + ": " + difference));
    }
    return differences;
  }

  /** A line for each script, and what differs. */
  public String table() {
    StringBuilder table = new StringBuilder();
    table.append(
        "%-40s %9s %9s %7s %8s %10s %10s %9s %9s %9s%n"
            .formatted(
                "script",
                "runs",
                "succeeded",
                "failed",
                "running",
                "P90 ms",
                "P99 ms",
                "P90 off",
                "P99 off",
                "logs"));
    for (ScriptComparison script : scripts) {
      ScriptMetrics found = script.found();
      table.append(
          "%-40s %9d %9d %7d %8d %10.1f %10.1f %8.3f%% %8.3f%% %9s%s%n"
              .formatted(
                  script.expected().account() + "/" + script.expected().script(),
                  found.totalRuns(),
                  found.succeeded(),
                  found.failed(),
                  found.inProgress(),
                  found.p90(),
                  found.p99(),
                  100 * script.p90Error(),
                  100 * script.p99Error(),
                  script.logs() == null ? "" : Long.toString(script.logs().rows().total()),
                  script.differences().isEmpty() ? "" : "  differs"));
    }
    differences().forEach(difference -> table.append(difference).append('\n'));
    return table.toString();
  }
}
