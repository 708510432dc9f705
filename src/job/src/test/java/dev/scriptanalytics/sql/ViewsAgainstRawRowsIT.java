package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.sql.Tables.Run;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whatever the range and however far the hours are settled, each view of metrics says what the raw
 * rows say. Hours that are not settled are wrong on purpose, so a view that reads one of them
 * fails.
 */
class ViewsAgainstRawRowsIT {
  private static final long SEED = 20_261_129;
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final int HOURS = 5;

  /** The largest error of a percentile: the share of values between it and the exact one. */
  private static final double RANK_ERROR = 0.01;

  /** The rounding error of a value that is stored as Float32. */
  private static final double RELATIVE_ERROR = 1e-6;

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final DateTimeFormatter WITH_MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private static final long BEGIN = Tables.noonOfYesterday().toEpochMilli();

  private static final List<Run> runs = randomRuns(new Random(SEED));

  /** A deployment, as rollups tell it apart. */
  private record Deployment(String script, int version, String id) {
    static Deployment of(Run run) {
      return new Deployment(run.script(), run.deploymentVersion(), run.unnumberedId());
    }

    boolean isKnown() {
      return version > 0 || !id.isEmpty();
    }

    /** When it first ran, in milliseconds since 1970. */
    long firstRun() {
      return runs.stream()
          .filter(run -> of(run).equals(this) && run.account().equals("acme"))
          .mapToLong(Run::executedOn)
          .min()
          .orElseThrow();
    }

    /** Its id, or the one that its last run named. */
    String shownId() {
      return version == 0
          ? id
          : runs.stream()
              .filter(run -> of(run).equals(this) && run.account().equals("acme"))
              .filter(run -> !run.deploymentId().isEmpty())
              .max(Comparator.comparingLong(Run::executedOn))
              .map(Run::deploymentId)
              .orElse("");
    }
  }

  private static final Map<Deployment, Long> firstRuns = new HashMap<>();
  private static final Map<Deployment, String> shownIds = new HashMap<>();

  private static final Comparator<Deployment> NEWEST_FIRST =
      Comparator.<Deployment, Long>comparing(firstRuns::get)
          .thenComparing(Deployment::version)
          .reversed();

  @BeforeAll
  static void insertRows() {
    tables.insertRuns(runs);
    for (Run run : runs) {
      firstRuns.computeIfAbsent(Deployment.of(run), Deployment::firstRun);
      shownIds.computeIfAbsent(Deployment.of(run), Deployment::shownId);
    }
    insertRollups("run_rollups", "minute", "toStartOfMinute(executed_on)", "", true, "1");
    insertRollups("run_rollups", "minute", "toStartOfMinute(executed_on)", "", false, "1");
  }

  @RepeatedTest(9)
  void everyViewSaysWhatTheRawRowsSay(RepetitionInfo repetition) {
    // The last time no hour is settled.
    boolean anySettled = repetition.getCurrentRepetition() < repetition.getTotalRepetitions();
    Random random = new Random(SEED + repetition.getCurrentRepetition());
    long settled = BEGIN + (repetition.getCurrentRepetition() - 2) * HOUR;
    settle(anySettled ? settled : 0);
    for (int i = 0; i < 8; i++) {
      long[] range = randomRange(random, i);
      int step = List.of(60, 300, 1_800, 3_600, 7_200, 86_400, 90, 1).get(random.nextInt(8));
      String context =
          "%s to %s, step %d, settled %s"
              .formatted(
                  Tables.time(range[0]),
                  Tables.time(range[1]),
                  step,
                  anySettled ? Tables.time(settled) : "never");
      List<Run> during = during(run -> range[0] <= run.executedOn() && run.executedOn() < range[1]);
      Asked asked =
          new Asked(random, range[0], range[1], step, 100 * random.nextInt(101) / 100.0, context);

      assertScriptMetrics(asked, during);
      assertVersionMetrics(asked, during);
      assertTimeline(asked, during);
      assertPercentiles(asked, during);
      assertPercentileTimeline(asked, during);
      assertComparison(asked, during);
      assertRegressions(asked, "version_regressions", during);
      List<Run> wholeMinutes =
          during(
              run ->
                  range[0] <= minuteOf(run.executedOn()) && minuteOf(run.executedOn()) < range[1]);
      assertScriptsOverview(asked, wholeMinutes);
      assertRegressions(asked, "regressions_overview", wholeMinutes);
    }
  }

