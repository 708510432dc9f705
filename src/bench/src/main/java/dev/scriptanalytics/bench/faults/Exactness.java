package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether ClickHouse holds exactly what was sent: nothing missing, nothing twice, nothing else. */
final class Exactness {
  private static final SqlFile SQL = SqlFile.beside(Exactness.class, "exactness.sql");

  private final ClickHouseHttp tables;
  private final ClickHouseReader views;

  /**
   * Asks a server.
   *
   * @param tables as its administrator
   * @param views as a reader of every account
   */
  Exactness(ClickHouseHttp tables, ClickHouseReader views) {
    this.tables = tables;
    this.views = views;
  }

  /**
   * One sentence for each table and script that differs: the tables as a whole, so that a row of an
   * account or script that nobody named is found too.
   *
   * @param deadLetters how many there must be, by reason
   * @param orders the messages of entries of one instant, by run
   */
  List<String> differencesOfTables(
      List<ScriptLedger> ledger,
      Map<String, Long> deadLetters,
      Map<Ledger.RunKey, List<String>> orders) {
    Map<String, String> runs = new TreeMap<>();
    Map<String, String> deployments = new TreeMap<>();
    Map<String, String> logs = new TreeMap<>();
    for (ScriptLedger script : ledger) {
      String name = script.account() + "\t" + script.script();
      if (script.totalRuns() > 0) {
        runs.put(name, counts(script.succeeded(), script.failed(), script.inProgress()));
      }
      script
          .deployments()
          .forEach(
              (deployment, of) ->
                  deployments.put(
                      name + " deployment " + deployment,
                      counts(of.succeeded(), of.failed(), of.inProgress())));
      if (script.logs() != null && script.logs().counts().total() > 0) {
        script
            .logs()
            .counts()
            .byLevel()
            .forEach((level, count) -> logs.put(name + " " + level, count.toString()));
      }
    }
    Map<String, String> letters = new TreeMap<>();
    deadLetters.forEach((reason, count) -> letters.put("reason\t" + reason, count.toString()));
    Map<String, String> order = new TreeMap<>();
    orders.forEach(
        (run, messages) ->
            order.put(
                run.account() + "\t" + run.runId(),
                String.join(" | ", messages).replace('\n', ' ')));
    List<String> differences = new ArrayList<>();
    compare(differences, "runs", runs, rows("runs"));
    compare(differences, "run_rollups", runs, rows("run_rollups"));
    compare(differences, "run_rollups", deployments, rows("run_rollups by deployment"));
    compare(differences, "logs", logs, rows("logs"));
    compare(differences, "logs in their order", order, rows("logs of one instant"));
    compare(differences, "dead_letters", letters, rows("dead_letters"));
    compareHours(differences);
    compareShapes(differences);
    return differences;
  }

  /** Whether the shape of each entry was written. */
  private void compareShapes(List<String> differences) {
    rows("entries without a pattern")
        .forEach(
            (script, entries) ->
                differences.add(
                    "log_shapes lacks the shapes of entries of %s: %s"
                        .formatted(words(script), entries)));
  }

  /** Whether settled hours have the same facts in both tables of rollups. */
  private void compareHours(List<String> differences) {
    if (tables.query(SQL.statement("jobs with settled hours")).strip().equals("0")) {
      differences.add("rollup_progress: no hour is settled");
    }
    tables
        .query(SQL.statement("settled hours that differ") + " FORMAT TSV")
        .lines()
        .forEach(
            line ->
                differences.add(
                    "run_rollups has, of a settled hour, more than run_rollups_hourly: "
                        + words(line)));
  }

  private static String counts(long succeeded, long failed, long inProgress) {
    return succeeded + "\t" + failed + "\t" + inProgress;
  }

  /**
   * One sentence for each thing that a reader sees otherwise than it was: counts, failure rates,
   * P90 and P99 (half a percent in rank), texts of log entries.
   */
  List<String> differencesOfViews(List<ScriptLedger> ledger)
      throws IOException, InterruptedException {
    return LedgerComparison.of(ledger, views).differences();
  }

  private Map<String, String> rows(String statement) {
    Map<String, String> rows = new TreeMap<>();
    tables
        .query(SQL.statement(statement) + " FORMAT TSVRaw")
        .lines()
        .forEach(
            line -> {
              int accountEnd = line.indexOf('\t');
              int nameEnd = line.indexOf('\t', accountEnd + 1);
              rows.put(line.substring(0, nameEnd), line.substring(nameEnd + 1));
            });
    return rows;
  }

  private static void compare(
      List<String> differences,
      String table,
      Map<String, String> expected,
      Map<String, String> found) {
    expected.forEach(
        (name, counts) -> {
          String other = found.getOrDefault(name, "nothing");
          if (!other.equals(counts)) {
            differences.add(
                "%s of %s: %s instead of %s"
                    .formatted(table, words(name), words(other), words(counts)));
          }
        });
    found.forEach(
        (name, counts) -> {
          if (!expected.containsKey(name)) {
            differences.add(
                "%s: rows of %s, which nobody sent: %s"
                    .formatted(table, words(name), words(counts)));
          }
        });
  }

  private static String words(String columns) {
    return columns.replace('\t', '/');
  }
}
