package dev.scriptanalytics.bench.throughput;

import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.ledger.RankError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must be in ClickHouse when everything of a stream has been written. */
final class Expected {
  private static final int MOST_DIFFERENCES = 10;
  private static final SqlFile SQL = SqlFile.beside(Expected.class, "expected.sql");

  private final EventStream stream;
  private final long[] failed;
  private final double[][] responseTimes;

  Expected(EventStream stream, int scripts) {
    this.stream = stream;
    failed = new long[scripts];
    int[] succeeded = new int[scripts];
    for (long number = 0; number < stream.runs(); number++) {
      BenchmarkRun run = stream.run(number);
      if (run.failed()) {
        failed[run.script()]++;
      } else {
        succeeded[run.script()]++;
      }
    }
    responseTimes = new double[scripts][];
    Arrays.setAll(responseTimes, script -> new double[succeeded[script]]);
    for (long number = 0; number < stream.runs(); number++) {
      BenchmarkRun run = stream.run(number);
      if (!run.failed()) {
        responseTimes[run.script()][--succeeded[run.script()]] = run.responseTime();
      }
    }
    Arrays.stream(responseTimes).parallel().forEach(Arrays::sort);
  }

  /** Compares the job's tables, raw and rolled up, script by script. */
  List<String> differences(ClickHouseHttp clickHouse) {
    List<String> differences = new ArrayList<>();
    for (String table : List.of("runs", "run_rollups")) {
      compare(differences, table, rows(clickHouse, table));
    }
    String logs = ask(clickHouse, "logs");
    if (Long.parseLong(logs) != stream.logEvents()) {
      differences.add("logs: %s instead of %d".formatted(logs, stream.logEvents()));
    }
    String letters = ask(clickHouse, "dead_letters");
    if (!letters.equals("0")) {
      differences.add("dead_letters: " + letters);
    }
    return differences.subList(0, Math.min(differences.size(), MOST_DIFFERENCES));
  }

  /** The rows of each script in a table, by its name. */
  private static Map<String, String[]> rows(ClickHouseHttp clickHouse, String table) {
    Map<String, String[]> rows = new HashMap<>();
    ask(clickHouse, table)
        .lines()
        .map(line -> line.split("\t", -1))
        .forEach(row -> rows.put(row[0], row));
    return rows;
  }

  private static String ask(ClickHouseHttp clickHouse, String table) {
    return clickHouse.queryAs(
        "default", "", SQL.statement(table), Map.of("param_account", EventStream.ACCOUNT));
  }

  private void compare(List<String> differences, String table, Map<String, String[]> found) {
    for (int script = 0; script < failed.length; script++) {
      double[] times = responseTimes[script];
      long all = times.length + failed[script];
      String[] row = found.remove(EventStream.script(script));
      if (row == null) {
        if (all > 0) {
          differences.add("%s: nothing of script %d".formatted(table, script));
        }
        continue;
      }
      String expected = all + ", " + times.length + ", " + failed[script];
      String counts = String.join(", ", row[1], row[2], row[3]);
      if (!counts.equals(expected)) {
        differences.add(
            "%s of script %d: %s instead of %s".formatted(table, script, counts, expected));
      }
      if (row.length > 4 && times.length > 0) {
        percentile(differences, script, 0.9, Double.parseDouble(row[4]));
        percentile(differences, script, 0.99, Double.parseDouble(row[5]));
      }
    }
    found.keySet().forEach(script -> differences.add(table + ": unexpected script " + script));
  }

  private void percentile(List<String> differences, int script, double q, double found) {
    double[] times = responseTimes[script];
    double error = RankError.of(times, found, q);
    if (error > RankError.allowed(times.length)) {
      differences.add(
          "P%.0f of script %d: off by %.2f%% in rank".formatted(100 * q, script, 100 * error));
    }
  }
}