  /** A question about a range. */
  private record Asked(
      Random random, long from, long to, int step, double percentile, String context) {

    List<JsonNode> of(String view, String... parameters) {
      StringBuilder query = new StringBuilder("SELECT * FROM script_analytics." + view + "(");
      for (String parameter : parameters) {
        query.append(parameter).append(" = ").append(value(parameter)).append(", ");
      }
      return views.select(query + "from = {from:String}, to = {to:String})", times());
    }

    private Map<String, String> times() {
      return Map.of("from", text(from), "to", text(to));
    }

    private String value(String parameter) {
      return switch (parameter) {
        case "account" -> "'acme'";
        case "script" -> "'pay'";
        case "step" -> Integer.toString(step);
        case "percentile" -> Double.toString(percentile);
        case "baseline" -> "'v3'";
        case "candidate" -> from % 2 == 0 ? "'second'" : "'9fceb02'";
        default -> throw new IllegalArgumentException(parameter);
      };
    }

    /** The time in one of the forms that a view reads. */
    private String text(long millis) {
      Instant time = Instant.ofEpochMilli(millis);
      return switch (random.nextInt(3)) {
        case 0 -> Tables.time(time);
        case 1 -> time.toString();
        default -> time.atOffset(ZoneOffset.ofHoursMinutes(-3, -30)).toString();
      };
    }
  }

  private static void assertScriptMetrics(Asked asked, List<Run> during) {
    List<JsonNode> rows = asked.of("script_metrics", "account", "script");
    assertThat(rows).as(asked.context()).hasSize(1);
    assertMetrics(asked, rows.get(0), ofPay(during));
  }

  private static void assertVersionMetrics(Asked asked, List<Run> during) {
    List<JsonNode> rows = asked.of("version_metrics", "account", "script");
    Map<Deployment, List<Run>> expected =
        ofPay(during).stream().collect(Collectors.groupingBy(Deployment::of));
    assertThat(rows.stream().map(ViewsAgainstRawRowsIT::deployment))
        .as(asked.context())
        .containsExactlyElementsOf(
            expected.keySet().stream()
                .sorted(NEWEST_FIRST)
                .map(ViewsAgainstRawRowsIT::text)
                .toList());
    for (Map.Entry<Deployment, List<Run>> of : expected.entrySet()) {
      JsonNode row =
          rows.stream()
              .filter(r -> deployment(r).equals(text(of.getKey())))
              .findFirst()
              .orElseThrow();
      assertMetrics(asked, row, of.getValue());
      assertThat(row.get("first_run").asText()).isEqualTo(millis(firstRuns.get(of.getKey())));
      assertThat(row.get("first_minute").asText())
          .isEqualTo(second(minuteOf(times(of.getValue())[0])));
      long[] times = times(of.getValue());
      assertThat(row.get("last_minute").asText())
          .isEqualTo(second(minuteOf(times[times.length - 1])));
    }
  }

  private static void assertTimeline(Asked asked, List<Run> during) {
    List<JsonNode> rows = asked.of("run_timeline", "account", "script", "step");
    Map<String, List<Run>> expected =
        ofPay(during).stream()
            .collect(Collectors.groupingBy(bucketOf(asked), TreeMap::new, Collectors.toList()));
    assertThat(rows.stream().map(ViewsAgainstRawRowsIT::bucket))
        .as(asked.context())
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    assertThat(rows)
        .isSortedAccordingTo(
            Comparator.<JsonNode, String>comparing(row -> row.get("bucket").asText())
                .thenComparing(row -> row.get("first_run").asText()));
    for (JsonNode row : rows) {
      assertMetrics(asked, row, expected.get(bucket(row)));
    }
  }

