package dev.scriptanalytics.sql;

import static dev.scriptanalytics.sql.Tables.row;
import static dev.scriptanalytics.sql.Views.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunDensityIT {
  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private static final Instant NOON = Tables.noonOfYesterday();
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MOST = 2_000;

  @BeforeEach
  void forgetAll() {
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
  }

  @Test
  void aFewRunsAreRowsOfTheirOwn() {
    tables.insert("runs", run("a", NOON.plusSeconds(65), "Success", "response_time", 250.5));
    assertThat(density().toString())
        .isEqualTo(
            "[{\"bucket\":\"%s.000\",\"bucket_end\":\"%s.000\",\"duration_from\":232.6305,"
                    .formatted(Tables.time(NOON.plusSeconds(60)), Tables.time(NOON.plusSeconds(90)))
                + "\"duration_to\":251.1886,\"status\":\"Success\",\"runs\":1,\"run_id\":\"a\","
                + "\"executed_on\":\"%s.000\",\"duration\":250.5}]"
                    .formatted(Tables.time(NOON.plusSeconds(65))));
  }

  @Test
  void theDurationIsTheResponseTimeOrTheTimeToTheEndOrUntilNow() {
    tables.insert(
        "runs",
        run("success", NOON, "Success", "response_time", 7, "ended_on", NOON.plusSeconds(9)),
        run("failed", NOON, "Failed", "ended_on", NOON.plusMillis(1500)),
        run("unknown", NOON, "Failed"),
        run("at once", NOON, "Failed", "ended_on", NOON),
        run("running", NOON, "In Progress", "version", 1),
        run("ahead", Instant.now().plusSeconds(600), "In Progress", "version", 1));
    Map<String, JsonNode> runs =
        views.range("run_density", "acme", "pay", NOON, NOON.plus(Duration.ofDays(2)), "").stream()
            .collect(Collectors.toMap(run -> run.get("run_id").asText(), run -> run));
    assertThat(runs.get("success").get("duration").asDouble()).isEqualTo(7);
    assertThat(runs.get("failed").get("duration").asDouble()).isEqualTo(1500);
    assertThat(runs.get("at once").get("duration").asDouble()).isZero();
    assertThat(runs.get("at once").get("duration_from").asDouble()).isZero();
    assertThat(runs.get("ahead").get("duration").asDouble()).isZero();
    for (String column : List.of("duration", "duration_from", "duration_to")) {
      assertThat(runs.get("unknown").get(column).isNull()).as(column).isTrue();
    }
    assertThat(runs.get("running").get("duration").asDouble())
        .isCloseTo(
            (double) Duration.between(NOON, Instant.now()).toMillis(),
            within((double) Duration.ofMinutes(10).toMillis()));
  }

  @Test
  void manyRunsAreCountedAndAddUpToTheTotal() {
    Random random = new Random(11);
    List<Map<String, Object>> runs = new ArrayList<>();
    for (int i = 0; i <= MOST; i++) {
      Instant start = NOON.plusMillis(random.nextInt(3_600_000));
      runs.add(
          switch (i % 4) {
            case 0 -> run("r" + i, start, "Failed", "ended_on", start.plusMillis(i));
            case 1 -> run("r" + i, start, "Failed");
            default ->
                run("r" + i, start, "Success", "response_time", Math.exp(8 * random.nextDouble()));
          });
    }
    tables.insert("runs", runs);
    // Half of them began with another row.
    tables.insert(
        "runs",
        runs.stream()
            .limit(MOST / 2)
            .map(
                run -> {
                  Map<String, Object> start = new TreeMap<>(run);
                  start.putAll(Map.of("status", "In Progress", "version", 1));
                  return start;
                })
            .toList());
    List<JsonNode> cells = density();
    assertThat(sum(cells)).isEqualTo(MOST + 1);
    assertThat(cells)
        .allMatch(cell -> cell.get("run_id").isNull() && cell.get("duration").isNull());
    assertThat(texts(cells, "status")).containsOnly("Success", "Failed");

    // One run less, and each is a row: the same places, durations and numbers.
    clickHouse.query("DELETE FROM script_analytics.runs WHERE run_id = 'r2000'");
    List<JsonNode> single = density();
    assertThat(single).hasSize(MOST);
    assertThat(texts(single, "run_id").distinct()).hasSize(MOST);
    Map<String, Integer> counted = cells(cells);
    Map<String, Integer> alone = cells(single);
    assertThat(
            counted.entrySet().stream()
                .filter(cell -> !cell.getValue().equals(alone.get(cell.getKey()))))
        .as("the cell of the run that is gone")
        .hasSize(1);
    for (JsonNode run : single) {
      assertThat(run.get("bucket").asText()).isLessThanOrEqualTo(run.get("executed_on").asText());
      assertThat(run.get("bucket_end").asText()).isGreaterThan(run.get("executed_on").asText());
      if (!run.get("duration").isNull()) {
        assertThat(run.get("duration").asDouble())
            .isBetween(
                run.get("duration_from").asDouble() - 1e-4,
                run.get("duration_to").asDouble() + 1e-4);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "6, 100, 30",
    "1, 100, 15",
    "0.2, 1000, 10",
    "0.1, 100000, 6",
    "0, 1e12, 3",
  })
  void theScaleIsAsFineAsFortyPartsAllow(double shortest, double longest, int partsOfADecade) {
    tables.insert(
        "runs",
        run("a", NOON, "Success", "response_time", shortest),
        run("b", NOON, "Success", "response_time", longest),
        run("c", NOON, "Success", "response_time", 100));
    Map<String, JsonNode> runs =
        density().stream().collect(Collectors.toMap(run -> run.get("run_id").asText(), run -> run));
    JsonNode hundred = runs.get("c");
    assertThat(hundred.get("duration_from").asDouble()).isEqualTo(100);
    assertThat(hundred.get("duration_to").asDouble())
        .isCloseTo(100 * Math.pow(10, 1.0 / partsOfADecade), within(1e-3));
  }

  @Test
  void powersOfTenAreBoundsAndBelongToThePartAbove() {
    double[] powers = {0.1, 1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8};
    List<Map<String, Object>> runs = new ArrayList<>();
    for (double power : powers) {
      runs.add(run("at " + power, NOON, "Success", "response_time", power));
    }
    tables.insert("runs", runs);
    assertThat(density().stream().mapToDouble(run -> run.get("duration_from").asDouble()).sorted())
        .containsExactly(
            DoubleStream.of(powers)
                .map(power -> power == 0.1 ? 0 : power)
                .boxed()
                .toArray(Double[]::new));
  }

  @Test
  void aRangeOfAnyLengthHasItsBuckets() {
    tables.insert("runs", run("a", NOON, "Success", "response_time", 1));
    assertThat(views.range("run_density", "acme", "pay", NOON, NOON.plusMillis(1), ""))
        .singleElement()
        .satisfies(run -> assertThat(run.get("bucket_end").asText()).endsWith(".001"));
    assertThat(views.range("run_density", "acme", "pay", NOON, NOON, "")).isEmpty();
    assertThat(views.range("run_density", "acme", "pay", NOON.plusMillis(1), NOON, "")).isEmpty();
    assertThat(
            views.range(
                "run_density",
                "acme",
                "pay",
                Instant.EPOCH,
                Instant.parse("2200-01-01T00:00:00Z"),
                ""))
        .hasSize(1);
  }

  @Test
  void runsOfAnotherScriptAccountOrTimeAreLeftOut() {
    tables.insert(
        "runs",
        run("before", NOON.minusMillis(1), "Success"),
        run("after", NOON.plus(HOUR), "Success"),
        run("ship", NOON, "Success", "script", "ship"),
        run("globex", NOON, "Success", "account", "globex"),
        run("last", NOON.plus(HOUR).minusMillis(1), "Success"));
    assertThat(texts(density(), "run_id")).containsExactly("last");
  }

  /** The number of runs by time, duration and status. */
  private static Map<String, Integer> cells(List<JsonNode> rows) {
    Map<String, Integer> cells = new TreeMap<>();
    for (JsonNode row : rows) {
      cells.merge(
          row.get("bucket") + " " + row.get("duration_from") + " " + row.get("status"),
          row.get("runs").asInt(),
          Integer::sum);
    }
    return cells;
  }

  private static int sum(List<JsonNode> rows) {
    return rows.stream().mapToInt(row -> row.get("runs").asInt()).sum();
  }

  private static List<JsonNode> density() {
    return views.range("run_density", "acme", "pay", NOON, NOON.plus(HOUR), "");
  }

  private static Map<String, Object> run(String id, Instant start, String status, Object... more) {
    Map<String, Object> run = row(more);
    run.put("run_id", id);
    run.put("executed_on", Tables.time(start));
    run.put("status", status);
    run.putIfAbsent("version", 3);
    return run;
  }
}
