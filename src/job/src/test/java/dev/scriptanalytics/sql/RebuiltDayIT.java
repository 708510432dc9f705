package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Repository;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code deploy/clickhouse/rebuild-rollups.sql} on rows as the job writes them. */
class RebuiltDayIT {
  /** A day that has left the job's state and no retention, in UTC. */
  private static final String DAY =
      Tables.time(Tables.noonOfYesterday().minus(Duration.ofDays(2))).substring(0, 10);

  /** A run each half minute of two days, of two scripts, by number or by id of a deployment. */
  private static final String RUNS =
      """
      INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status, deployment_version,
        deployment_id, response_time, retention_days)
      SELECT 'acme', if(number % 3 = 0, 'ship', 'pay'),
        toDateTime64('DAY 00:00:00', 3, 'UTC') + toIntervalSecond(number * 30), toString(number), 3,
        multiIf(number % 7 = 0, 'Failed', number % 11 = 0, 'In Progress', 'Success') AS end,
        number % 5 = 0 ? 0 : 1 + intDiv(number, 1440) % 2, concat('id', toString(intDiv(number, 400))),
        if(end = 'Success' AND number % 13 != 0, 1 + number % 100, NULL), 65535
      FROM numbers(5760)
      """;

  /** What the job makes of them, with the arrival hour of their end. */
  private static final String ROLLUPS =
      """
      INSERT INTO script_analytics.%1$s (account, script, %2$s, deployment_version, deployment_id, arrival, %3$s
        facts, seen, succeeded, failed, response_time_sum, response_time_min, response_time_max, means, weights)
      SELECT account, script, %4$s(executed_on) AS start, deployment_version,
        if(deployment_version = 0, deployment_id, '') AS id, toStartOfHour(executed_on + toIntervalMinute(20)) AS arrived,
        %5$s
        count() + countIf(status != 'In Progress'), count(), countIf(status = 'Success'), countIf(status = 'Failed'),
        ifNull(sum(response_time), 0), min(response_time), max(response_time),
        arraySort(groupArray(toFloat32(assumeNotNull(response_time))) FILTER (WHERE isNotNull(response_time))) AS values,
        arrayMap(value -> 1, values)
      FROM script_analytics.runs FINAL
      GROUP BY account, script, start, deployment_version, id, arrived
      """;

  private static final List<String> TABLES = List.of("run_rollups", "run_rollups_hourly");

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @BeforeEach
  void fill() {
    for (String table : List.of("runs", "run_rollups", "run_rollups_hourly", "deployments")) {
      query("TRUNCATE TABLE script_analytics." + table);
    }
    query(RUNS);
    query(ROLLUPS.formatted("run_rollups", "minute", "", "toStartOfMinute", ""));
    query(
        ROLLUPS.formatted(
            "run_rollups_hourly",
            "hour",
            "first_minute, last_minute,",
            "toStartOfHour",
            "toStartOfMinute(min(executed_on)), toStartOfMinute(max(executed_on)),"));
  }

  @Test
  void bothTablesEqualTheRawRowsHoweverOftenItIsRebuilt() {
    for (int time = 0; time < 3; time++) {
      rebuild();
      expectTheFiguresOfRawRows();
    }
  }

  @Test
  void whatWasLostIsThereAgain() {
    query("ALTER TABLE script_analytics.run_rollups DROP PARTITION 'DAY'");
    query("DELETE FROM script_analytics.run_rollups_hourly WHERE hour < 'DAY 15:00:00'");
    query("TRUNCATE TABLE script_analytics.deployments");

    rebuild();

    expectTheFiguresOfRawRows();
    assertThat(
            query(
                "SELECT deployment_version, deployment_id, min(first_run), max(last_run),"
                    + " argMaxMerge(latest_id) FROM script_analytics.deployments"
                    + " WHERE script = 'pay' GROUP BY ALL ORDER BY ALL"))
        .isEqualTo(
            query(
                "SELECT deployment_version, if(deployment_version = 0, deployment_id, '') AS id,"
                    + " min(executed_on), max(executed_on), argMax(deployment_id, executed_on)"
                    + " FROM script_analytics.runs FINAL WHERE script = 'pay' AND toDate(executed_on) = 'DAY'"
                    + " GROUP BY ALL ORDER BY ALL"));
  }