  private static void assertPercentiles(Asked asked, List<Run> during) {
    List<JsonNode> rows = asked.of("script_percentile", "account", "script", "percentile");
    Map<String, List<Run>> expected =
        ofPay(during).stream()
            .filter(run -> run.responseTime() != null)
            .collect(Collectors.groupingBy(run -> text(Deployment.of(run))));
    if (!expected.isEmpty()) {
      expected.put("null null", ofPay(during));
    }
    assertThat(rows.stream().map(ViewsAgainstRawRowsIT::deployment))
        .as(asked.context())
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (JsonNode row : rows) {
      assertPercentile(asked, row, expected.get(deployment(row)));
    }
  }

  private static void assertPercentileTimeline(Asked asked, List<Run> during) {
    List<JsonNode> rows =
        asked.of("percentile_timeline", "account", "script", "step", "percentile");
    Map<String, List<Run>> expected =
        ofPay(during).stream()
            .filter(run -> run.responseTime() != null)
            .collect(Collectors.groupingBy(bucketOf(asked)));
    assertThat(rows.stream().map(ViewsAgainstRawRowsIT::bucket))
        .as(asked.context())
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (JsonNode row : rows) {
      assertPercentile(asked, row, expected.get(bucket(row)));
    }
  }

  private static void assertComparison(Asked asked, List<Run> during) {
    List<JsonNode> rows =
        asked.of("version_comparison", "account", "script", "baseline", "candidate");
    for (String side : List.of("baseline", "candidate")) {
      String name = asked.value(side).replace("'", "");
      List<Run> expected =
          ofPay(during).stream()
              .filter(
                  run ->
                      switch (name) {
                        case "v3" -> run.deploymentVersion() == 3;
                        case "second" -> run.deploymentVersion() == 2;
                        default -> run.unnumberedId().equals(name);
                      })
              .toList();
      double[] times = responseTimes(expected);
      for (JsonNode row : rows) {
        JsonNode value = row.get(side);
        switch (row.get("metric").asText()) {
          case "total_runs" ->
              assertThat(value.asInt()).as(asked.context()).isEqualTo(expected.size());
          case "succeeded" ->
              assertThat(value.asLong())
                  .isEqualTo(expected.stream().filter(Run::succeeded).count());
          case "failed" ->
              assertThat(value.asLong()).isEqualTo(expected.stream().filter(Run::failed).count());
          case "in_progress" ->
              assertThat(value.asLong())
                  .isEqualTo(
                      expected.stream().filter(run -> !run.succeeded() && !run.failed()).count());
          case "failure_rate" ->
              assertThat(value.isNull())
                  .isEqualTo(expected.stream().noneMatch(run -> run.succeeded() || run.failed()));
          default -> assertPercentile(asked, value, row.get("level").asDouble() / 100, times);
        }
      }
      assertThat(rows).hasSize(105);
    }
  }

  /** Scripts fail more with every deployment, so they are listed wherever there are enough runs. */
  private static void assertRegressions(Asked asked, String view, List<Run> during) {
    List<JsonNode> rows =
        view.equals("version_regressions") ? asked.of(view, "account") : asked.of(view);
    for (String script : List.of("pay", "ship")) {
      Map<Deployment, List<Run>> finished =
          during.stream()
              .filter(run -> run.account().equals("acme") && run.script().equals(script))
              .filter(run -> run.succeeded() || run.failed())
              .filter(run -> Deployment.of(run).isKnown())
              .collect(Collectors.groupingBy(Deployment::of));
      List<Deployment> newest = finished.keySet().stream().sorted(NEWEST_FIRST).limit(2).toList();
      List<JsonNode> found =
          rows.stream()
              .filter(row -> row.get("script").asText().equals(script))
              .filter(row -> !row.has("account") || row.get("account").asText().equals("acme"))
              .toList();
      boolean enough =
          newest.size() == 2 && newest.stream().allMatch(of -> finished.get(of).size() >= 150);
      assertThat(found).as(asked.context()).hasSizeBetween(enough ? 1 : 0, 1);
      for (JsonNode row : found) {
        for (int i = 0; i < 2; i++) {
          String age = i == 0 ? "new_" : "old_";
          List<Run> of = finished.get(newest.get(i));
          assertThat(
                  row.get(age + "version").asInt() + " " + row.get(age + "deployment_id").asText())
              .as(asked.context())
              .isEqualTo(text(newest.get(i)));
          assertThat(row.get(age + "finished").asInt()).as(asked.context()).isEqualTo(of.size());
          assertThat(row.get(age + "failed").asLong())
              .as(asked.context())
              .isEqualTo(of.stream().filter(Run::failed).count());
          assertPercentile(asked, row.get(age + "p90"), 0.9, responseTimes(of));
        }
      }
    }
  }

