package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.sql.Tables.Run;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the verdict on a deployment is made of, and how it reads. {@code VerdictSimulationIT} of
 * {@code src/bench} measures how often it is right.
 */
class VersionVerdictIT {
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;
  private static final long DEPLOYED = Tables.noonOfYesterday().toEpochMilli();

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private final Random random = new Random(20_261_130);

  @BeforeEach
  void forgetAll() {
    for (String table :
        List.of(
            "runs",
            "logs",
            "run_rollups",
            "run_rollups_hourly",
            "rollup_progress",
            "deployments")) {
      clickHouse.query("TRUNCATE TABLE script_analytics." + table);
    }
  }

  @Test
  void aDeploymentThatIsLikeTheOneBeforePasses() {
    write(runs(1, DEPLOYED - DAY, 1_500, 0.02, 1), runs(2, DEPLOYED, 1_200, 0.02, 1));
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("verdict").asText()).isEqualTo("pass");
    assertThat(reasons(verdict)).containsExactly("In 1200 finished runs nothing got worse");
    assertThat(verdict.get("worse_in")).isEmpty();
    assertThat(verdict.get("baseline_version").asInt()).isEqualTo(1);
    assertThat(verdict.get("baseline_runs").asInt()).isEqualTo(1_500);
    assertThat(verdict.get("candidate_runs").asInt()).isEqualTo(1_200);
  }

  @Test
  void aSlowerDeploymentIsWorse() {
    write(runs(1, DEPLOYED - DAY, 1_000, 0, 1), runs(2, DEPLOYED, 1_000, 0, 1.2));
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("verdict").asText()).isEqualTo("worse");
    assertThat(verdict.get("worse_in").toString()).contains("p50");
    assertThat(reasons(verdict).get(0))
        .matches("P50: [0-9.]+ ms, 1\\.[0-9]+ times the [0-9.]+ ms before");
  }

  @Test
  void aFasterDeploymentThatFailsLessPasses() {
    write(runs(1, DEPLOYED - DAY, 2_000, 0.2, 1.5), runs(2, DEPLOYED, 1_500, 0.02, 1));
    assertThat(verdict("2").get("verdict").asText()).isEqualTo("pass");
  }

  @Test
  void aDifferenceOfAFewPercentMattersToNobody() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      // They never differ by chance, so the difference is as certain as can be.
      runs.add(run(1, DEPLOYED - DAY, i, "Success", 100.0 + i % 10 / 100.0));
      runs.add(run(2, DEPLOYED, i, "Success", 104.0 + i % 10 / 100.0));
    }
    write(runs);
    assertThat(verdict("2").get("p50_p_value").asDouble()).isLessThan(1e-9);
    assertThat(verdict("2").get("verdict").asText()).isEqualTo("pass");
  }

  @Test
  void aDeploymentThatFailsMoreIsWorseHoweverFewRunsItHas() {
    write(runs(1, DEPLOYED - DAY, 2_000, 0.01, 1), runs(2, DEPLOYED, 60, 0.5, 1));
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("worse_in").toString()).isEqualTo("[\"failures\"]");
    assertThat(reasons(verdict).get(0))
        .matches("Failures: [0-9.]+ % of 60 finished runs, after [0-9.]+ % of 2000");
  }

  @Test
  void ofFewRunsItSaysHowManyAreMissing() {
    write(runs(1, DEPLOYED - DAY, 400, 0, 1), runs(2, DEPLOYED, 30, 0, 1));
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("verdict").asText()).isEqualTo("inconclusive");
    assertThat(reasons(verdict))
        .containsExactly(
            "30 of the 1000 response times that a verdict takes are there",
            "The deployment before has 400 of the 1000 response times that a verdict takes");
  }

  @Test
  void whatLooksWorseDoesNotPassBeforeItIsCertain() {
    write(runs(1, DEPLOYED - DAY, 1_000, 0, 1), runs(2, DEPLOYED, 1_000, 0.016, 1));
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("failure_p_value").asDouble()).isBetween(0.002, 0.1);
    assertThat(verdict.get("verdict").asText()).isEqualTo("inconclusive");
    assertThat(reasons(verdict))
        .anyMatch(reason -> reason.startsWith("Failures: ") && reason.contains("still be chance"));
  }

  @Test
  void anErrorThatOnlyTheCandidateHasIsWorseIfManyRunsHaveIt() {
    write(runs(1, DEPLOYED - DAY, 1_500, 0, 1), runs(2, DEPLOYED, 1_100, 0, 1));
    tables.insert("logs", error(1, DEPLOYED - DAY, 0, 5, "Known"));
    for (int i = 0; i < 40; i++) {
      // Each run logs each of them twice, which counts once.
      tables.insert(
          "logs",
          error(2, DEPLOYED, i, 5, "Known"),
          error(2, DEPLOYED, i, 6, "No such table: prices"),
          error(2, DEPLOYED + 1, i, 6, "No such table: prices"));
    }
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("worse_in").toString()).isEqualTo("[\"new_errors\"]");
    assertThat(reasons(verdict))
        .containsExactly("New error in 40 of 1100 runs, after none of 1500: No such table: prices");
    assertThat(verdict.get("new_error_groups").asInt()).isEqualTo(1);
    assertThat(verdict.get("new_error_group").asInt()).isEqualTo(6);
    assertThat(verdict.get("new_error_runs").asInt()).isEqualTo(40);
  }

  @Test
  void anErrorThatComesUpOnceIsNotWorse() {
    write(runs(1, DEPLOYED - DAY, 1_500, 0, 1), runs(2, DEPLOYED, 1_100, 0, 1));
    tables.insert("logs", error(2, DEPLOYED, 1, 6, "No such table: prices"));
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("new_error_groups").asInt()).isEqualTo(1);
    assertThat(verdict.get("verdict").asText()).isEqualTo("pass");
  }

  @Test
  void anErrorOfFailedRunsCountsAsOneOfEntriesDoes() {
    write(runs(1, DEPLOYED - DAY, 1_500, 0, 1), runs(2, DEPLOYED, 1_100, 0, 1));
    for (int i = 0; i < 40; i++) {
      tables.insert(
          "runs",
          Tables.row(
              "run_id",
              "2_" + i,
              "executed_on",
              Instant.ofEpochMilli(DEPLOYED + 1_000L * i),
              "version",
              3,
              "status",
              "Failed",
              "deployment_version",
              2,
              "error_group",
              9,
              "error_message",
              "Boom"));
    }
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("new_error_message").asText()).isEqualTo("Boom");
    assertThat(verdict.get("new_error_runs").asInt()).isEqualTo(40);
  }

  @Test
  void aNewErrorWithoutMessageIsNamedByItsCode() {
    write(runs(1, DEPLOYED - DAY, 10, 0, 1), runs(2, DEPLOYED, 10, 0, 1));
    tables.insert(
        "runs",
        Tables.row(
            "run_id",
            "2_failed",
            "executed_on",
            Instant.ofEpochMilli(DEPLOYED),
            "version",
            3,
            "status",
            "Failed",
            "deployment_version",
            2,
            "error_group",
            9,
            "error_code",
            "CUDA_OOM"));
    assertThat(verdict("2").get("new_error_message").asText()).isEqualTo("CUDA_OOM");
  }

  @Test
  void anErrorThatTheDeploymentBeforeHasAtTheSameTimeIsNotNew() {
    write(runs(1, DEPLOYED - DAY, 1_500, 0, 1), runs(2, DEPLOYED, 1_100, 0, 1));
    for (int i = 0; i < 40; i++) {
      tables.insert("logs", error(2, DEPLOYED, i, 6, "The bank does not answer"));
    }
    tables.insert("logs", error(1, DEPLOYED + HOUR, 1, 6, "The bank does not answer"));
    assertThat(verdict("2").get("new_error_groups").asInt()).isZero();
  }

  @Test
  void theBaselineIsTheLastWeekOfTheDeploymentThatFirstRanBefore() {
    write(
        runs(7, DEPLOYED - 20 * DAY, 5, 0, 1),
        runs(3, DEPLOYED - 19 * DAY, 10, 0, 1),
        runs(3, DEPLOYED - 8 * DAY, 20, 0, 1),
        runs(3, DEPLOYED - 6 * DAY, 40, 0, 1),
        runs(3, DEPLOYED + HOUR, 80, 0, 1),
        runs(2, DEPLOYED, 160, 0, 1));
    JsonNode newest = verdict("2");
    assertThat(newest.get("baseline_version").asInt()).isEqualTo(3);
    assertThat(newest.get("baseline_runs").asInt()).isEqualTo(40);
    assertThat(newest.get("candidate_runs").asInt()).isEqualTo(160);
    // Version 7 stopped long before version 3 was deployed.
    JsonNode middle = verdict("3");
    assertThat(middle.get("baseline_version").asInt()).isEqualTo(7);
    assertThat(middle.get("baseline_runs").asInt()).isEqualTo(5);
    assertThat(middle.get("candidate_runs").asInt()).isEqualTo(150);
  }

  @Test
  void hoursThatAreSettledSayWhatMinutesSay() {
    write(
        runs(1, DEPLOYED - 7 * DAY - HOUR / 2, 4_000, 0.02, 1),
        runs(1, DEPLOYED - 2 * HOUR, 4_000, 0.02, 1),
        runs(2, DEPLOYED + HOUR / 3, 9_000, 0.03, 1.1));
    JsonNode fromMinutes = verdict("2");
    for (long settled : new long[] {DEPLOYED - DAY, DEPLOYED, DEPLOYED + HOUR, DEPLOYED + DAY}) {
      long second = settled / 1000;
      clickHouse.query("TRUNCATE TABLE script_analytics.run_rollups_hourly");
      clickHouse.query("TRUNCATE TABLE script_analytics.rollup_progress");
      clickHouse.query(
          "INSERT INTO script_analytics.rollup_progress VALUES ('job', %d)".formatted(second));
      // Hours that are not settled are wrong on purpose.
      clickHouse.query(
          "INSERT INTO script_analytics.run_rollups_hourly (account, script, hour,"
              + " deployment_version, facts, seen, succeeded, failed, response_time_sum,"
              + " response_time_min, response_time_max, means, weights) SELECT account, script,"
              + " toStartOfHour(executed_on) AS hour, deployment_version, 2 * count(), count()"
              + " * if(hour < toDateTime(%d, 'UTC'), 1, 7), countIf(status = 'Success'),"
                  .formatted(second)
              + " countIf(status = 'Failed'), sum(response_time), min(response_time),"
              + " max(response_time), groupArrayIf(toFloat32(assumeNotNull(response_time)),"
              + " response_time IS NOT NULL) AS means, arrayMap(mean -> toUInt64(1), means)"
              + " FROM script_analytics.runs FINAL GROUP BY account, script, hour,"
              + " deployment_version");
      JsonNode fromHours = verdict("2");
      for (String column :
          List.of("candidate_runs", "baseline_runs", "candidate_failed", "baseline_failed")) {
        assertThat(fromHours.get(column)).as(column).isEqualTo(fromMinutes.get(column));
      }
      assertThat(fromHours.get("worse_in")).isEqualTo(fromMinutes.get("worse_in"));
    }
  }

  @ParameterizedTest
  @CsvSource({"2,2,", "v2,2,", "second,2,second", "9fceb02,0,9fceb02"})
  void knowsADeploymentByNumberAndById(String name, int version, String id) {
    List<Run> runs = new ArrayList<>();
    runs.add(named(DEPLOYED - DAY, 1, ""));
    runs.add(named(DEPLOYED, 2, "second"));
    runs.add(named(DEPLOYED + HOUR, 0, "9fceb02"));
    runs.add(named(DEPLOYED + HOUR, 0, ""));
    write(runs);
    JsonNode verdict = verdict(name);
    assertThat(verdict.get("candidate_version").asInt()).isEqualTo(version);
    assertThat(verdict.get("candidate_runs").asInt()).isEqualTo(1);
    assertThat(verdict.get("baseline_version").asInt()).isEqualTo(version == 2 ? 1 : 2);
    if (id != null) {
      assertThat(verdict.get("candidate_id").asText()).isEqualTo(id);
    }
  }

  @Test
  void anIdOfANumberIsNoDeploymentOfItsOwn() {
    write(List.of(named(DEPLOYED - DAY, 1, "first"), named(DEPLOYED, 2, "second")));
    // The number is unknown when these runs start.
    tables.insertRuns(List.of(named(DEPLOYED, 0, "second"), named(DEPLOYED + HOUR, 0, "second")));
    for (String name : List.of("2", "second")) {
      JsonNode verdict = verdict(name);
      assertThat(verdict.get("candidate_version").asInt()).isEqualTo(2);
      assertThat(verdict.get("baseline_version").asInt()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "", "0", "other", "it's"})
  void aDeploymentThatHasNotRunIsInconclusive(String name) {
    write(
        runs(1, DEPLOYED - DAY, 10, 0, 1),
        List.of(named(DEPLOYED, 0, ""), named(DEPLOYED, 0, "other")));
    JsonNode verdict = verdict(name);
    assertThat(verdict.get("verdict").asText()).isEqualTo("inconclusive");
    assertThat(reasons(verdict)).containsExactly(name + " has not run yet");
    assertThat(verdict.get("candidate_from").isNull()).isTrue();
    assertThat(verdict.get("candidate_runs").asInt()).isZero();
  }

  @Test
  void theFirstDeploymentHasNothingToBeComparedWith() {
    write(runs(1, DEPLOYED - DAY, 10, 0, 1));
    JsonNode verdict = verdict("v1");
    assertThat(verdict.get("verdict").asText()).isEqualTo("inconclusive");
    assertThat(reasons(verdict))
        .containsExactly("No deployment ran before v1, so there is nothing to compare with");
    assertThat(verdict.get("baseline_from").isNull()).isTrue();
  }

  @Test
  void aDeploymentThatOnlyFailsIsWorse() {
    write(runs(1, DEPLOYED - DAY, 1_000, 0, 1), runs(2, DEPLOYED, 50, 1, 1));
    JsonNode verdict = verdict("2");
    assertThat(verdict.get("verdict").asText()).isEqualTo("worse");
    assertThat(verdict.get("candidate_p90").isNull()).isTrue();
    // The other way round nothing can get worse.
    forgetAll();
    write(runs(1, DEPLOYED - DAY, 1_000, 1, 1), runs(2, DEPLOYED, 50, 1, 1));
    assertThat(verdict("2").get("failure_p_value").asDouble()).isEqualTo(1);
  }

  private static JsonNode verdict(String version) {
    List<JsonNode> rows =
        views.select(
            "SELECT * FROM script_analytics.version_verdict(account = 'acme', script = 'pay',"
                + " version = {version:String})",
            Map.of("version", version));
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private static List<String> reasons(JsonNode verdict) {
    List<String> reasons = new ArrayList<>();
    verdict.get("reasons").forEach(reason -> reasons.add(reason.asText()));
    return reasons;
  }

  /** Runs whose response times are log-normal with sigma 0.5, one a second. */
  private List<Run> runs(int version, long begin, int count, double failing, double slower) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean failed = random.nextDouble() < failing;
      double time = 100 * slower * Math.exp(0.5 * random.nextGaussian());
      runs.add(run(version, begin, i, failed ? "Failed" : "Success", failed ? null : time));
    }
    return runs;
  }

  private static Run run(int version, long begin, int i, String status, Double time) {
    long start = begin + 1_000L * i;
    return new Run("acme", "pay", start, version + "_" + start, 3, status, version, time, start);
  }

  private static Run named(long start, int version, String id) {
    return new Run("acme", "pay", start, version + id, 3, "Success", version, id, 5.0, start);
  }

  private static Map<String, Object> error(
      int version, long time, int run, int group, String message) {
    return Tables.row(
        "run_id",
        version + "_" + run,
        "log_id",
        group + "_" + time + "_" + run,
        "timestamp",
        Instant.ofEpochMilli(time),
        "log_level",
        "Error",
        "deployment_version",
        version,
        "error_group",
        group,
        "log_message",
        message);
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