  @Test
  void aDeploymentWithoutRunsIsEmptiedWhetherItsRowsAreOfTheJobOrRebuilt() {
    delete("runs", "deployment_version = 0 AND deployment_id = 'id1'");
    rebuild();
    expectTheFiguresOfRawRows();

    delete("runs", "deployment_version = 1");
    rebuild();

    expectTheFiguresOfRawRows();
    assertThat(
            query(
                "SELECT sum(seen), sum(response_times), min(first_minute) > max(last_minute)"
                    + " FROM script_analytics.run_rollups_hourly FINAL"
                    + " WHERE toDate(hour) = 'DAY' AND deployment_version = 1"))
        .isEqualTo("0\t0\t1");
  }

  @Test
  void aScriptThatWasDeletedFromRunsAndRollupsIsGone() {
    for (String table : List.of("runs", "run_rollups", "run_rollups_hourly")) {
      delete(table, "script = 'ship'");
    }
    rebuild();
    expectTheFiguresOfRawRows();
  }

  @Test
  void whereOnlyRollupsAreLeftOfAScriptTheyStay() {
    delete("runs", "script = 'ship'");
    for (String table : TABLES) {
      assertThatThrownBy(RebuiltDayIT::rebuild).hasMessageContaining("only the rollups are left");
      delete(table, "script = 'ship'");
    }
    rebuild();
    expectTheFiguresOfRawRows();
  }

  @Test
  void whatTheJobWritesAgainOfAnEmptiedHourCountsOnce() {
    rebuild();
    query(
        ROLLUPS.formatted(
            "run_rollups_hourly",
            "hour",
            "first_minute, last_minute,",
            "toStartOfHour",
            "toStartOfMinute(min(executed_on)), toStartOfMinute(max(executed_on)),"));
    expectTheFiguresOfRawRows();
  }

  @Test
  void otherDaysStayAsTheyAre() {
    String others =
        "SELECT count(), sum(seen), sum(facts), max(arrival), min(arrival) FROM"
            + " script_analytics.run_rollups_hourly FINAL WHERE toDate(hour) != 'DAY'";
    String before = query(others);
    rebuild();
    assertThat(query(others)).isEqualTo(before);
  }

  private static void expectTheFiguresOfRawRows() {
    String times =
        "sum(%s), sum(%s), sum(%s), sum(%s), round(sum(%s), 3), min(%s), max(%s), round(%s[1])"
            + " FROM script_analytics.%s FINAL WHERE toDate(%s) = 'DAY'"
            + " GROUP BY ALL HAVING sum(%s) > 0 ORDER BY ALL";
    String raw =
        "SELECT script, deployment_version, if(deployment_version = 0, deployment_id, '') AS id,"
            + " toStartOfHour(executed_on) AS start, "
            + times.formatted(
                "1",
                "status = 'Success'",
                "status = 'Failed'",
                "isNotNull(response_time)",
                "response_time",
                "response_time",
                "response_time",
                "quantilesTDigest(0.5)(toFloat32(response_time))",
                "runs",
                "executed_on",
                "1");
    String expected = query(raw);
    assertThat(expected).isNotEmpty();
    for (String table : TABLES) {
      String time = table.equals("run_rollups") ? "minute" : "hour";
      assertThat(
              query(
                  "SELECT script, deployment_version, deployment_id,"
                      + " toStartOfHour(%s) AS start, ".formatted(time)
                      + times.formatted(
                          "seen",
                          "succeeded",
                          "failed",
                          "response_times",
                          "response_time_sum",
                          "response_time_min",
                          "response_time_max",
                          "quantilesTDigestWeightedMerge(0.5)(digest)",
                          table,
                          time,
                          "seen")))
          .as(table)
          .isEqualTo(expected);
    }
    assertThat(
            query(
                "SELECT min(first_minute), max(last_minute) FROM"
                    + " script_analytics.run_rollups_hourly FINAL WHERE toDate(hour) = 'DAY'"))
        .isEqualTo(
            query(
                "SELECT toStartOfMinute(min(executed_on)), toStartOfMinute(max(executed_on)) FROM"
                    + " script_analytics.runs FINAL WHERE toDate(executed_on) = 'DAY'"));
  }

  private static void rebuild() {
    clickHouse
        .http()
        .applySql(
            Repository.path("deploy/clickhouse/rebuild-rollups.sql"), Map.of("param_day", DAY));
  }

  private static String query(String sql) {
    return clickHouse.query(sql.replace("DAY", DAY));
  }

  private static void delete(String table, String where) {
    query("DELETE FROM script_analytics." + table + " WHERE " + where);
  }
}
