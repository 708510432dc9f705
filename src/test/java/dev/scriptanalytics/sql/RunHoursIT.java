package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.local.ClickHouse;
import dev.scriptanalytics.local.ClickHouseProcess;
import dev.scriptanalytics.sql.Rows.Run;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunHoursIT {
  private static final long SEED = 20_261_121;
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;
  private static final int HOURS = 6;

  @TempDir static Path directory;
  private static ClickHouseProcess clickHouse;

  /** The day before yesterday, so that all hours are over. */
  private static long begin;

  private final Random random = new Random(SEED);

  @BeforeAll
  static void start() {
    begin = Instant.now().truncatedTo(ChronoUnit.DAYS).toEpochMilli() - 48 * HOUR;
    clickHouse = ClickHouseProcess.start(directory);
    clickHouse.applySql();
    // Only when a test says so.
    clickHouse.query("SYSTEM STOP VIEW script_analytics.run_hours_of_rollups");
  }

  @AfterAll
  static void stop() {
    clickHouse.close();
  }

  @BeforeEach
  void forgetAll() {
    for (String table : List.of("runs", "run_rollups", "run_hours")) {
      clickHouse.query("TRUNCATE TABLE script_analytics." + table);
    }
  }

  @Test
  void anyRangeGivesTheSameWithHoursAsWithout() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      runs.add(run(i, begin + (long) (random.nextDouble() * HOURS * HOUR), 1 + random.nextInt(2)));
    }
    Rows.insertRuns(clickHouse, runs);
    Rows.insertRollups(clickHouse, runs);
    List<String> queries = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      long from = begin + (long) ((random.nextDouble() * 7 - 0.5) * HOUR);
      long to = from + (long) (random.nextDouble() * 5 * HOUR);
      // Hours are for ranges of some days: before, behind, or on both sides of the runs.
      from -= i % 3 == 0 ? 0 : 4 * DAY;
      to += i % 3 == 1 ? 0 : 4 * DAY;
      queries.add(timeline(from, to, new int[] {3600, 7200, 86_400, 1800, 5400, 7}[i % 6]));
    }
    for (int hour = 0; hour < HOURS; hour++) {
      queries.add(timeline(begin - 3 * DAY, begin + hour * HOUR, 3600));
      queries.add(timeline(begin + hour * HOUR, begin + 3 * DAY + hour * HOUR, 86_400));
    }
    List<String> without = queries.stream().map(RunHoursIT::ask).toList();

    makeHours();

    assertThat(clickHouse.query("SELECT uniqExact(hour) FROM script_analytics.run_hours"))
        .isEqualTo(Integer.toString(HOURS));
    assertThat(queries.stream().map(RunHoursIT::ask).toList()).isEqualTo(without);
  }

  @Test
  void anHourThatWasMadeIsWhatCounts() {
    write(run(1, begin + 1000, 1));
    makeHours();

    // What nobody would do: it shows where the figure comes from.
    clickHouse.query(
        "INSERT INTO script_analytics.run_hours SELECT * REPLACE (seen + 1000 AS seen)"
            + " FROM script_analytics.run_hours");

    assertThat(totalRuns(begin - 3 * DAY, begin + HOUR)).isEqualTo("1001");
    // Not a whole hour, and a short range.
    assertThat(totalRuns(begin - 3 * DAY, begin + HOUR - 1)).isEqualTo("1");
    assertThat(totalRuns(begin, begin + HOUR)).isEqualTo("1");
  }

  @Test
  void aLateRunIsThereBeforeItsHourIsMadeAgainAndAfter() {
    write(run(1, begin + 1000, 1), run(2, begin + HOUR + 1000, 1));
    makeHours();

    write(run(1, begin + 1000, 1), run(3, begin + 2000, 1), run(4, begin + 90_000, 2));

    assertThat(totalRuns(begin - 3 * DAY, begin + 2 * HOUR)).isEqualTo("4");
    makeHours();
    assertThat(totalRuns(begin - 3 * DAY, begin + 2 * HOUR)).isEqualTo("4");
    assertThat(
            clickHouse.query("SELECT sum(seen), sum(facts) FROM script_analytics.run_hours FINAL"))
        .isEqualTo("4\t8");
  }

  @Test
  void anHourWhoseRollupsWereDeletedCountsNothing() {
    write(run(1, begin + 1000, 1));
    makeHours();

    clickHouse.query("TRUNCATE TABLE script_analytics.run_rollups");

    assertThat(totalRuns(begin - 3 * DAY, begin + HOUR)).isEqualTo("0");
  }

  @Test
  void anHourIsMadeOnceAsLongAsNothingComes() {
    write(run(1, begin + 1000, 1));

    makeHours();
    makeHours();

    assertThat(
            clickHouse.query(
                "SELECT sum(rows) FROM system.parts WHERE active AND table = 'run_hours'"))
        .isEqualTo("1");
  }

  private Run run(int id, long executedOn, int version) {
    boolean failed = id % 7 == 3;
    return new Run(
        "acme",
        "pay",
        executedOn,
        "run_" + id,
        3,
        failed ? "Failed" : "Success",
        version,
        failed ? null : 1 + random.nextInt(1000) / 8.0,
        executedOn + 200);
  }

  private static void write(Run... runs) {
    Rows.insertRuns(clickHouse, List.of(runs));
    Rows.insertRollups(clickHouse, List.of(runs));
  }

  private static void makeHours() {
    clickHouse.query("SYSTEM START VIEW script_analytics.run_hours_of_rollups");
    clickHouse.query("SYSTEM REFRESH VIEW script_analytics.run_hours_of_rollups");
    clickHouse.query("SYSTEM WAIT VIEW script_analytics.run_hours_of_rollups");
    clickHouse.query("SYSTEM STOP VIEW script_analytics.run_hours_of_rollups");
  }

  private static String totalRuns(long from, long to) {
    return ask(
        "SELECT total_runs FROM script_analytics.script_metrics(account = 'acme', script = 'pay', "
            + times(from, to)
            + ")");
  }

  /** All but the percentiles, which are only as exact as a digest. */
  private static String timeline(long from, long to, int step) {
    return "SELECT bucket, deployment_version, total_runs, succeeded, failed, in_progress,"
        + " failure_rate, round(avg, 6), min, max FROM script_analytics.run_timeline(account = 'acme',"
        + " script = 'pay', step = "
        + step
        + ", "
        + times(from, to)
        + ")";
  }

  private static String times(long from, long to) {
    return "from = '" + Rows.clickHouseTime(from) + "', to = '" + Rows.clickHouseTime(to) + "'";
  }

  private static String ask(String query) {
    return clickHouse.queryAs("script_reader", ClickHouse.READER_PASSWORD, query);
  }
}
