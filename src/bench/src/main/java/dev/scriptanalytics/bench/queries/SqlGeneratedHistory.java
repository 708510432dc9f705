package dev.scriptanalytics.bench.queries;

import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.io.PrintStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs, log entries and rollups that ClickHouse itself writes, as a function of a run's number: 200
 * scripts in 30 days. The busiest script has a third of the load.
 *
 * <p>They are as irregular as real ones: ids are 64 or 128 random bits, inputs and outputs are JSON
 * of 100 to 300 bytes with other numbers and words in each run, response times are log-normal
 * around another median for each script, days have a busy and a quiet half, each script gets a new
 * version every week, and one run in a thousand arrives hours late. The rollups are made from the
 * rows in {@code runs}, with the values of each cell as the job gives them; those of hours are
 * settled as the job settles them.
 *
 * @param begin when the first run started
 * @param runs how many
 * @param logs how many entries, spread evenly over the runs
 */
record SqlGeneratedHistory(Instant begin, long runs, long logs) {
  static final int DAYS = 30;
  static final int SCRIPTS = 200;
  static final String ACCOUNT = "acme";

  /** The script with a third of the load. */
  static final String BUSIEST = script(0);

  /** A script of the middle of the field, with one run in 900. */
  static final String ORDINARY = script(100);

  private static final List<String> TABLES = List.of("runs", "logs", "run_rollups");
  private static final String GENERATED = "generated.sql";
  private static final int BLOCK = 1_000_000;

  SqlGeneratedHistory {
    begin = begin.truncatedTo(ChronoUnit.MILLIS);
  }

  /** A history that ends now and is not written yet. */
  static SqlGeneratedHistory endingNow(long runs, long logs) {
    return new SqlGeneratedHistory(
        Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(DAYS, ChronoUnit.DAYS), runs, logs);
  }

  /**
   * The history in the server's directory; if the directory is empty, it is written first.
   *
   * @throws IllegalStateException if the directory holds something else
   */
  static SqlGeneratedHistory writtenOnce(
      TestClickHouse clickHouse, long runs, long logs, PrintStream messages) {
    prepare(clickHouse);
    List<Long> found =
        clickHouse.query(Sql.statement(GENERATED, "found")).lines().map(Long::valueOf).toList();
    if (!found.isEmpty()) {
      SqlGeneratedHistory there =
          new SqlGeneratedHistory(Instant.ofEpochMilli(found.get(0)), found.get(1), found.get(2));
      if (there.runs == runs && there.logs == logs) {
        return there;
      }
      throw new IllegalStateException(
          "the directory holds %d runs and %d log entries: ask for these, or for another directory"
              .formatted(there.runs, there.logs));
    }
    if (!clickHouse.query(Sql.statement(GENERATED, "runs of an unfinished history")).equals("0")) {
      throw new IllegalStateException(
          "the directory holds runs that were not generated to the end: delete it, or name another");
    }
    SqlGeneratedHistory written = endingNow(runs, logs);
    written.writeRowsAndRollups(clickHouse, messages);
    written.ask(clickHouse, Sql.statement(GENERATED, "written"), Map.of());
    return written;
  }

  /** The name of a script: the lower the number, the more runs. */
  static String script(int number) {
    return "script_%03d".formatted(number);
  }

  /** When the last run has started. */
  Instant end() {
    return begin.plus(DAYS, ChronoUnit.DAYS);
  }

  /** Writes runs and log entries, and no rollups. */
  void writeRows(TestClickHouse clickHouse, PrintStream messages) {
    prepare(clickHouse);
    write(clickHouse, messages, "generate_runs.sql", "runs", runs);
    write(clickHouse, messages, "generate_logs.sql", "log entries", logs);
    ask(clickHouse, Sql.statement("generate_shapes.sql"), Map.of());
  }

  /**
   * Writes everything, and merges all days but the newest whole, as ClickHouse does by itself with
   * days that nothing was written to for an hour.
   */
  private void writeRowsAndRollups(TestClickHouse clickHouse, PrintStream messages) {
    writeRows(clickHouse, messages);
    ask(clickHouse, Sql.statement("generate_starts.sql"), Map.of());
    LocalDate newest = LocalDate.ofInstant(end(), ZoneOffset.UTC);
    // The last entries are at most a day younger than the last run, whose response takes a while.
    for (int ago = DAYS + 1; ago >= -1; ago--) {
      LocalDate day = newest.minusDays(ago);
      ask(clickHouse, Sql.statement("generate_rollups.sql"), Map.of("day", day.toString()));
      ask(clickHouse, Sql.statement("generate_hour_rollups.sql"), Map.of("day", day.toString()));
      if (ago > 0) {
        for (String table : TABLES) {
          clickHouse.query(
              "OPTIMIZE TABLE script_analytics.%s PARTITION '%s' FINAL".formatted(table, day));
        }
        messages.printf("%s is merged%n", day);
      }
      if (ago == 1) {
        // Months and deployments go on being written to; most of their rows are merged by now.
        for (String table : List.of("run_rollups_hourly", "deployments")) {
          clickHouse.query("OPTIMIZE TABLE script_analytics.%s FINAL".formatted(table));
        }
      }
    }
    ask(
        clickHouse,
        Sql.statement("settle_hours.sql"),
        Map.of("end", Long.toString(end().toEpochMilli())));
  }

  /**
   * Writes the last hour a second time, the same rows minute by minute, so that the newest day is
   * in as many parts as while the job writes, however long ago it was generated.
   */
  void rewriteLastHour(TestClickHouse clickHouse) {
    List<String> rewrites = Sql.statements("rewrite_last_hour.sql");
    for (int minute = 60; minute > 0; minute--) {
      Instant from = end().minus(minute, ChronoUnit.MINUTES);
      Instant to = from.plus(1, ChronoUnit.MINUTES);
      for (String rewrite : rewrites) {
        ask(
            clickHouse,
            rewrite,
            Map.of(
                "from", Long.toString(from.toEpochMilli()),
                "to", Long.toString(to.toEpochMilli())));
      }
    }
  }

  private static void prepare(TestClickHouse clickHouse) {
    Sql.statements("generator.sql").forEach(clickHouse::query);
  }

  private void write(
      TestClickHouse clickHouse, PrintStream messages, String file, String what, long rows) {
    for (long first = 0; first < rows; first += BLOCK) {
      long count = Math.min(BLOCK, rows - first);
      ask(
          clickHouse,
          Sql.statement(file),
          Map.of("first", Long.toString(first), "count", Long.toString(count)));
      messages.printf("%,d of %,d %s%n", first + count, rows, what);
    }
  }

  private void ask(TestClickHouse clickHouse, String statement, Map<String, String> more) {
    Map<String, String> parameters = new HashMap<>(more);
    parameters.put("begin", Long.toString(begin.toEpochMilli()));
    parameters.put("runs", Long.toString(runs));
    parameters.put("logs", Long.toString(logs));
    Sql.ask(clickHouse, statement, parameters);
  }
}
