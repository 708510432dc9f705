package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.sql.Tables.Run;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a comparison says; {@link ViewsAgainstRawRowsIT} compares its figures with the raw rows. */
class VersionComparisonIT {
  private static final long BEGIN = Tables.noonOfYesterday().toEpochMilli();
  private static final int METRICS = 105;

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private final Random random = new Random(20_261_130);

  @BeforeEach
  void forgetAll() {
    for (String table : List.of("runs", "run_rollups", "deployments")) {
      clickHouse.query("TRUNCATE TABLE script_analytics." + table);
    }
  }

  @Test
  void tellsBothDeploymentsTheirDifferenceAndWhetherItIsCertain() {
    write(runs(1, "", 2_000, 0.02, 1), runs(2, "", 2_000, 0.08, 1.2));
    List<JsonNode> rows = comparison("1", "2");
    assertThat(rows).hasSize(METRICS);
    assertThat(row(rows, "total_runs").get("baseline").asInt()).isEqualTo(2_000);
    assertThat(row(rows, "total_runs").get("p_value").isNull()).isTrue();
    JsonNode failures = row(rows, "failure_rate");
    assertThat(failures.get("difference").asDouble()).isCloseTo(6, within(1.5));
    assertThat(failures.get("significant").asBoolean()).isTrue();
    for (String metric : List.of("p25", "p50", "p75", "p90")) {
      JsonNode row = row(rows, metric);
      assertThat(row.get("ratio").asDouble()).as(metric).isCloseTo(1.2, within(0.1));
      assertThat(row.get("difference").asDouble())
          .isCloseTo(
              row.get("candidate").asDouble() - row.get("baseline").asDouble(), within(1e-9));
      assertThat(row.get("p_value").asDouble()).as(metric).isLessThan(0.001);
      assertThat(row.get("significant").asBoolean()).as(metric).isTrue();
    }
    assertThat(row(rows, "p99.9").get("level").asDouble()).isEqualTo(99.9);
    // Of 2,000 response times two are above it.
    assertThat(row(rows, "p99.9").get("significant").isNull()).isTrue();
  }

  @Test
  void isTheSameForAFasterDeploymentAsForASlowerOne() {
    write(runs(1, "", 2_000, 0, 1.2), runs(2, "", 2_000, 0, 1));
    assertThat(row(comparison("1", "2"), "p50").get("significant").asBoolean()).isTrue();
    assertThat(row(comparison("1", "2"), "p50").get("ratio").asDouble())
        .isCloseTo(1 / 1.2, within(0.05));
  }

  @Test
  void seldomFindsADifferenceWhereThereIsNone() {
    int found = 0;
    for (int i = 0; i < 20; i++) {
      forgetAll();
      write(runs(1, "", 600, 0.05, 1), runs(2, "", 400, 0.05, 1));
      found += comparison("1", "2").stream().anyMatch(row -> significant(row)) ? 1 : 0;
    }
    assertThat(found).isLessThanOrEqualTo(2);
  }

  @Test
  void saysNothingOfTheCertaintyOfFewRuns() {
    write(runs(1, "", 9, 0.5, 1), runs(2, "", 9, 0.5, 9));
    List<JsonNode> rows = comparison("1", "2");
    assertThat(row(rows, "p50").get("ratio").asDouble()).isGreaterThan(2);
    assertThat(rows).allMatch(row -> row.get("p_value").isNull());
    assertThat(rows).allMatch(row -> row.get("significant").isNull());
  }

  @Test
  void wholeMillisecondsThatBecomeOneMoreAreADifference() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      runs.add(run(i, 1, "", "Success", 100.0));
      runs.add(run(i, 2, "", "Success", 99.0));
    }
    write(runs);
    assertThat(row(comparison("1", "2"), "p50").get("significant").asBoolean()).isTrue();
    assertThat(row(comparison("2", "1"), "p50").get("significant").asBoolean()).isTrue();
    assertThat(row(comparison("1", "1"), "p50").get("p_value").asDouble()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "v3", "V3", "deploy_3", "9fceb02"})
  void knowsADeploymentByNumberAndById(String name) {
    write(runs(3, "deploy_3", 10, 0, 1), runs(0, "9fceb02", 20, 0, 1), runs(0, "", 40, 0, 1));
    assertThat(row(comparison(name, name), "total_runs").get("candidate").asInt())
        .isEqualTo(name.equals("9fceb02") ? 20 : 10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4", "v", "", "0", "v0", "other", "deploy", "99999999999999999999", "'"})
  void anUnknownDeploymentHasNoRuns(String name) {
    write(runs(3, "deploy_3", 50, 0, 1), runs(0, "", 40, 0, 1), runs(0, "other", 10, 0, 1));
    List<JsonNode> rows = comparison("3", name);
    assertThat(rows).hasSize(METRICS);
    assertThat(row(rows, "total_runs").get("baseline").asInt()).isEqualTo(50);
    assertThat(row(rows, "total_runs").get("candidate").asInt()).isZero();
    assertThat(row(rows, "p50").get("candidate").isNull()).isTrue();
    assertThat(rows).allMatch(row -> row.get("p_value").isNull());
  }

  private static boolean significant(JsonNode row) {
    return row.get("significant").asBoolean();
  }

  private static List<JsonNode> comparison(String baseline, String candidate) {
    return views.select(
        "SELECT * FROM script_analytics.version_comparison(account = 'acme', script = 'pay',"
            + " from = {from:String}, to = {to:String}, baseline = {baseline:String},"
            + " candidate = {candidate:String})",
        Map.of(
            "from",
            Tables.time(BEGIN),
            "to",
            Tables.time(BEGIN + 3_600_000),
            "baseline",
            baseline,
            "candidate",
            candidate));
  }

  private static JsonNode row(List<JsonNode> rows, String metric) {
    return rows.stream()
        .filter(row -> row.get("metric").asText().equals(metric))
        .findFirst()
        .orElseThrow();
  }

  /** Runs whose response times are log-normal with sigma 0.5. */
  private List<Run> runs(int version, String id, int count, double failing, double slower) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean failed = random.nextDouble() < failing;
      double time = 100 * slower * Math.exp(0.5 * random.nextGaussian());
      runs.add(run(i, version, id, failed ? "Failed" : "Success", failed ? null : time));
    }
    return runs;
  }

  private static Run run(int i, int version, String id, String status, Double time) {
    long start = BEGIN + i % 600 * 1_000L;
    String runId = version + id + "_" + i;
    return new Run("acme", "pay", start, runId, 3, status, version, id, time, start);
  }

  @SafeVarargs
  private static void write(List<Run>... deployments) {
    List<Run> runs = new ArrayList<>();
    for (List<Run> deployment : deployments) {
      runs.addAll(deployment);
    }
    tables.insertRuns(runs);
    tables.insertRollups(runs);
  }
}
