package dev.scriptanalytics.sql;

import static dev.scriptanalytics.sql.Tables.row;
import static dev.scriptanalytics.sql.Views.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordIT {
  private static final long SEED = 20_261_121;

  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withSchema()
          .withStatement("SYSTEM STOP MERGES script_analytics.runs");

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private static final Instant NOON = Tables.noonOfYesterday();

  @BeforeEach
  void forgetAll() {
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
  }

  @Test
  void showsTheRunAsItsFullestRowTells() {
    tables.insert("runs", run("r", NOON, 1, "status", "In Progress", "input", "{\"id\":7}"));
    assertThat(record("r").get("status").asText()).isEqualTo("In Progress");
    tables.insert(
        "runs",
        run(
            "r",
            NOON,
            3,
            "status",
            "Failed",
            "input",
            "{\"id\":7}",
            "output",
            "{\"ok\":false}",
            "error_code",
            "E1",
            "redacted",
            List.of("input")));
    tables.insert("runs", run("r", NOON, 1, "status", "In Progress", "input", "{\"id\":7}"));
    JsonNode record = record("r");
    assertThat(record.get("status").asText()).isEqualTo("Failed");
    assertThat(record.get("input").asText()).isEqualTo("{\"id\":7}");
    assertThat(record.get("output").asText()).isEqualTo("{\"ok\":false}");
    assertThat(record.get("error_code").asText()).isEqualTo("E1");
    assertThat(record.get("redacted").toString()).isEqualTo("[\"input\"]");
    assertThat(record.get("only_logs").asBoolean()).isFalse();
    assertThat(record.get("previous_run_id").isNull()).isTrue();
    assertThat(record.get("next_run_id").isNull()).isTrue();
  }

  @Test
  void isNoRowWhereThereIsNoSuchRun() {
    tables.insert("runs", run("r", NOON, 3), run("r2", NOON, 3, "account", "globex"));
    assertThat(views.ofRun("record", "acme", "r2")).isEmpty();
    assertThat(views.ofRun("record", "acme", "")).isEmpty();
    assertThat(views.ofRun("record", "other", "r")).isEmpty();
  }

  @Test
  void tellsTheWordOfTheProducerAndWhereTheTimeWent() {
    tables.insert(
        "runs", run("r", NOON, 3, "original_status", "COMPLETED", "phases", Map.of("queue", 0.2)));
    JsonNode record = record("r");
    assertThat(record.get("original_status").asText()).isEqualTo("COMPLETED");
    assertThat(record.get("phases").toString()).isEqualTo("{\"queue\":0.2}");
  }

  @Test
  void isFoundByItsEntriesWhereTheRunHasOnlyLogged() {
    tables.insert(
        "logs",
        row("log_id", "l1", "timestamp", NOON.plusMillis(5), "run_id", "r", "function", "f"),
        row("log_id", "l2", "timestamp", NOON.plusMillis(3), "run_id", "r", "script", ""),
        row("log_id", "l3", "timestamp", NOON, "run_id", "another"));
    JsonNode record = record("r");
    assertThat(record.get("only_logs").asBoolean()).isTrue();
    assertThat(record.get("script").asText()).isEqualTo("pay");
    assertThat(record.get("function").asText()).isEqualTo("f");
    assertThat(record.get("executed_on").asText()).isEqualTo(Tables.time(NOON.plusMillis(3)));
    assertThat(record.get("status").asText()).isEmpty();
    assertThat(record.get("ended_on").isNull()).isTrue();
    assertThat(record.get("previous_run_id").isNull()).isTrue();
    assertThat(views.ofRun("record", "globex", "r")).isEmpty();

    tables.insert("runs", run("r", NOON, 3));
    assertThat(record("r").get("only_logs").asBoolean()).isFalse();
    assertThat(record("r").get("status").asText()).isEqualTo("Success");
  }

  @Test
  void isNoRowWhereTheEntriesWereTakenBack() {
    Map<String, Object> entry = row("log_id", "l1", "timestamp", NOON, "run_id", "r");
    tables.insert("logs", entry);
    entry.put("version", 255);
    entry.put("is_deleted", 1);
    tables.insert("logs", entry);
    assertThat(views.ofRun("record", "acme", "r")).isEmpty();
  }

  @Test
  void neighboursAreOfTheSameScriptInTheOrderOfAPage() {
    Random random = new Random(SEED);
    record Started(String id, Instant at) {}
    List<Started> ofScript = new ArrayList<>();
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      // Three distant days, and a few runs at each of their moments.
      Started run =
          new Started(
              "r" + random.nextInt(1_000_000),
              NOON.minus(Duration.ofDays(4L * random.nextInt(3))).plusMillis(random.nextInt(5)));
      ofScript.add(run);
      rows.add(run(run.id(), run.at(), 3));
      rows.add(run(run.id(), run.at(), 1));
      rows.add(run("s" + i, run.at(), 3, "script", "ship"));
      rows.add(run("g" + i, run.at(), 3, "account", "globex"));
    }
    Collections.shuffle(rows, random);
    tables.insert("runs", rows.subList(0, 100));
    tables.insert("runs", rows.subList(100, rows.size()));
    ofScript.sort(
        Comparator.comparing(Started::at)
            .thenComparing(Comparator.comparing(Started::id).reversed()));
    for (int i = 0; i < ofScript.size(); i++) {
      JsonNode record = record(ofScript.get(i).id());
      assertThat(record.get("next_run_id").asText(null))
          .isEqualTo(i == 0 ? null : ofScript.get(i - 1).id());
      assertThat(record.get("previous_run_id").asText(null))
          .isEqualTo(i == ofScript.size() - 1 ? null : ofScript.get(i + 1).id());
    }
  }

  @Test
  void isTheFullerRowWhereAnIdCameWithTwoStarts() {
    tables.insert("runs", run("r", NOON, 3, "status", "Success"));
    tables.insert("runs", run("r", NOON.plusSeconds(60), 1, "status", "In Progress"));
    assertThat(record("r").get("status").asText()).isEqualTo("Success");
    tables.insert("runs", run("r", NOON.plusSeconds(90), 3, "status", "Failed"));
    assertThat(record("r").get("status").asText()).isEqualTo("Failed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"it's", "a\\'b", "x' OR 1 = 1 --", "{run_id:String}", "\t\n", "ü"})
  void namesAreTakenAsTheyAre(String name) {
    tables.insert("runs", run(name, NOON, 3, "script", name, "account", name), run("r", NOON, 3));
    List<JsonNode> found = views.ofRun("record", name, name);
    assertThat(texts(found, "run_id")).containsExactly(name);
    assertThat(texts(found, "script")).containsExactly(name);
  }

  @Test
  void itsPlaceIsWrittenByTheInsertOfAnyOfItsRows() {
    tables.insert("runs", run("start", NOON, 1), run("end", NOON, 3, "script", "ship"));
    assertThat(
            clickHouse.query(
                "SELECT DISTINCT script, executed_on = '"
                    + Tables.time(NOON)
                    + "' FROM script_analytics.run_ids WHERE account = 'acme'"
                    + " AND id_hash IN (toUInt32(cityHash64('start')), toUInt32(cityHash64('end')))"
                    + " ORDER BY script"))
        .isEqualTo("pay\t1\nship\t1");
  }

  /** As of other runs whose ids have the same hash, and of runs that are deleted. */
  @Test
  void placesWithoutTheRunMakeNoDifference() {
    tables.insert("runs", run("r", NOON, 3), run("older", NOON.minusSeconds(1), 3));
    tables.insert("runs", run("x", NOON.plusSeconds(9), 3, "script", "ship"));
    tables.insert(
        "logs", row("log_id", "l1", "timestamp", NOON, "run_id", "logged", "script", "ship"));
    for (String id : List.of("r", "absent", "logged")) {
      clickHouse.query(
          "INSERT INTO script_analytics.run_ids SELECT 'acme', toUInt32(cityHash64('%s')), script, time, 90 FROM VALUES"
                  .formatted(id)
              + "('script String, time DateTime64(3, ''UTC'')', ('ship', '%s'), ('pay', '%s'), ('gone', '%s'))"
                  .formatted(
                      Tables.time(NOON.plusSeconds(9)),
                      Tables.time(NOON.minusSeconds(1)),
                      Tables.time(NOON)));
    }
    JsonNode record = record("r");
    assertThat(record.get("script").asText()).isEqualTo("pay");
    assertThat(record.get("next_run_id").asText()).isEqualTo("older");
    assertThat(record.get("previous_run_id").isNull()).isTrue();
    assertThat(views.ofRun("record", "acme", "absent")).isEmpty();
    assertThat(record("logged").get("only_logs").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 86_399_999, 86_400_000, 86_400_001, 40L * 86_400_000})
  void neighboursAreFoundHoweverFarAwayTheyAre(long millis) {
    tables.insert(
        "runs",
        run("newer", NOON, 3, "retention_days", 100),
        run("r", NOON.minusMillis(millis), 3, "retention_days", 100),
        run("older", NOON.minusMillis(2 * millis), 3, "retention_days", 100));
    JsonNode record = record("r");
    assertThat(record.get("previous_run_id").asText()).isEqualTo("newer");
    assertThat(record.get("next_run_id").asText()).isEqualTo("older");
    assertThat(record("newer").get("previous_run_id").isNull()).isTrue();
    assertThat(record("older").get("next_run_id").isNull()).isTrue();
  }

  @Test
  void isFoundWithoutReadingTheRunsOfOtherDays() {
    clickHouse.query(
        "INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status, retention_days)"
            + " SELECT 'acme', 'pay', toDateTime64('%s', 3, 'UTC') - toIntervalDay(number %% 10)"
                .formatted(Tables.time(NOON))
            + " + toIntervalSecond(intDiv(number, 10)), 'run' || toString(number), 3, 'Success', 30"
            + " FROM numbers(300000)");
    assertThat(record("run150001").get("script").asText()).isEqualTo("pay");
    clickHouse.query("SYSTEM FLUSH LOGS query_log");
    // Few of the 300,000 runs: granules have 8,192.
    assertThat(
            Long.parseLong(
                clickHouse.query(
                    "SELECT argMax(read_rows, event_time_microseconds) FROM system.query_log"
                        + " WHERE type = 'QueryFinish' AND user = 'script_reader'")))
        .isBetween(1L, 80_000L);
  }

  /** The key is in descending order, a feature that ClickHouse calls experimental. */
  @Test
  void pagesOfRunsAreExactInBothDirectionsHoweverRowsReplaceEachOther() {
    Random random = new Random(SEED);
    Map<String, Instant> starts = new HashMap<>();
    Map<String, Integer> versions = new HashMap<>();
    for (int part = 0; part < 6; part++) {
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int i = 0; i < 6_000; i++) {
        String id = "run" + random.nextInt(20_000);
        Instant start =
            starts.computeIfAbsent(
                id,
                ignored ->
                    NOON.minus(Duration.ofDays(random.nextInt(2)))
                        .plusMillis(random.nextInt(200_000)));
        int version = 1 + random.nextInt(3);
        versions.merge(id, version, Math::max);
        rows.add(run(id, start, version, "deployment_version", version));
      }
      tables.insert("runs", rows);
    }
    Comparator<Map.Entry<String, Instant>> byStart = Map.Entry.comparingByValue();
    for (boolean newestFirst : new boolean[] {true, false}) {
      List<String> expected =
          starts.entrySet().stream()
              .filter(
                  run ->
                      !run.getValue().isBefore(NOON.minus(Duration.ofDays(1)).plusMillis(50_000))
                          && run.getValue().isBefore(NOON.plusMillis(100_000)))
              .sorted(
                  (newestFirst ? byStart.reversed() : byStart)
                      .thenComparing(Map.Entry.comparingByKey()))
              .map(run -> run.getKey() + " " + versions.get(run.getKey()))
              .toList();
      for (int limit : new int[] {1, 50, 5_000, 50_000}) {
        assertThat(
                views
                    .range(
                        "all_runs",
                        "acme",
                        "pay",
                        NOON.minus(Duration.ofDays(1)).plusMillis(50_000),
                        NOON.plusMillis(100_000),
                        "ORDER BY executed_on "
                            + (newestFirst ? "DESC" : "ASC")
                            + ", run_id LIMIT "
                            + limit)
                    .stream()
                    .map(
                        run ->
                            run.get("run_id").asText()
                                + " "
                                + run.get("deployment_version").asInt()))
            .isEqualTo(expected.subList(0, Math.min(limit, expected.size())));
      }
    }
  }

  private static Map<String, Object> run(String id, Instant start, int version, Object... more) {
    Map<String, Object> run = row(more);
    run.put("run_id", id);
    run.put("executed_on", Tables.time(start));
    run.put("version", version);
    run.putIfAbsent("status", "Success");
    return run;
  }

  private static JsonNode record(String run) {
    List<JsonNode> rows = views.ofRun("record", "acme", run);
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }
}
