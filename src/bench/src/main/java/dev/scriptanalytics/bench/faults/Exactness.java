package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether ClickHouse holds exactly what was sent: nothing missing, nothing twice, nothing else. */
final class Exactness {
  private static final String RUNS =
      "SELECT account, script, countIf(status = 'Success'), countIf(status = 'Failed'),"
          + " countIf(status = 'In Progress') FROM script_analytics.runs FINAL GROUP BY ALL";

  // A fact is of the deployment and of the hour that were known then, so only sums are of the run.
  private static final String ROLLUPS =
      "SELECT account, script, toInt64(sum(succeeded)), toInt64(sum(failed)),"
          + " toInt64(sum(seen)) - toInt64(sum(succeeded)) - toInt64(sum(failed))"
          + " FROM script_analytics.run_rollups FINAL GROUP BY ALL";

  private static final String LOGS =
      "SELECT account, script, count() FROM script_analytics.logs FINAL GROUP BY ALL";

  private static final String DEAD_LETTERS =
      "SELECT count() FROM script_analytics.dead_letters FINAL WHERE reason !="
          + " 'contradicting_end'";

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
   * @param unusable how many records must be dead letters, those of contradicting ends aside
   */
  List<String> differencesOfTables(List<ScriptLedger> ledger, long unusable) {
    Map<String, String> runs = new TreeMap<>();
    Map<String, String> logs = new TreeMap<>();
    for (ScriptLedger script : ledger) {
      String name = script.account() + "\t" + script.script();
      if (script.totalRuns() > 0) {
        runs.put(name, script.succeeded() + "\t" + script.failed() + "\t" + script.inProgress());
      }
      if (script.logs() != null && script.logs().counts().total() > 0) {
        logs.put(name, Long.toString(script.logs().counts().total()));
      }
    }
    List<String> differences = new ArrayList<>();
    compare(differences, "runs", runs, rows(RUNS));
    compare(differences, "run_rollups", runs, rows(ROLLUPS));
    compare(differences, "logs", logs, rows(LOGS));
    String letters = tables.query(DEAD_LETTERS);
    if (!letters.equals(Long.toString(unusable))) {
      differences.add("dead_letters: %s instead of %d".formatted(letters, unusable));
    }
    return differences;
  }

  /**
   * One sentence for each thing that a reader sees otherwise than it was: counts, failure rates,
   * P90 and P99 (half a percent in rank), texts of log entries.
   */
  List<String> differencesOfViews(List<ScriptLedger> ledger)
      throws IOException, InterruptedException {
    return LedgerComparison.of(ledger, views).differences();
  }

  private Map<String, String> rows(String query) {
    Map<String, String> rows = new TreeMap<>();
    tables
        .query(query + " FORMAT TSV")
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
