package dev.scriptanalytics.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.DeploymentKey;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LogLevel;
import dev.scriptanalytics.testkit.ledger.LogOutcome;
import dev.scriptanalytics.testkit.ledger.RunOutcome;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The comparison of the tables of a real ClickHouse with a ledger of one run. */
class ExactnessIT {
  private static final String FACTS =
      "deployment_version, deployment_id, arrival, facts, seen, succeeded, failed,"
          + " response_time_sum, response_time_min, response_time_max, means, weights)";

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  // Two hours ago, so that the hour can be settled.
  private final Instant hour =
      Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(2));
  private final Ledger ledger = new Ledger();

  @BeforeEach
  void fill() {
    for (String table :
        List.of(
            "runs",
            "logs",
            "log_shapes",
            "run_rollups",
            "run_rollups_hourly",
            "rollup_progress",
            "dead_letters")) {
      clickHouse.query("TRUNCATE TABLE script_analytics." + table);
    }
    ledger.add(
        new RunOutcome(
            "acme",
            "Qbalance",
            "run_1",
            DeploymentKey.of(0, "v1.4.0"),
            hour.toEpochMilli(),
            RunStatus.SUCCESS,
            12.5));
    clickHouse.query(
        "INSERT INTO script_analytics.runs (account, script, run_id, executed_on, version, status,"
            + " response_time, retention_days) SELECT 'acme', 'Qbalance', 'run_1',"
            + " toDateTime64(%d, 3), 3, 'Success', 12.5, 30".formatted(hour.getEpochSecond()));
    insertRollup("run_rollups (account, script, minute, ", "%1$s", "v1.4.0");
    insertRollup(
        "run_rollups_hourly (account, script, hour, first_minute, last_minute, ",
        "%1$s, %1$s, %1$s",
        "v1.4.0");
    settle(hour.plus(Duration.ofHours(1)));
  }

  @Test
  void findsNoDifferenceWhereAllTablesHaveTheRun() {
    assertThat(differences()).isEmpty();
  }

  @Test
  void findsARollupOfAnotherDeployment() {
    insertRollup("run_rollups (account, script, minute, ", "%1$s", "v1.5.0");
    insertRollup(
        "run_rollups_hourly (account, script, hour, first_minute, last_minute, ",
        "%1$s, %1$s, %1$s",
        "v1.5.0");

    assertThat(differences())
        .containsExactly(
            "run_rollups of acme/Qbalance: 2/0/0 instead of 1/0/0",
            "run_rollups: rows of acme/Qbalance deployment v1.5.0, which nobody sent: 1/0/0");
  }

  @Test
  void comparesHoursThatAreSettledAndNoOthers() {
    clickHouse.query("TRUNCATE TABLE script_analytics.run_rollups_hourly");

    assertThat(differences())
        .singleElement()
        .asString()
        .startsWith("run_rollups has, of a settled hour, more than run_rollups_hourly:")
        .contains("acme/Qbalance deployment 0/v1.4.0")
        .endsWith("1/1/0/1");

    clickHouse.query("TRUNCATE TABLE script_analytics.rollup_progress");
    settle(hour);
    assertThat(differences()).isEmpty();
  }

  @Test
  void findsThatNoHourIsSettled() {
    clickHouse.query("TRUNCATE TABLE script_analytics.rollup_progress");

    assertThat(differences()).containsExactly("rollup_progress: no hour is settled");
  }

  @Test
  void findsAShapeThatWasNotWritten() {
    clickHouse.query(
        "INSERT INTO script_analytics.log_shapes (account, script, shape) VALUES ('acme', 'Qbalance', 7)");
    insertEntryWithShape("entry_1", 7);
    insertEntryWithShape("entry_2", 8);
    assertThat(differences())
        .contains("log_shapes lacks the shapes of entries of acme/Qbalance: 1");
  }

  private void insertEntryWithShape(String id, int shape) {
    clickHouse.query(
        "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, shape,"
            + " retention_days) VALUES ('acme', 'Qbalance', now64(6), '%s', %d, 30)"
                .formatted(id, shape));
  }

  @Test
  void findsADeadLetterOfAnotherReason() {
    ledger.addDeadLetter("contradicting_start");
    clickHouse.query(
        "INSERT INTO script_analytics.dead_letters (topic, kafka_partition, kafka_offset, item,"
            + " arrived_at, reason) VALUES ('script-runs', 0, 0, 0, now64(3), 'contradicting_end')");

    assertThat(differences())
        .containsExactly(
            "dead_letters of reason/contradicting_start: nothing instead of 1",
            "dead_letters: rows of reason/contradicting_end, which nobody sent: 1");
  }

  @Test
  void findsAnEntryOfAnotherLevel() {
    ledger.add(entry(LogLevel.WARNING, "disk is slow"));
    insertEntry(1, "Error", "disk is slow");

    assertThat(differences())
        .containsExactly(
            "logs of acme/Qbalance Warning: nothing instead of 1",
            "logs: rows of acme/Qbalance Error, which nobody sent: 1");
  }

  @Test
  void findsThatEntriesOfOneInstantAreInAnotherOrder() {
    List<String> written = List.of("open\nthe ledger", "debit 'a'", "credit\tb");
    written.forEach(message -> ledger.add(entry(LogLevel.INFO, message)));
    ledger.addOrder(new Ledger.RunKey("acme", "run_1"), written);
    insertEntry(1 << 20, "Info", written.get(0));
    insertEntry(2 << 20, "Info", written.get(1));
    insertEntry(3 << 20, "Info", written.get(2));
    assertThat(differences()).isEmpty();

    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
    insertEntry(1 << 20, "Info", written.get(0));
    insertEntry(3 << 20, "Info", written.get(1));
    insertEntry(2 << 20, "Info", written.get(2));

    assertThat(differences())
        .containsExactly(
            "logs in their order of acme/run_1: open the ledger | credit/b | debit 'a' instead of"
                + " open the ledger | debit 'a' | credit/b");
  }

  private LogOutcome entry(LogLevel level, String message) {
    return new LogOutcome(
        "acme", "Qbalance", "run_1", 0, hour.toEpochMilli() * 1000, level, message);
  }

  private void insertEntry(long sequence, String level, String message) {
    clickHouse.query(
        "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, run_id,"
            + " sequence, log_level, log_message, retention_days) SELECT 'acme', 'Qbalance',"
            + " toDateTime64(%d, 6), '%d', 0, 'run_1', %d, '%s', '%s', 30"
                .formatted(
                    hour.getEpochSecond(),
                    message.hashCode(),
                    sequence,
                    level,
                    message.replace("'", "\\'")));
  }

  private void insertRollup(String table, String times, String deploymentId) {
    String at = "toDateTime(%d, 'UTC')".formatted(hour.getEpochSecond());
    clickHouse.query(
        "INSERT INTO script_analytics."
            + table
            + FACTS
            + " SELECT 'acme', 'Qbalance', "
            + times.formatted(at)
            + ", 0, '"
            + deploymentId
            + "', "
            + at
            + ", 2, 1, 1, 0, 12.5, 12.5, 12.5, [12.5], [toUInt64(1)]");
  }

  private void settle(Instant before) {
    clickHouse.query(
        "INSERT INTO script_analytics.rollup_progress SELECT 'job', toDateTime(%d, 'UTC')"
            .formatted(before.getEpochSecond()));
  }

  private List<String> differences() {
    return new Exactness(
            new ClickHouseHttp(clickHouse.httpUrl()),
            new ClickHouseReader(
                clickHouse.httpUrl(), "script_reader", ClickHouseProgram.READER_PASSWORD))
        .differencesOfTables(ledger.scripts(), ledger.deadLetters(), ledger.orders());
  }
}
