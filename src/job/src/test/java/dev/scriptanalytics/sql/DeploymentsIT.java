package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The table {@code deployments}, which materialized views fill when the job inserts. */
class DeploymentsIT {
  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  /** Within every retention, in UTC. */
  private static final String DAY = Tables.time(Tables.noonOfYesterday()).substring(0, 10);

  private final String account = UUID.randomUUID().toString();

  @Test
  void aNumberedDeploymentHasItsFirstAndLastRunAndTheIdThatTheLatestRunNamed() {
    insert(
        "runs",
        run("06:00", 3, "old", "a"),
        run("08:00", 3, "new", "b"),
        run("09:00", 3, "", "c"),
        run("07:00", 3, "middle", "d"));
    assertThat(deployments()).isEqualTo("3\t\tDAY 06:00:00.000\tDAY 09:00:00.000\t\\N\t\\N\tnew");
  }

  @Test
  void aDeploymentWithoutANumberIsKnownByItsId() {
    insert("runs", run("06:00", 0, "v1", "a"), run("07:00", 0, "v2", "b"));
    insert("runs", run("08:00", 0, "v2", "c"), run("09:00", 0, "", "d"));
    assertThat(deployments())
        .isEqualTo(
            """
            0\t\tDAY 09:00:00.000\tDAY 09:00:00.000\t\\N\t\\N\t
            0\tv1\tDAY 06:00:00.000\tDAY 06:00:00.000\t\\N\t\\N\tv1
            0\tv2\tDAY 07:00:00.000\tDAY 08:00:00.000\t\\N\t\\N\tv2""");
  }

  @Test
  void aDeploymentThatHasOnlyLoggedHasItsFirstAndLastEntry() {
    insert("logs", log("06:00", "pay", 3, 0), log("07:00", "pay", 3, 0));
    assertThat(deployments())
        .isEqualTo("3\t\t\\N\t\\N\tDAY 06:00:00.000000\tDAY 07:00:00.000000\t");
  }

  @Test
  void runsAndEntriesOfADeploymentAreOneRow() {
    insert("logs", log("06:00", "pay", 3, 0));
    insert("runs", run("07:00", 3, "id", "a"));
    clickHouse.query("OPTIMIZE TABLE script_analytics.deployments FINAL");
    assertThat(rows()).isEqualTo("1");
    assertThat(deployments())
        .isEqualTo(
            "3\t\tDAY 07:00:00.000\tDAY 07:00:00.000"
                + "\tDAY 06:00:00.000000\tDAY 06:00:00.000000\tid");
  }

  @Test
  void anEntryWithoutAScriptAndATombstoneTellNoDeployment() {
    insert("logs", log("06:00", "", 3, 0), log("07:00", "pay", 4, 1));
    assertThat(rows()).isEqualTo("0");
  }

  @Test
  void duplicatesAndReplaysChangeNothing() {
    String[] runs = {run("06:00", 3, "old", "a"), run("07:00", 3, "new", "b")};
    String[] logs = {log("06:30", "pay", 3, 0), log("07:30", "pay", 3, 0)};
    insert("runs", runs);
    insert("logs", logs);
    String before = deployments();
    insert("logs", logs[1], logs[1]);
    insert("runs", runs[0]);
    insert("runs", runs);
    insert("logs", logs);
    assertThat(deployments()).isEqualTo(before).isNotEmpty();
  }

  /** The key of each deployment, its times, and the latest id. */
  private String deployments() {
    return clickHouse
        .query(
            "SELECT deployment_version, deployment_id, min(first_run), max(last_run), min(first_entry),"
                + " max(last_entry), argMaxMerge(latest_id) FROM script_analytics.deployments"
                + " WHERE account = '%s' AND script = 'pay' GROUP BY ALL ORDER BY ALL"
                    .formatted(account))
        .replace(DAY, "DAY");
  }

  private String rows() {
    return clickHouse.query(
        "SELECT count() FROM script_analytics.deployments WHERE account = '" + account + "'");
  }

  private String run(String time, int version, String deploymentId, String runId) {
    return """
        {"account":"%s","script":"pay","executed_on":"DAY %s:00","run_id":"%s","version":3,"status":"Success",\
        "deployment_version":%d,"deployment_id":"%s","retention_days":65535}"""
        .formatted(account, time, runId, version, deploymentId);
  }

  private String log(String time, String script, int deploymentVersion, int isDeleted) {
    return """
        {"account":"%s","script":"%s","timestamp":"DAY %s:00","log_id":"1","is_deleted":%d,\
        "deployment_version":%d,"retention_days":65535}"""
        .formatted(account, script, time, isDeleted, deploymentVersion);
  }

  /** One insert of the job's user. */
  private static void insert(String table, String... rows) {
    clickHouse
        .http()
        .insertAs(
            "script_writer",
            ClickHouseProgram.WRITER_PASSWORD,
            "INSERT INTO script_analytics." + table + " FORMAT JSONEachRow",
            String.join("\n", rows).replace("DAY", DAY).getBytes(StandardCharsets.UTF_8));
  }
}
