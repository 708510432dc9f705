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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class VersionsAndTimelinesIT {
  private static final long SEED = 20_261_122;
  private static final long MINUTE = 60_000;
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
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
    clickHouse.query("TRUNCATE TABLE script_analytics.deployments");
  }

  @Test
  void tellsTheVersionsOfAnyRangeApart() {
    List<Run> runs = randomRuns(3_000, 12 * MINUTE);
    write(runs);
    for (int i = 0; i < 20; i++) {
      long from = randomTime();
      long to = from + random.nextInt((int) (6 * MINUTE));
      List<JsonNode> rows =
          select("version_metrics", from, to, "", "ORDER BY deployment_version DESC");
      Map<Integer, List<Run>> expected =
          during(runs, from, to)
              .collect(
                  Collectors.groupingBy(Run::deploymentVersion, TreeMap::new, Collectors.toList()));
      assertThat(rows).as(from + " to " + to).hasSize(expected.size());
      for (JsonNode row : rows) {
        List<Run> version = expected.get(row.get("deployment_version").intValue());
        assertCounts(row, version);
        assertThat(row.get("first_minute").asText())
            .isEqualTo(minute(version.stream().mapToLong(Run::executedOn).min().orElseThrow()));
        assertThat(row.get("last_minute").asText())
            .isEqualTo(minute(version.stream().mapToLong(Run::executedOn).max().orElseThrow()));
      }
    }
  }

  @Test
  void putsEachRunIntoItsBucketWhateverTheStep() {
    List<Run> runs = randomRuns(3_000, 12 * MINUTE);
    write(runs);
    for (int step : new int[] {1, 7, 60, 90, 120, 300, 86_400}) {
      for (int i = 0; i < 3; i++) {
        long from = randomTime();
        assertTimeline(runs, from, from + random.nextInt((int) (6 * MINUTE)), step);
      }
    }
  }

  @Test
  void countsMinutesWithoutRawRowsInTheBucketThatTheyBeginIn() {
    List<Run> runs = randomRuns(1_000, 6 * MINUTE);
    write(runs);
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    List<Run> atTheirMinutes =
        runs.stream()
            .map(
                run ->
                    new Run(
                        run.account(),
                        run.script(),
                        Math.floorDiv(run.executedOn(), MINUTE) * MINUTE,
                        run.runId(),
                        3,
                        run.status(),
                        run.deploymentVersion(),
                        run.responseTime(),
                        run.arrivedOn()))
            .toList();
    assertTimeline(atTheirMinutes, BEGIN - MINUTE, BEGIN + 7 * MINUTE, 90);
    assertTimeline(atTheirMinutes, BEGIN - MINUTE, BEGIN + 7 * MINUTE, 120);
  }

  @Test
  void givesAnyPercentileOfAllVersionsOfEachAndOfEachBucket() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      runs.add(run("pay", i, 1 + i % 2, "Success", 1.0 + i));
    }
    write(runs);
    for (double percentile : new double[] {0, 5, 50, 95, 99.5, 100}) {
      List<JsonNode> rows =
          select("script_percentile", BEGIN, BEGIN + MINUTE, ", percentile = " + percentile, "");
      assertThat(Views.texts(rows, "deployment_version")).containsExactly("null", "2", "1");
      assertThat(Views.texts(rows, "response_times")).containsExactly("1000", "500", "500");
      for (JsonNode row : rows) {
        // In the middle, a centroid of the job's digests stands for two percent of the values.
        assertThat(row.get("response_time").doubleValue()).isCloseTo(10 * percentile, within(10.0));
      }
      List<JsonNode> buckets =
          select(
              "percentile_timeline",
              BEGIN,
              BEGIN + MINUTE,
              ", step = 60, percentile = " + percentile,
              "");
      assertThat(Views.texts(buckets, "bucket")).containsExactly(minute(BEGIN), minute(BEGIN));
      assertThat(Views.texts(buckets, "response_time"))
          .containsExactly(
              rows.get(2).get("response_time").asText(), rows.get(1).get("response_time").asText());
    }
  }

  @Test
  void listsTheScriptsOfAnAccountWithTheirVersionsAndTimes() {
    Run first = run("ship", 1, 2, "Failed", null);
    Run last = new Run("acme", "ship", BEGIN + 90_000, "2", 3, "Success", 1, 5.0, BEGIN + 90_000);
    Run another = new Run("globex", "other", BEGIN, "3", 3, "Success", 1, 5.0, BEGIN);
    tables.insert(
        "logs",
        Tables.row(
            "script", "chatty", "timestamp", Instant.ofEpochMilli(BEGIN + 7), "log_id", "l1"));
    write(List.of(first, last, another, run("pay", 4, 0, "In Progress", null)));
    assertThat(
            ask(
                    "SELECT script, versions, first_run, last_run, first_entry FROM"
                        + " script_analytics.scripts(account = 'acme')")
                .stream()
                .map(JsonNode::toString))
        .containsExactly(
            "{\"script\":\"chatty\",\"versions\":[0],\"first_run\":null,\"last_run\":null,"
                + "\"first_entry\":\"%s000\"}".formatted(millis(BEGIN + 7)),
            "{\"script\":\"pay\",\"versions\":[0],\"first_run\":\"%1$s\",\"last_run\":\"%1$s\","
                    .formatted(millis(BEGIN + 4))
                + "\"first_entry\":null}",
            "{\"script\":\"ship\",\"versions\":[1,2],\"first_run\":\"%s\",\"last_run\":\"%s\","
                    .formatted(millis(BEGIN + 1), millis(BEGIN + 90_000))
                + "\"first_entry\":null}");
  }

  @Test
  void listsTheDeploymentsOfAScriptInTheOrderInWhichTheyFirstRan() {
    write(
        List.of(
            deployed(BEGIN + 10, 3, "", "r1"),
            deployed(BEGIN + 20, 2, "old id", "r2"),
            deployed(BEGIN + 30, 2, "second", "r3"),
            deployed(BEGIN + 40, 0, "9fceb02", "r4"),
            deployed(BEGIN + 50, 3, "", "r5")));
    assertThat(versions())
        .containsExactly(
            "3  %s %s".formatted(millis(BEGIN + 10), millis(BEGIN + 50)),
            "2 second %s %s".formatted(millis(BEGIN + 20), millis(BEGIN + 30)),
            "0 9fceb02 %1$s %1$s".formatted(millis(BEGIN + 40)));
    assertThat(Views.texts(select("version_metrics", BEGIN, BEGIN + MINUTE, "", ""), "first_run"))
        .containsExactly(millis(BEGIN + 40), millis(BEGIN + 20), millis(BEGIN + 10));
  }

  @Test
  void aDeploymentThatWasOnlyKnownByItsIdAtFirstIsNotShownTwice() {
    // Its first events told less. The runs and entries are found under version 2 now.
    tables.insertRuns(List.of(deployed(BEGIN, 0, "", "r1"), deployed(BEGIN, 0, "second", "r2")));
    tables.insert("logs", entry("l1", 0, ""), entry("l2", 0, "second"));
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    write(List.of(deployed(BEGIN, 2, "second", "r1"), deployed(BEGIN, 2, "second", "r2")));
    assertThat(versions()).containsExactly("2 second %1$s %1$s".formatted(millis(BEGIN)));
    assertThat(
            Views.texts(
                ask("SELECT * FROM script_analytics.scripts(account = 'acme')"), "versions"))
        .hasSize(1);

    // Another id is a deployment of its own, even if it has only logged.
    tables.insert("logs", entry("l3", 0, "third"));
    assertThat(versions())
        .containsExactly("2 second %1$s %1$s".formatted(millis(BEGIN)), "0 third null null");
  }

  @Test
  void tellsWhereTheTimeOfEachDeploymentWent() {
    tables.insert(
        "runs",
        phases("r1", "Success", 100.0, Map.of("queue", 10.0, "inference", 80.0)),
        phases("r2", "Success", 300.0, Map.of("inference", 200.0)),
        phases("r3", "Failed", null, Map.of("queue", 30.0)),
        phases("r4", "Success", 5_000.0, Map.of()));
    List<JsonNode> rows = select("phase_metrics", BEGIN, BEGIN + MINUTE, "", "");
    assertThat(Views.texts(rows, "phase")).containsExactly("inference", "queue");
    assertThat(Views.texts(rows, "deployment_id")).containsExactly("9fceb02", "9fceb02");
    assertThat(Views.texts(rows, "runs")).containsExactly("2", "2");
    // Of 400 ms of response time of runs with any phase.
    assertThat(Views.texts(rows, "share")).containsExactly("70", "2.5");
    assertThat(Views.texts(rows, "p99")).containsExactly("200", "30");
  }

  @Test
  void aScriptThatHasOnlyLoggedHasADeployment() {
    tables.insert("logs", entry("l1", 0, ""));
    assertThat(versions()).containsExactly("0  null null");
    assertThat(ask("SELECT account FROM script_analytics.accounts").toString())
        .isEqualTo("[{\"account\":\"acme\"}]");
  }

  @Test
  void findsTheScriptsWhoseNewestVersionIsSlowerOrFailsMore() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      double time = 100 + i % 100;
      String seldom = i % 50 == 0 ? "Failed" : "Success";
      String often = i % 10 == 0 ? "Failed" : "Success";
      runs.add(run("slower", i, 6, seldom, time));
      runs.add(run("slower", i + 2_000, 7, seldom, 1.5 * time));
      runs.add(run("failing", i, 1, seldom, time));
      runs.add(run("failing", i + 2_000, 2, often, time));
      runs.add(run("better", i, 1, often, 1.5 * time));
      runs.add(run("better", i + 2_000, 2, seldom, time));
      runs.add(run("same", i, 1, seldom, time));
      runs.add(run("same", i + 2_000, 2, seldom, time));
      // The newest version is compared with the one before it only.
      runs.add(run("recovered", i, 1, seldom, time / 2));
      runs.add(run("recovered", i + 2_000, 2, seldom, time));
      runs.add(run("recovered", i + 4_000, 3, seldom, time));
      runs.add(run("unknown", i, 0, seldom, time));
      runs.add(run("unknown", i + 2_000, 1, often, 2 * time));
    }
    write(runs);
    List<JsonNode> rows = regressions();
    assertThat(Views.texts(rows, "script")).containsExactly("failing", "slower");
    JsonNode failing = rows.get(0);
    assertThat(failing.get("regressions").toString()).isEqualTo("[\"failures\"]");
    assertThat(failing.get("old_finished").intValue()).isEqualTo(2_000);
    assertThat(failing.get("new_finished").intValue()).isEqualTo(2_000);
    assertThat(failing.get("old_failed").intValue()).isEqualTo(40);
    assertThat(failing.get("new_failed").intValue()).isEqualTo(200);
    assertThat(failing.get("old_failure_rate").doubleValue()).isEqualTo(2.0);
    assertThat(failing.get("new_failure_rate").doubleValue()).isEqualTo(10.0);
    JsonNode slower = rows.get(1);
    assertThat(slower.get("regressions").toString()).isEqualTo("[\"p90\",\"p99\"]");
    assertThat(slower.get("old_version").intValue()).isEqualTo(6);
    assertThat(slower.get("new_version").intValue()).isEqualTo(7);
    assertThat(slower.get("old_p90").doubleValue()).isCloseTo(190, within(2.0));
    assertThat(slower.get("new_p90").doubleValue()).isCloseTo(285, within(3.0));
    // 1.5 * time is above 190 from time 127 on.
    assertThat(slower.get("new_over_p90").doubleValue()).isCloseTo(73, within(2.0));
  }

  @Test
  void findsTheSameInTheOverviewOfAllAccounts() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      double time = 100 + i % 100;
      runs.add(run("slower", i, 6, "Success", time));
      runs.add(run("slower", i + 2_000, 7, "Success", 1.5 * time));
      runs.add(ofGlobex(run("slower", i, 6, "Success", time)));
      runs.add(ofGlobex(run("slower", i + 2_000, 7, "Success", 1.5 * time)));
      runs.add(run("same", i, 1 + i / 1_000, "Success", time));
      runs.add(run("alone", i, 1, i % 2 == 0 ? "Failed" : "Success", i % 2 == 0 ? null : time));
    }
    write(runs);
    List<JsonNode> overview = regressionsOverview();
    assertThat(Views.texts(overview, "account")).containsExactly("acme", "globex");
    JsonNode ofAcme = regressions().get(0);
    for (JsonNode row : overview) {
      assertThat(row.get("regressions").toString()).isEqualTo("[\"p90\",\"p99\"]");
      ofAcme
          .fieldNames()
          .forEachRemaining(name -> assertThat(row.get(name)).as(name).isEqualTo(ofAcme.get(name)));
    }
  }

  @Test
  void theOverviewOfNothingIsEmptyAndNoAccountIsAllAccounts() {
    assertThat(regressionsOverview()).isEmpty();
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      runs.add(run("worse", i, 1, "Success", 1.0));
      runs.add(run("worse", i + 200, 2, "Failed", null));
    }
    write(runs);
    assertThat(regressionsOverview()).hasSize(1);
    assertThat(
            ask(
                "SELECT * FROM script_analytics.version_regressions(account = '', "
                    + minuteOfRuns()
                    + ")"))
        .isEmpty();
  }

  @Test
  void doesNotCryWolfAtTenRuns() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      runs.add(run("few", i, 1, "Success", 10.0 + i));
      runs.add(run("few", i + 10, 2, i < 3 ? "Failed" : "Success", i < 3 ? null : 100.0 + i));
    }
    write(runs);
    assertThat(regressions()).isEmpty();
  }

  @Test
  void seldomRaisesAFalseAlarmAmongManyScriptsThatDidNotChange() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 40 * 1_200; i++) {
      boolean failed = random.nextInt(20) == 0;
      runs.add(
          run(
              "script" + i % 40,
              i,
              1 + random.nextInt(2),
              failed ? "Failed" : "Success",
              failed ? null : Math.exp(3 + 1.5 * random.nextGaussian())));
    }
    write(runs);
    assertThat(regressions()).isEmpty();
  }

  private List<JsonNode> regressions() {
    return ask(
        "SELECT * FROM script_analytics.version_regressions(account = 'acme', "
            + minuteOfRuns()
            + ")");
  }

  private static Run ofGlobex(Run run) {
    return new Run(
        "globex",
        run.script(),
        run.executedOn(),
        run.runId(),
        run.version(),
        run.status(),
        run.deploymentVersion(),
        run.responseTime(),
        run.arrivedOn());
  }

  private List<JsonNode> regressionsOverview() {
    return ask("SELECT * FROM script_analytics.regressions_overview(" + minuteOfRuns() + ")");
  }

  private String minuteOfRuns() {
    return "from = '%s', to = '%s'".formatted(Tables.time(BEGIN), Tables.time(BEGIN + MINUTE));
  }

  private void assertTimeline(List<Run> runs, long from, long to, int step) {
    List<JsonNode> rows = select("run_timeline", from, to, ", step = " + step, "");
    Function<Run, String> place =
        run ->
            second(Math.floorDiv(run.executedOn(), step * 1000L) * step * 1000L)
                + " "
                + run.deploymentVersion();
    Map<String, List<Run>> expected =
        during(runs, from, to)
            .collect(Collectors.groupingBy(place, TreeMap::new, Collectors.toList()));
    assertThat(rows.stream().map(r -> r.get("bucket").asText() + " " + r.get("deployment_version")))
        .as("step " + step)
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (JsonNode row : rows) {
      assertCounts(
          row, expected.get(row.get("bucket").asText() + " " + row.get("deployment_version")));
    }
  }

  private static void assertCounts(JsonNode row, List<Run> runs) {
    assertThat(row.get("total_runs").intValue()).isEqualTo(runs.size());
    assertThat(row.get("succeeded").longValue())
        .isEqualTo(runs.stream().filter(Run::succeeded).count());
    assertThat(row.get("failed").longValue()).isEqualTo(runs.stream().filter(Run::failed).count());
    double slowest =
        runs.stream()
            .filter(run -> run.responseTime() != null)
            .mapToDouble(Run::responseTime)
            .max()
            .orElse(Double.NaN);
    assertThat(row.get("max").isNull()).isEqualTo(Double.isNaN(slowest));
    assertThat(row.get("p99").isNull()).isEqualTo(Double.isNaN(slowest));
    if (!Double.isNaN(slowest)) {
      assertThat(row.get("max").doubleValue()).isEqualTo(slowest);
    }
  }

  private static Stream<Run> during(List<Run> runs, long from, long to) {
    return runs.stream()
        .filter(run -> run.account().equals("acme") && run.script().equals("pay"))
        .filter(run -> from <= run.executedOn() && run.executedOn() < to);
  }

  private static List<JsonNode> select(
      String view, long from, long to, String parameters, String rest) {
    return ask(
        "SELECT * FROM script_analytics."
            + view
            + "(account = 'acme', script = 'pay', from = '"
            + Tables.time(from)
            + "', to = '"
            + Tables.time(to)
            + "'"
            + parameters
            + ") "
            + rest);
  }

  private static List<JsonNode> ask(String query) {
    return clickHouse
        .queryAs("script_reader", ClickHouseProgram.READER_PASSWORD, query + " FORMAT JSONEachRow")
        .lines()
        .map(VersionsAndTimelinesIT::parsed)
        .toList();
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }

  private static void write(List<Run> runs) {
    tables.insertRuns(runs);
    tables.insertRollups(runs);
  }

  private static List<String> versions() {
    return ask("SELECT * FROM script_analytics.script_versions(account = 'acme', script = 'pay')")
        .stream()
        .map(
            row ->
                "%s %s %s %s"
                    .formatted(
                        row.get("deployment_version").asText(),
                        row.get("deployment_id").asText(),
                        row.get("first_run").asText(),
                        row.get("last_run").asText()))
        .toList();
  }

  private static Run deployed(long executedOn, int version, String id, String run) {
    return new Run("acme", "pay", executedOn, run, 3, "Success", version, id, 5.0, executedOn);
  }

  private static Map<String, Object> phases(
      String run, String status, Double responseTime, Map<String, Double> phases) {
    return Tables.row(
        "executed_on",
        Instant.ofEpochMilli(BEGIN),
        "run_id",
        run,
        "version",
        3,
        "status",
        status,
        "deployment_id",
        "9fceb02",
        "response_time",
        responseTime,
        "phases",
        phases);
  }

  private static Map<String, Object> entry(String id, int version, String deployment) {
    return Tables.row(
        "timestamp",
        Instant.ofEpochMilli(BEGIN + 1),
        "log_id",
        id,
        "deployment_version",
        version,
        "deployment_id",
        deployment);
  }

  /** A time with its milliseconds, as ClickHouse writes it. */
  private static String millis(long millis) {
    return second(Math.floorDiv(millis, 1_000) * 1_000)
        + ".%03d".formatted(Math.floorMod(millis, 1_000));
  }

  /** The minute, as ClickHouse writes it. */
  private static String minute(long millis) {
    return second(Math.floorDiv(millis, MINUTE) * MINUTE);
  }

  /** A whole second, as ClickHouse writes it. */
  private static String second(long millis) {
    return Instant.ofEpochMilli(millis).toString().replace('T', ' ').replace("Z", "");
  }

  private long randomTime() {
    return BEGIN + random.nextInt((int) (12 * MINUTE));
  }

  private static Run run(String script, int id, int version, String status, Double time) {
    return new Run(
        "acme",
        script,
        BEGIN + id % 60_000,
        "run" + id,
        3,
        status,
        version,
        status.equals("Success") ? time : null,
        BEGIN);
  }

  /** Runs of two scripts in three versions; some arrived late. */
  private List<Run> randomRuns(int count, long millis) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long executedOn = BEGIN + random.nextInt((int) millis);
      // Every eighth run lies at the edge of a minute, where mistakes show.
      if (i % 8 == 0) {
        executedOn = Math.floorDiv(executedOn, MINUTE) * MINUTE + random.nextInt(3) - 1;
      }
      String status = List.of("In Progress", "Failed", "Success", "Success").get(random.nextInt(4));
      runs.add(
          new Run(
              "acme",
              random.nextInt(5) == 0 ? "ship" : "pay",
              executedOn,
              "run" + i,
              3,
              status,
              random.nextInt(3),
              status.equals("Success") ? Math.exp(3 + 1.5 * random.nextGaussian()) : null,
              executedOn + random.nextInt(3) * 3_600_000L));
    }
    return runs;
  }
}
