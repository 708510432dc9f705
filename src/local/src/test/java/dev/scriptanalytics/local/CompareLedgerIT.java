package dev.scriptanalytics.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.ledger.DeploymentKey;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LogLevel;
import dev.scriptanalytics.testkit.ledger.LogOutcome;
import dev.scriptanalytics.testkit.ledger.RunOutcome;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.process.Ports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The comparison with the real views of a real ClickHouse. */
class CompareLedgerIT {
  // All runs are in one minute, so that metrics come from single rows without any rollups.
  private final long from =
      Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MINUTES).toEpochMilli() + 7;

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final StringBuilder rows = new StringBuilder();
  private Path ledgerFile;

  @BeforeEach
  void fill() throws IOException {
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    Ledger ledger = new Ledger();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 3000; i++) {
      RunStatus status =
          i % 10 == 0 ? RunStatus.FAILED : i % 77 == 0 ? RunStatus.IN_PROGRESS : RunStatus.SUCCESS;
      add(ledger, "acme", "Qbalance", i, status, random.nextInt(1, 100_000) / 1000.0);
    }
    // Names with characters that SQL and HTTP give a meaning.
    add(ledger, "o'brien", "50% \\ \"quoted\" + {x}", 1, RunStatus.SUCCESS, 12.5);
    add(ledger, "acme", "OnlyRunning", 2, RunStatus.IN_PROGRESS, Double.NaN);
    insert();
    ledgerFile = folder.resolve("ledger");
    ledger.write(ledgerFile);
  }

  @Test
  void findsAllAsTheLedgerSays() throws Exception {
    assertThat(compare()).as(said.toString(UTF_8)).isZero();
    assertThat(said.toString(UTF_8))
        .contains("3 scripts: all as the ledger says")
        .contains("acme/Qbalance", "o'brien/50% \\ \"quoted\" + {x}");
  }

  @Test
  void findsOneRunTooMany() throws Exception {
    add(new Ledger(), "acme", "Qbalance", 5000, RunStatus.SUCCESS, 1);
    add(new Ledger(), "acme", "Qbalance", 101, RunStatus.FAILED, Double.NaN);
    insert();

    assertThat(compare()).isEqualTo(1);
    // The first of the two lies after the ledger's last run.
    assertThat(said.toString(UTF_8))
        .contains("acme/Qbalance: total runs: 3000 expected, 3001 found")
        .contains("acme/Qbalance: rows of failed runs: 300 expected, 301 found")
        .contains("differences");
  }

  @Test
  void findsARunOfAnotherDeployment() throws Exception {
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    int first = rows.indexOf("v1.4.0");
    rows.replace(first, first + 6, "v1.4.1");
    insert();

    assertThat(compare()).isEqualTo(1);
    assertThat(said.toString(UTF_8))
        .contains("acme/Qbalance: failed of deployment v1.4.1: 0 expected, 1 found");
  }

  @Test
  void findsAPercentileThatMoved() throws Exception {
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    insertWithout("\"response_time\":9");

    assertThat(compare()).isEqualTo(1);
    assertThat(said.toString(UTF_8)).contains("acme/Qbalance: P90 is ");
  }

  @Test
  void findsLogEntriesAsTheLedgerSaysAndOneWhoseTextVersionOrLevelIsAnother() throws Exception {
    Ledger ledger = new Ledger();
    for (LogLevel level : LogLevel.values()) {
      for (String message : List.of("plain", "a \"quoted\" {text}\n  in two lines", "\u00d6")) {
        ledger.add(
            new LogOutcome(
                "acme",
                "Logging",
                "run_1",
                3,
                1000 * from + List.of(LogLevel.values()).indexOf(level),
                level,
                message));
      }
    }
    ledger.write(ledgerFile);
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
    clickHouse.query(
        """
        INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, run_id,
          log_level, log_message, deployment_version, retention_days)
        SELECT 'acme', 'Logging', fromUnixTimestamp64Micro(%d + level), toString(rowNumberInAllBlocks()),
          3, 'run_1', CAST(level, 'Int8'), message, 3, 30
        FROM (SELECT arrayJoin(range(1, 8)) AS level,
          arrayJoin(['plain', 'a "quoted" {text}\n  in two lines', '\u00d6']) AS message)"""
            .formatted(1000 * from));
    assertThat(compare()).as(said.toString(UTF_8)).isZero();

    for (String change : List.of("log_message = 'other'", "deployment_version = 4")) {
      String names =
          "account, script, timestamp, log_id, 4 AS version, 0 AS is_deleted, run_id, log_level,"
              + " log_message, deployment_version, retention_days";
      String column = change.substring(0, change.indexOf(' '));
      String value = change.substring(change.indexOf('=') + 2);
      said.reset();
      clickHouse.query(
          "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version,"
              + " is_deleted, run_id, log_level, log_message, deployment_version, retention_days)"
              + " SELECT "
              + names.replace(column, value)
              + " FROM script_analytics.logs FINAL WHERE log_id = '0'");
      assertThat(compare()).isEqualTo(1);
      assertThat(said.toString(UTF_8)).contains("of another text, run or version");
      clickHouse.query(
          "ALTER TABLE script_analytics.logs DELETE WHERE version = 4 SETTINGS mutations_sync = 1");
    }
    clickHouse.query(
        "ALTER TABLE script_analytics.logs DELETE WHERE log_id = '0'"
            + " SETTINGS mutations_sync = 1");
    said.reset();
    assertThat(compare()).isEqualTo(1);
    assertThat(said.toString(UTF_8)).contains("log entries: 21 expected, 20 found");
  }

  @Test
  void saysThatTheUserIsUnknown() throws Exception {
    assertThat(compare("--user", "nobody")).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("ClickHouse refused a query").contains("nobody");
  }

  @Test
  void saysThatThereIsNoClickHouse() throws Exception {
    assertThat(compare("--clickhouse", "http://127.0.0.1:" + Ports.free())).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("No ClickHouse answers at http://127.0.0.1:");
  }

  @Test
  void saysThatThereIsNoLedger() throws Exception {
    PrintStream out = new PrintStream(said, true, UTF_8);

    assertThat(CompareLedger.run(new String[] {"none"}, out, out)).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("There is no file none");
  }

  private int compare(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(ledgerFile.toString(), "--clickhouse", clickHouse.httpUrl().toString()));
    arguments.addAll(List.of(more));
    PrintStream out = new PrintStream(said, true, UTF_8);
    return CompareLedger.run(arguments.toArray(String[]::new), out, out);
  }

  private void add(
      Ledger ledger, String account, String script, int i, RunStatus status, double millis) {
    long startedAt = from + 2L * i;
    double responseTime = status == RunStatus.SUCCESS ? millis : Double.NaN;
    String runId = "run_" + i + status;
    // Every second deployment has a number, beside which its id does not count.
    int version = i % 2;
    ledger.add(
        new RunOutcome(
            account,
            script,
            runId,
            DeploymentKey.of(version, "v1.4.0"),
            startedAt,
            status,
            responseTime));
    ObjectNode row = new JsonMapper().createObjectNode();
    row.put("account", account).put("script", script).put("run_id", runId);
    row.put("deployment_version", version).put("deployment_id", "v1.4.0");
    row.put("executed_on", BigDecimal.valueOf(startedAt, 3).toString());
    row.put("version", 3).put("status", status.word()).put("retention_days", 30);
    if (status == RunStatus.SUCCESS) {
      row.put("response_time", responseTime);
    }
    rows.append(row).append('\n');
  }

  private void insert() {
    clickHouse.query("INSERT INTO script_analytics.runs FORMAT JSONEachRow\n" + rows);
  }

  private void insertWithout(String text) {
    clickHouse.query(
        "INSERT INTO script_analytics.runs FORMAT JSONEachRow\n"
            + String.join(
                "\n", rows.toString().lines().filter(row -> !row.contains(text)).toList()));
  }
}