  private static void assertScriptsOverview(Asked asked, List<Run> wholeMinutes) {
    List<JsonNode> rows = asked.of("scripts_overview");
    Map<String, List<Run>> expected =
        wholeMinutes.stream()
            .collect(Collectors.groupingBy(run -> run.account() + " " + run.script()));
    Function<JsonNode, String> script =
        row -> row.get("account").asText() + " " + row.get("script").asText();
    assertThat(rows.stream().map(script))
        .as(asked.context())
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (JsonNode row : rows) {
      List<Run> of = expected.get(script.apply(row));
      assertThat(row.get("total_runs").asInt()).as(asked.context()).isEqualTo(of.size());
      assertThat(row.get("runs_succeeded").asLong())
          .isEqualTo(of.stream().filter(Run::succeeded).count());
      assertThat(row.get("runs_failed").asLong())
          .isEqualTo(of.stream().filter(Run::failed).count());
      assertPercentile(asked, row.get("p90"), 0.9, responseTimes(of));
      assertPercentile(asked, row.get("p99"), 0.99, responseTimes(of));
      long[] times = times(of);
      assertThat(row.get("last_run").asText()).isEqualTo(second(minuteOf(times[times.length - 1])));
    }
  }

  private static void assertMetrics(Asked asked, JsonNode row, List<Run> expected) {
    long succeeded = expected.stream().filter(Run::succeeded).count();
    long failed = expected.stream().filter(Run::failed).count();
    assertThat(row.get("total_runs").asInt()).as(asked.context()).isEqualTo(expected.size());
    assertThat(row.get("succeeded").asLong()).as(asked.context()).isEqualTo(succeeded);
    assertThat(row.get("failed").asLong()).as(asked.context()).isEqualTo(failed);
    assertThat(row.get("in_progress").asLong())
        .as(asked.context())
        .isEqualTo(expected.size() - succeeded - failed);
    double[] times = responseTimes(expected);
    assertPercentile(asked, row.get("p50"), 0.5, times);
    assertPercentile(asked, row.get("p90"), 0.9, times);
    assertPercentile(asked, row.get("p99"), 0.99, times);
    assertPercentile(asked, row.get("min"), 0, times);
    assertPercentile(asked, row.get("max"), 1, times);
  }

  private static void assertPercentile(Asked asked, JsonNode row, List<Run> expected) {
    double[] times = responseTimes(expected);
    assertThat(row.get("response_times").asInt()).as(asked.context()).isEqualTo(times.length);
    assertPercentile(asked, row.get("response_time"), asked.percentile() / 100, times);
  }

  /** Allows at least one rank of error: with few values, one rank exceeds the relative error. */
  private static void assertPercentile(
      Asked asked, JsonNode percentile, double level, double[] sorted) {
    if (sorted.length == 0) {
      assertThat(percentile.isNull()).as(asked.context()).isTrue();
      return;
    }
    double error = Math.max(1, RANK_ERROR * sorted.length);
    int lowest = (int) Math.max(0, Math.floor(level * sorted.length - error) - 1);
    int highest = (int) Math.min(sorted.length - 1, Math.ceil(level * sorted.length + error) - 1);
    assertThat(percentile.doubleValue())
        .as("p%s of %d values, %s", level, sorted.length, asked.context())
        .isBetween(sorted[0], sorted[sorted.length - 1])
        .isBetween(
            sorted[lowest] * (1 - RELATIVE_ERROR),
            sorted[Math.max(lowest, highest)] * (1 + RELATIVE_ERROR));
  }

