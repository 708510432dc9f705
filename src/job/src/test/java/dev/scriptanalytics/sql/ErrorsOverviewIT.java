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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorsOverviewIT {
  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private static final Instant NOON = Tables.noonOfYesterday();
  private static final Duration DAY = Duration.ofDays(1);

  @BeforeEach
  void forgetAll() {
    for (String table : List.of("logs", "runs", "deployments")) {
      clickHouse.query("TRUNCATE TABLE script_analytics." + table);
    }
  }

  /** More errors than before. */
  @Nested
  class ErrorsBesideTheTimeBefore {
    @Test
    void areCountedWithTheRunsAndMinutesInWhichTheyWereLogged() {
      tables.insert(
          "logs",
          entry("a1", NOON, "a", "Error", 1),
          entry("a2", NOON.plusSeconds(59), "a", "Fatal", 1),
          entry("a3", NOON.plusSeconds(60), "a", "Error", 1),
          entry("b1", NOON, "b", "Error", 1),
          entry("c1", NOON, "", "Error", 1),
          entry("c2", NOON.plusSeconds(30), "", "Error", 1),
          entry("w1", NOON, "a", "Warning", 1),
          entry("w2", NOON, "a", "Stderr", 1),
          entry("old1", NOON.minus(DAY), "a", "Error", 1),
          entry("old2", NOON.minusMillis(1), "a", "Error", 1),
          entry("old3", NOON.minus(DAY), "a", "Info", 1),
          entry("older", NOON.minus(DAY).minusMillis(1), "a", "Error", 1),
          entry("later", NOON.plus(DAY), "a", "Error", 1),
          entry("unknown", NOON, "z", "Error", 1, "script", ""));
      JsonNode script = single(more());
      assertThat(script.get("script").asText()).isEqualTo("pay");
      assertThat(script.get("errors").asInt()).isEqualTo(6);
      assertThat(script.get("errors_before").asInt()).isEqualTo(2);
      assertThat(script.get("incidents").asInt()).isEqualTo(4);
      assertThat(script.get("incidents_before").asInt()).isEqualTo(2);
      assertThat(script.get("expected").asDouble()).as("twice the other entries").isEqualTo(4);
      assertThat(script.get("growth").asDouble()).isEqualTo(1);
      assertThat(script.get("beyond_chance").asInt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
      "0, 20, 100, 100, 20, 1",
      "10, 20, 100, 100, 2, 0",
      "100, 200, 100, 100, 2, 1",
      "100, 200, 100, 200, 1, 0",
      "100, 200, 0, 50, 2, 1",
      "100, 100, 200, 100, 1, 0",
      "200, 100, 100, 100, 0.5, 0",
      "0, 3, 0, 0, 3, 0"
    })
    void areMoreIfNeitherChanceNorTrafficExplainsThem(
        int before, int now, int othersBefore, int others, double growth, int beyondChance) {
      List<Map<String, Object>> logs = new ArrayList<>();
      for (int i = 0; i < before; i++) {
        logs.add(entry("b" + i, NOON.minusSeconds(60 + i), "b" + i, "Error", 1));
      }
      for (int i = 0; i < now; i++) {
        logs.add(entry("n" + i, NOON.plusSeconds(i), "n" + i, "Error", 1));
      }
      for (int i = 0; i < othersBefore; i++) {
        logs.add(entry("ob" + i, NOON.minusSeconds(60 + i), "o", "Info", 1));
      }
      for (int i = 0; i < others; i++) {
        logs.add(entry("o" + i, NOON.plusSeconds(i), "o", "Info", 1));
      }
      tables.insert("logs", logs);
      JsonNode script = single(more());
      assertThat(script.get("growth").asDouble()).isCloseTo(growth, within(0.01));
      assertThat(script.get("beyond_chance").asInt()).isEqualTo(beyondChance);
    }

    @Test
    void areNotMoreIfOneRunLogsAThousand() {
      List<Map<String, Object>> logs = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        logs.add(entry("n" + i, NOON.plusMillis(i), "looping", "Error", 1));
      }
      tables.insert("logs", logs);
      JsonNode script = single(more());
      assertThat(script.get("errors").asInt()).isEqualTo(1000);
      assertThat(script.get("incidents").asInt()).isEqualTo(1);
      assertThat(script.get("beyond_chance").asInt()).isZero();
    }

    private List<JsonNode> more() {
      return overview("errors_overview");
    }
  }

  /** Errors that the newest deployment brought. */
  @Nested
  class NewErrors {
    private static final int KNOWN = 7;
    private static final int NEW = 8;

    /** Version 1 ran until noon and logged an error; version 2 runs from noon on. */
    @BeforeEach
    void deploy() {
      tables.insert(
          "runs",
          run("old", NOON.minusSeconds(3600), "Success", 1),
          run("first", NOON.plusSeconds(1), "Success", 2));
      tables.insert(
          "logs", entry("known", NOON.minusSeconds(3600), "old", "Error", 1, "error_group", KNOWN));
    }

    @Test
    void areThoseOfTheNewestDeploymentThatNobodyHadBefore() {
      tables.insert(
          "runs",
          run("r1", NOON.plusSeconds(5), "Failed", 2, "error_group", NEW, "error_code", "NEW"),
          run("r2", NOON.plusSeconds(7), "Failed", 2, "error_group", NEW, "error_code", "NEW"),
          run("r3", NOON.plusSeconds(6), "Failed", 2, "error_group", KNOWN));
      tables.insert(
          "logs",
          entry(
              "1", NOON.plusSeconds(6), "r1", "Error", 2, "error_group", NEW, "error_code", "NEW"),
          entry(
              "2", NOON.plusSeconds(9), "r1", "Error", 2, "error_group", NEW, "error_code", "NEW"),
          entry("3", NOON.plusSeconds(9), "r3", "Error", 2, "error_group", KNOWN));
      JsonNode error = single(news());
      assertThat(error.get("script").asText()).isEqualTo("pay");
      assertThat(error.get("deployment_version").asInt()).isEqualTo(2);
      assertThat(error.get("first_run").asText()).startsWith(Tables.time(NOON.plusSeconds(1)));
      assertThat(error.get("error").asText()).isEqualTo("NEW");
      assertThat(error.get("count").asInt()).as("two entries and a silent failure").isEqualTo(3);
      assertThat(error.get("runs").asInt()).isEqualTo(2);
      assertThat(error.get("first_occurrence").asText())
          .startsWith(Tables.time(NOON.plusSeconds(5)));
      assertThat(error.get("last_occurrence").asText())
          .startsWith(Tables.time(NOON.plusSeconds(9)));
      assertThat(error.get("last_run_id").asText()).isEqualTo("r1");
    }

    @Test
    void areNotThoseThatAnotherDeploymentHasToo() {
      tables.insert(
          "logs",
          entry("1", NOON.plusSeconds(6), "r1", "Error", 2, "error_group", NEW),
          entry("2", NOON.plusSeconds(9), "old", "Error", 1, "error_group", NEW));
      assertThat(news()).isEmpty();
    }

    @Test
    void areNotDisprovedByWhatNobodyKnowsTheDeploymentOf() {
      tables.insert(
          "logs",
          entry("1", NOON.plusSeconds(6), "r1", "Error", 2, "error_group", NEW),
          entry("2", NOON.plusSeconds(9), "", "Error", 0, "error_group", NEW));
      assertThat(single(news()).get("count").asInt()).isEqualTo(1);
      tables.insert("logs", entry("3", NOON.minusSeconds(9), "", "Error", 0, "error_group", NEW));
      assertThat(news()).as("before the deployment").isEmpty();
    }

    @Test
    void areThoseOfMoreThanSevenDaysAgoToo() {
      tables.insert(
          "logs",
          entry("1", NOON.plusSeconds(6), "r1", "Error", 2, "error_group", NEW),
          entry("2", NOON.minus(Duration.ofDays(7)), "old", "Error", 1, "error_group", NEW));
      assertThat(news()).hasSize(1);
      tables.insert(
          "logs",
          entry(
              "3",
              NOON.minus(Duration.ofDays(7)).plusSeconds(1),
              "old",
              "Error",
              1,
              "error_group",
              NEW));
      assertThat(news()).isEmpty();
    }

    @Test
    void areThoseOfADeploymentWithoutANumberToo() {
      tables.insert("runs", run("r", NOON.plusSeconds(9), "Success", 0, "deployment_id", "abc"));
      tables.insert(
          "logs",
          entry(
              "1",
              NOON.plusSeconds(9),
              "r",
              "Error",
              0,
              "error_group",
              NEW,
              "deployment_id",
              "abc"));
      JsonNode error = single(news());
      assertThat(error.get("deployment_version").asInt()).isZero();
      assertThat(error.get("deployment_id").asText()).isEqualTo("abc");
    }

    @Test
    void areThoseOfEntriesThatTellOnlyTheIdOfTheNumber() {
      tables.insert(
          "runs",
          run("r", NOON.plusSeconds(9), "Success", 3, "deployment_id", "three"),
          run("s", NOON.plusSeconds(10), "In Progress", 0, "deployment_id", "three"));
      tables.insert(
          "logs",
          entry(
              "1",
              NOON.plusSeconds(9),
              "r",
              "Error",
              0,
              "error_group",
              NEW,
              "deployment_id",
              "three"));
      assertThat(single(news()).get("deployment_version").asInt()).isEqualTo(3);
    }

    @Test
    void needAnotherDeploymentToCompareWith() {
      tables.insert(
          "runs",
          run("x", NOON, "Failed", 1, "error_group", NEW, "script", "first ever"),
          run("y", NOON.minus(Duration.ofDays(8)), "Success", 1, "script", "after a pause"),
          run("z", NOON, "Failed", 2, "error_group", NEW, "script", "after a pause"),
          run("v", NOON.minusSeconds(3600), "Success", 1, "script", "deployed before"),
          run("w", NOON.minusSeconds(1), "Success", 2, "script", "deployed before"),
          run(
              "u",
              NOON.plusSeconds(1),
              "Failed",
              2,
              "error_group",
              NEW,
              "script",
              "deployed before"));
      assertThat(news()).isEmpty();
    }

    @Test
    void areOfEveryScriptAndAccount() {
      for (String account : List.of("acme", "globex")) {
        tables.insert(
            "runs",
            run("a", NOON.minusSeconds(5), "Success", 1, "script", "ship", "account", account),
            run("b", NOON, "Failed", 2, "error_group", NEW, "script", "ship", "account", account));
      }
      assertThat(texts(news(), "account")).containsExactly("acme", "globex");
    }

    private List<JsonNode> news() {
      return overview("new_errors_overview");
    }
  }

  private static List<JsonNode> overview(String view) {
    return views.select(
        "SELECT * FROM script_analytics."
            + view
            + "(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})",
        Map.of("from", Tables.time(NOON), "to", Tables.time(NOON.plus(DAY))));
  }

  private static JsonNode single(List<JsonNode> rows) {
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private static Map<String, Object> run(
      String id, Instant start, String status, int deployment, Object... more) {
    Map<String, Object> run = row(more);
    run.put("run_id", id);
    run.put("executed_on", Tables.time(start));
    run.put("status", status);
    run.put("deployment_version", deployment);
    run.put("version", 3);
    return run;
  }

  private static Map<String, Object> entry(
      String id, Instant time, String run, String level, int deployment, Object... more) {
    Map<String, Object> entry = row(more);
    entry.put("log_id", id);
    entry.put("timestamp", Tables.time(time));
    entry.put("run_id", run);
    entry.put("log_level", level);
    entry.put("deployment_version", deployment);
    return entry;
  }
}
