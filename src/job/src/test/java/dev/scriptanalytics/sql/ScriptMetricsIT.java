package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.sql.Tables.Run;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ScriptMetricsIT {
  private static final long SEED = 20_261_121;
  private static final long MINUTE = 60_000;

  /** The largest error of a percentile: the share of values between it and the exact one. */
  private static final double RANK_ERROR = 0.005;

  /** The rounding error of a value that is stored as Float32. */
  private static final double RELATIVE_ERROR = 1e-6;

  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Tables tables = new Tables(clickHouse);

  private static final long BEGIN = Tables.noonOfYesterday().toEpochMilli();

  private final Random random = new Random(SEED);

  @BeforeEach
  void forgetAll() {
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    clickHouse.query("TRUNCATE TABLE script_analytics.run_rollups");
  }

  @Test
  void isExactAtBothEdgesOfAnyRange() {
    List<Run> runs = randomRuns(4_000, 12 * MINUTE);
    write(runs);

    List<long[]> ranges = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ranges.add(new long[] {randomTime(), randomTime()});
    }
    for (int i = 0; i < 10; i++) {
      long minute = BEGIN + random.nextInt(12) * MINUTE;
      ranges.add(new long[] {minute, minute + MINUTE * random.nextInt(4)});
      ranges.add(new long[] {minute, randomTime()});
      ranges.add(new long[] {randomTime(), minute});
      ranges.add(
          new long[] {minute + random.nextInt(30_000), minute + 30_000 + random.nextInt(30_001)});
      ranges.add(new long[] {minute - 1, minute + 1});
      ranges.add(new long[] {minute + 1, minute + MINUTE - 1});
    }
    ranges.add(new long[] {0, Instant.parse("2299-12-31T23:59:59.999Z").toEpochMilli()});
    for (long[] range : ranges) {
      assertMetrics(runs, range[0], range[1], time -> range[0] <= time && time < range[1]);
    }
  }

  @Test
  void findsRunsOfTheLastSecondOfAMinuteThatStandInAPartOfTheirOwn() {
    List<Run> runs = new ArrayList<>();
    for (int minute = 0; minute < 3; minute++) {
      Run run = run(BEGIN + minute * MINUTE + 59_500, minute, "Success", 7.0);
      runs.add(run);
      write(List.of(run));
    }

    for (long from : new long[] {BEGIN + 30_000, BEGIN + 59_500, BEGIN + MINUTE + 30_000}) {
      for (long to : new long[] {BEGIN + MINUTE + 20_000, BEGIN + 3 * MINUTE - 100}) {
        assertMetrics(runs, from, to, time -> from <= time && time < to);
      }
    }
  }

  @Test
  void countsARunOnceHoweverOftenItWasWritten() {
    List<Run> runs = randomRuns(500, 3 * MINUTE);
    List<Run> starts =
        runs.stream()
            .map(
                run ->
                    new Run(
                        run.account(),
                        run.script(),
                        run.executedOn(),
                        run.runId(),
                        1,
                        "In Progress",
                        run.deploymentVersion(),
                        null,
                        run.arrivedOn()))
            .toList();
    tables.insertRollups(starts);
    write(runs);
    tables.insertRuns(starts);
    tables.insertRuns(runs.subList(100, 300));
    // A replay writes old rows with fewer facts before it reaches the present.
    tables.insertRollups(starts);

    long from = BEGIN + 20_000;
    long to = BEGIN + 2 * MINUTE + 20_000;
    assertMetrics(runs, from, to, time -> from <= time && time < to);
  }

  @Test
  void isTrueToRankOverManyMinutesOfSkewedTimes() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      double responseTime = Math.exp(3 + 1.5 * random.nextGaussian());
      runs.add(run(BEGIN + random.nextInt((int) (40 * MINUTE)), i, "Success", responseTime));
    }
    write(runs);

    long from = BEGIN + 7_654;
    long to = BEGIN + 39 * MINUTE + 32_100;
    assertMetrics(runs, from, to, time -> from <= time && time < to);
  }

  @Test
  void roundsAnEdgeToItsMinuteWhereTheRawRowsAreGone() {
    List<Run> runs = randomRuns(2_000, 6 * MINUTE);
    write(runs);
    long second = BEGIN + MINUTE;
    long fifth = BEGIN + 4 * MINUTE;
    clickHouse.query(
        "DELETE FROM script_analytics.runs WHERE executed_on < '"
            + Tables.time(BEGIN + 3 * MINUTE)
            + "'");

    // The first edge is rounded, the second is still exact.
    assertMetrics(
        runs, second + 30_000, fifth + 30_000, time -> second <= time && time < fifth + 30_000);
    assertMetrics(
        runs, second + 10_000, second + 20_000, time -> second <= time && time < second + MINUTE);
    assertMetrics(runs, BEGIN, second + 20_000, time -> BEGIN <= time && time < second + MINUTE);
    // An empty range holds no minute.
    assertMetrics(runs, second + 10_000, second + 10_000, time -> false);
    assertMetrics(runs, second + 20_000, second + 10_000, time -> false);

    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    assertMetrics(
        runs, second + 30_000, fifth + 30_000, time -> second <= time && time < fifth + MINUTE);
  }

  @Test
  void isNullAndNeverZeroWhereThereIsNothingToComputeFrom() {
    write(List.of(run(BEGIN, 1, "In Progress", null)));
    assertThat(metrics(BEGIN, BEGIN + MINUTE).toString())
        .isEqualTo(
            "{\"total_runs\":1,\"succeeded\":0,\"failed\":0,\"in_progress\":1,"
                + "\"failure_rate\":null,\"p50\":null,\"p90\":null,\"p99\":null,"
                + "\"avg\":null,\"min\":null,\"max\":null}");
    assertThat(metrics(BEGIN, BEGIN + 1)).isEqualTo(metrics(BEGIN, BEGIN + MINUTE));

    write(List.of(run(BEGIN + 2 * MINUTE, 2, "Failed", null)));
    assertThat(metrics(BEGIN + MINUTE, BEGIN + 3 * MINUTE).toString())
        .isEqualTo(
            "{\"total_runs\":1,\"succeeded\":0,\"failed\":1,\"in_progress\":0,"
                + "\"failure_rate\":100,\"p50\":null,\"p90\":null,\"p99\":null,"
                + "\"avg\":null,\"min\":null,\"max\":null}");
  }

  @Test
  void isOneRowOfZerosAndNullsWhereThereIsNoRun() {
    String nothing =
        "{\"total_runs\":0,\"succeeded\":0,\"failed\":0,\"in_progress\":0,"
            + "\"failure_rate\":null,\"p50\":null,\"p90\":null,\"p99\":null,"
            + "\"avg\":null,\"min\":null,\"max\":null}";
    assertThat(metrics(BEGIN, BEGIN + MINUTE).toString()).isEqualTo(nothing);
    assertThat(metrics(BEGIN + 1, BEGIN).toString()).isEqualTo(nothing);
  }

  @Test
  void leavesSuccessesWithoutAResponseTimeOutOfTheAverage() {
    write(
        List.of(
            run(BEGIN, 1, "Success", 10.0),
            run(BEGIN + 1, 2, "Success", null),
            run(BEGIN + 2, 3, "Failed", null)));
    for (long to : new long[] {BEGIN + MINUTE, BEGIN + 3}) {
      JsonNode metrics = metrics(BEGIN, to);
      assertThat(metrics.get("succeeded").longValue()).isEqualTo(2);
      assertThat(metrics.get("avg").doubleValue()).isEqualTo(10.0);
      assertThat(metrics.get("failure_rate").doubleValue()).isEqualTo(33.33);
    }
  }

  @Test
  void takesARunBackFromTheVersionThatItLeft() {
    // The run's start has no version, its end has version 2.
    long minute = BEGIN / 1000;
    clickHouse.query(
        "INSERT INTO script_analytics.run_rollups (account, script, minute, deployment_version,"
            + " arrival, facts, seen, succeeded, failed, response_time_sum) VALUES"
            + " ('acme', 'pay', "
            + minute
            + ", 0, "
            + minute / 3600 * 3600
            + ", 2, 0, 0, 0, 0),"
            + " ('acme', 'pay', "
            + minute
            + ", 0, "
            + (minute / 3600 + 1) * 3600
            + ", 1, -1, 0, 0, 0),"
            + " ('acme', 'pay', "
            + minute
            + ", 2, "
            + minute / 3600 * 3600
            + ", 3, 2, 1, 0, 0)");
    JsonNode metrics = metrics(BEGIN, BEGIN + MINUTE);
    assertThat(metrics.get("total_runs").longValue()).isEqualTo(1);
    assertThat(metrics.get("in_progress").longValue()).isZero();
  }

  private void assertMetrics(List<Run> runs, long from, long to, LongPredicate expectedTimes) {
    List<Run> expected =
        runs.stream()
            .filter(run -> run.account().equals("acme") && run.script().equals("pay"))
            .filter(run -> expectedTimes.test(run.executedOn()))
            .toList();
    long succeeded = expected.stream().filter(Run::succeeded).count();
    long failed = expected.stream().filter(Run::failed).count();
    double[] times =
        expected.stream()
            .map(Run::responseTime)
            .filter(time -> time != null)
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    String range = Tables.time(from) + " to " + Tables.time(to) + " of " + SEED;
    JsonNode metrics = metrics(from, to);

    assertThat(metrics.get("total_runs").longValue()).as(range).isEqualTo(expected.size());
    assertThat(metrics.get("succeeded").longValue()).as(range).isEqualTo(succeeded);
    assertThat(metrics.get("failed").longValue()).as(range).isEqualTo(failed);
    assertThat(metrics.get("in_progress").longValue())
        .as(range)
        .isEqualTo(expected.size() - succeeded - failed);
    if (succeeded + failed == 0) {
      assertThat(metrics.get("failure_rate").isNull()).as(range).isTrue();
    } else {
      assertThat(metrics.get("failure_rate").doubleValue())
          .as(range)
          .isCloseTo(100.0 * failed / (succeeded + failed), within(0.005001));
    }
    if (times.length == 0) {
      for (String name : List.of("p50", "p90", "p99", "avg", "min", "max")) {
        assertThat(metrics.get(name).isNull()).as(name + " " + range).isTrue();
      }
    } else {
      double sum = 0;
      for (double time : times) {
        sum += time;
      }
      double average = sum / times.length;
      assertThat(metrics.get("avg").doubleValue())
          .as(range)
          .isCloseTo(average, within(average * RELATIVE_ERROR));
      assertThat(metrics.get("min").doubleValue()).as(range).isEqualTo(times[0]);
      assertThat(metrics.get("max").doubleValue()).as(range).isEqualTo(times[times.length - 1]);
      assertRank(times, 0.5, metrics.get("p50").doubleValue(), range);
      assertRank(times, 0.9, metrics.get("p90").doubleValue(), range);
      assertRank(times, 0.99, metrics.get("p99").doubleValue(), range);
    }
  }

  /** Allows at least one rank of error: with few values, one rank exceeds the relative error. */
  private static void assertRank(double[] sorted, double level, double percentile, String range) {
    double error = Math.max(1, RANK_ERROR * sorted.length);
    int lowest = (int) Math.max(0, Math.floor(level * sorted.length - error) - 1);
    int highest = (int) Math.min(sorted.length - 1, Math.ceil(level * sorted.length + error) - 1);
    assertThat(percentile)
        .as("p" + level + " of " + sorted.length + " values, " + range)
        .isBetween(sorted[lowest] * (1 - RELATIVE_ERROR), sorted[highest] * (1 + RELATIVE_ERROR));
  }

  private static JsonNode metrics(long from, long to) {
    String answer =
        clickHouse
            .http()
            .queryAs(
                "script_reader",
                ClickHouseProgram.READER_PASSWORD,
                "SELECT * FROM script_analytics.script_metrics(account = {account:String},"
                    + " script = {script:String}, from = {from:DateTime64(3, 'UTC')},"
                    + " to = {to:DateTime64(3, 'UTC')}) FORMAT JSONEachRow",
                Map.of(
                    "param_account",
                    "acme",
                    "param_script",
                    "pay",
                    "param_from",
                    Tables.time(from),
                    "param_to",
                    Tables.time(to)));
    assertThat(answer).as("one row").isNotEmpty().doesNotContain("\n");
    try {
      return JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + answer, e);
    }
  }

  private static void write(Collection<Run> runs) {
    tables.insertRuns(runs);
    tables.insertRollups(runs);
  }

  private long randomTime() {
    return BEGIN + random.nextInt((int) (12 * MINUTE));
  }

  private static Run run(long executedOn, int id, String status, Double responseTime) {
    return new Run(
        "acme", "pay", executedOn, "run" + id, 3, status, 1, responseTime, executedOn + 1_000);
  }

  /** Runs of two accounts and two scripts, in three versions; some arrived late. */
  private List<Run> randomRuns(int count, long millis) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // Every eighth run lies at the edge of a minute, where mistakes show.
      long executedOn = BEGIN + random.nextInt((int) millis);
      if (i % 8 == 0) {
        executedOn = executedOn / MINUTE * MINUTE + random.nextInt(3) - 1;
      }
      String status =
          switch (random.nextInt(10)) {
            case 0 -> "In Progress";
            case 1, 2 -> "Failed";
            default -> "Success";
          };
      boolean timed = status.equals("Success") && random.nextInt(20) > 0;
      runs.add(
          new Run(
              random.nextInt(5) == 0 ? "globex" : "acme",
              random.nextInt(5) == 0 ? "ship" : "pay",
              executedOn,
              "run" + i,
              3,
              status,
              random.nextInt(3),
              timed ? Math.exp(3 + 1.5 * random.nextGaussian()) : null,
              executedOn + random.nextInt(3) * 3_600_000L));
    }
    return runs;
  }
}