  /** Makes the hours before {@code settled} right, and all others wrong. */
  private static void settle(long settled) {
    String before = "WHERE executed_on < fromUnixTimestamp64Milli(" + settled + ")";
    String after = "WHERE executed_on >= fromUnixTimestamp64Milli(" + settled + ")";
    clickHouse.query("TRUNCATE TABLE script_analytics.run_rollups_hourly");
    clickHouse.query("TRUNCATE TABLE script_analytics.rollup_progress");
    insertRollups("run_rollups_hourly", "hour", "toStartOfHour(executed_on)", before, true, "1");
    insertRollups("run_rollups_hourly", "hour", "toStartOfHour(executed_on)", before, false, "1");
    insertRollups("run_rollups_hourly", "hour", "toStartOfHour(executed_on)", after, false, "7");
    if (settled > 0) {
      long second = settled / 1000;
      clickHouse.query(
          "INSERT INTO script_analytics.rollup_progress VALUES ('slow', %d), ('fast', %d)"
              .formatted(second, second + 7_200));
      clickHouse.query(
          "INSERT INTO script_analytics.rollup_progress VALUES ('slow', %d), ('fast', %d)"
              .formatted(second - 3_600, second + 3_600));
    }
  }

  /**
   * Writes rollups of the raw rows, some of which arrived up to two hours late.
   *
   * @param poorer whether to write rows as they were before most of their facts came
   * @param times by how much the counts are wrong
   */
  private static void insertRollups(
      String table, String column, String time, String where, boolean poorer, String times) {
    boolean hourly = column.equals("hour");
    String values =
        poorer
            ? "1 AS facts, 1, 0, 0, 0, NULL, NULL, emptyArrayFloat32() AS means"
            : "count() + countIf(status != 'In Progress') AS facts, %1$s * count(), %1$s *"
                    .formatted(times)
                + " countIf(status = 'Success'), %1$s * countIf(status = 'Failed'),"
                    .formatted(times)
                + " ifNull(sum(response_time), 0), min(response_time), max(response_time),"
                + " groupArrayIf(toFloat32(assumeNotNull(response_time)),"
                + " isNotNull(response_time)) AS means";
    clickHouse.query(
        "INSERT INTO script_analytics."
            + table
            + " (account, script, deployment_version, deployment_id, arrival, "
            + column
            + (hourly ? ", first_minute, last_minute" : "")
            + ", facts, seen, succeeded, failed, response_time_sum, response_time_min,"
            + " response_time_max, means, weights) SELECT account, script, deployment_version,"
            + " if(deployment_version = 0, deployment_id, '') AS id,"
            + " toStartOfHour(executed_on + toIntervalHour(sipHash64(run_id) % 3)) AS arrived, "
            + time
            + " AS time, "
            + (hourly
                ? "toStartOfMinute(min(executed_on)), toStartOfMinute(max(executed_on)), "
                : "")
            + values
            + ", arrayMap(mean -> toUInt64(1), means) FROM script_analytics.runs FINAL "
            + where
            + " GROUP BY account, script, deployment_version, id, arrived, time");
  }

