package dev.scriptanalytics.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.util.Collection;

/** Rows of the table of runs, as the job writes them. */
final class RunTable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunTable() {}

  /** A run that has started and not ended, of the account acme. */
  static ObjectNode started(String script, String runId, Instant executedOn) {
    ObjectNode run = run(script, runId, executedOn, 0).put("status", "In Progress");
    run.putNull("ended_on").putNull("response_time").put("version", 1);
    return run;
  }

  /** A run that has succeeded, of the account acme; further columns may be added. */
  static ObjectNode run(String script, String runId, Instant executedOn, double responseTime) {
    return JSON.createObjectNode()
        .put("account", "acme")
        .put("script", script)
        .put("run_id", runId)
        .put("executed_on", executedOn.toString())
        .put("ended_on", executedOn.plusMillis(Math.round(responseTime)).toString())
        .put("status", "Success")
        .put("response_time", responseTime)
        .put("version", 3)
        .put("retention_days", 36500);
  }

  /** Inserts runs, and what makes their scripts known. */
  static void insert(ClickHouseExtension clickHouse, Collection<ObjectNode> runs) {
    insertRows(clickHouse, runs);
    // A script is known by its deployments, which are kept for 400 days, or by its log entries.
    runs.stream()
        .map(run -> run.get("script").asText())
        .distinct()
        .forEach(
            script ->
                LogTable.insert(
                    clickHouse,
                    "acme",
                    script,
                    LogTable.entries(LogTable.entry("2024-01-01T00:00:00Z", "info", "known"))));
  }

  /** Inserts rows of runs, and nothing else. */
  static void insertRows(ClickHouseExtension clickHouse, Collection<ObjectNode> runs) {
    StringBuilder rows =
        new StringBuilder(
            "INSERT INTO script_analytics.runs SETTINGS date_time_input_format = 'best_effort'"
                + " FORMAT JSONEachRow\n");
    runs.forEach(run -> rows.append(run).append('\n'));
    clickHouse.query(rows.toString());
  }
}