  /** A range of each kind in turn. */
  private static long[] randomRange(Random random, int kind) {
    long from = BEGIN - HOUR / 2 + (long) (random.nextDouble() * (HOURS + 1) * HOUR);
    long to = BEGIN - HOUR / 2 + (long) (random.nextDouble() * (HOURS + 1) * HOUR);
    long first = Math.min(from, to);
    long last = Math.max(from, to);
    return switch (kind % 8) {
      case 0 -> new long[] {minuteOf(first), minuteOf(last)};
      case 1 -> new long[] {first / HOUR * HOUR, last / HOUR * HOUR};
      case 2 -> new long[] {last, first};
      case 3 -> new long[] {minuteOf(first) + 10_000, minuteOf(first) + 50_000};
      case 4 -> new long[] {first / HOUR * HOUR, last};
      case 5 -> new long[] {minuteOf(first) + 500, last / HOUR * HOUR + HOUR + 1};
      default -> new long[] {first, last};
    };
  }

  /** Runs of scripts whose deployments do not come in the order of their numbers. */
  private static List<Run> randomRuns(Random random) {
    record Deployed(long from, int version, String id, int failing) {}
    List<Deployed> deployed =
        List.of(
            new Deployed(0, 1, "first", 3),
            new Deployed(0, 0, "", 50),
            new Deployed(HOUR - 20 * MINUTE, 3, "", 15),
            new Deployed(2 * HOUR + 1, 2, "second", 35),
            new Deployed(3 * HOUR + 40 * MINUTE, 0, "9fceb02", 75));
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 9_000; i++) {
      long after = (long) (random.nextDouble() * HOURS * HOUR);
      // Every eighth run lies at the edge of a minute or an hour, where mistakes show.
      if (i % 8 == 0) {
        long edge = i % 16 == 0 ? MINUTE : HOUR;
        after = Math.max(0, after / edge * edge + random.nextInt(3) - 1);
      }
      long time = after;
      List<Deployed> running = deployed.stream().filter(of -> of.from() <= time).toList();
      Deployed of = running.get(random.nextInt(running.size()));
      String status =
          random.nextInt(10) == 0
              ? "In Progress"
              : random.nextInt(100) < of.failing() ? "Failed" : "Success";
      boolean timed = status.equals("Success") && random.nextInt(20) > 0;
      runs.add(
          new Run(
              random.nextInt(6) == 0 ? "globex" : "acme",
              random.nextInt(4) == 0 ? "ship" : "pay",
              BEGIN + after,
              "run" + i,
              3,
              status,
              of.version(),
              of.version() > 0 && i % 2 == 0 ? "" : of.id(),
              timed ? Math.exp(3 + 1.5 * random.nextGaussian()) : null,
              BEGIN + after));
    }
    return runs;
  }

  private static List<Run> during(Predicate<Run> condition) {
    return runs.stream().filter(condition).toList();
  }

  private static List<Run> ofPay(List<Run> during) {
    return during.stream()
        .filter(run -> run.account().equals("acme") && run.script().equals("pay"))
        .toList();
  }

  private static double[] responseTimes(List<Run> of) {
    return of.stream()
        .map(Run::responseTime)
        .filter(Objects::nonNull)
        .mapToDouble(Double::doubleValue)
        .sorted()
        .toArray();
  }

  /** When the runs started, in order. */
  private static long[] times(List<Run> of) {
    return of.stream().mapToLong(Run::executedOn).sorted().toArray();
  }

  private static Function<Run, String> bucketOf(Asked asked) {
    long millis = asked.step() * 1000L;
    return run ->
        second(Math.floorDiv(run.executedOn(), millis) * millis) + " " + text(Deployment.of(run));
  }

  private static String bucket(JsonNode row) {
    return row.get("bucket").asText() + " " + deployment(row);
  }

  private static String deployment(JsonNode row) {
    return row.get("deployment_version").asText() + " " + row.get("deployment_id").asText();
  }

  private static String text(Deployment of) {
    return of.version() + " " + shownIds.get(of);
  }

  private static long minuteOf(long millis) {
    return Math.floorDiv(millis, MINUTE) * MINUTE;
  }

  /** A whole second, as ClickHouse writes it. */
  private static String second(long millis) {
    return millis(millis).substring(0, 19);
  }

  /** A time with its milliseconds, as ClickHouse writes it. */
  private static String millis(long millis) {
    return WITH_MILLIS.format(Instant.ofEpochMilli(millis));
  }
}
