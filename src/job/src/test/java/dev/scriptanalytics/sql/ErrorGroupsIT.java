package dev.scriptanalytics.sql;

import static dev.scriptanalytics.sql.Tables.row;
import static dev.scriptanalytics.sql.Views.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.shape.ErrorGroups;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ErrorGroupsIT {
  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);
  private static final ErrorGroups groups = new ErrorGroups();

  private static final Instant NOON = Tables.noonOfYesterday();

  @BeforeEach
  void forgetAll() {
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
  }

  @Test
  void aGroupHasItsCountItsRunsAndItsFirstAndLastOccurrence() {
    tables.insert(
        "runs",
        run("r1", "Success"),
        run("r2", "Success"),
        run("r3", "In Progress"),
        run("r4", "Success"));
    tables.insert(
        "logs",
        error("1", NOON.plusSeconds(3), "r1", "STORAGE_TIMEOUT", "slow"),
        error("2", NOON.plusSeconds(1), "r1", "STORAGE_TIMEOUT", "slower", "deployment_version", 2),
        error(
            "3",
            NOON.plusSeconds(9),
            "r2",
            "STORAGE_TIMEOUT",
            "slowest",
            "deployment_version",
            3,
            "deployment_id",
            "deploy_3"),
        error("4", NOON.plusSeconds(2), "", "MEMORY", "8 GB", "deployment_id", "abc"));
    List<JsonNode> errors = errors();
    assertThat(errors).hasSize(2);
    assertThat(errors.get(0).toString())
        .isEqualTo(
            ("{\"error_group\":%s,\"error\":\"STORAGE_TIMEOUT\",\"count\":3,\"runs\":2,"
                    + "\"run_share\":50,\"first_occurrence\":\"%s\",\"last_occurrence\":\"%s\","
                    + "\"first_deployment_version\":2,\"first_deployment_id\":\"\","
                    + "\"last_deployment_version\":3,\"last_deployment_id\":\"deploy_3\","
                    + "\"last_message\":\"slowest\",\"last_run_id\":\"r2\"}")
                .formatted(
                    group("STORAGE_TIMEOUT", ""),
                    micros(NOON.plusSeconds(1)),
                    micros(NOON.plusSeconds(9))));
    assertThat(errors.get(1).get("error").asText()).isEqualTo("MEMORY");
    assertThat(errors.get(1).get("runs").asInt()).isZero();
    assertThat(errors.get(1).get("run_share").asInt()).isZero();
    assertThat(errors.get(1).get("first_deployment_id").asText()).isEqualTo("abc");
  }

  @Test
  void aFailedRunCountsOnceThoughItLoggedItsError() {
    tables.insert(
        "runs",
        run("logged", "Failed", "error_code", "E1"),
        run("silent", "Failed", "error_code", "E1"),
        run("logged by shape", "Failed", "error_message", "order 7 is closed"),
        run("without a word", "Failed"),
        run("well", "Success"));
    tables.insert(
        "logs",
        error("1", NOON.plusSeconds(5), "logged", "E1", "first"),
        error("2", NOON.plusSeconds(6), "logged", "E1", "second"),
        error("3", NOON.plusSeconds(7), "logged by shape", "", "order 8 is closed"));
    assertThat(summary())
        .containsExactlyInAnyOrder("E1 3 2 40.0", "order 8 is closed 1 1 20.0", " 1 1 20.0");
    JsonNode first = errors().get(0);
    assertThat(first.get("first_occurrence").asText()).isEqualTo(micros(NOON));
    assertThat(first.get("last_message").asText()).isEqualTo("second");
  }

  @Test
  void whatSaysNothingIsAGroupOfItsOwn() {
    tables.insert("runs", run("r", "Failed"), run("s", "Failed"), run("t", "Success"));
    tables.insert(
        "logs",
        error("1", NOON, "r", "", ""),
        error("2", NOON, "t", "", " "),
        error("3", NOON, "", "", ""));
    assertThat(summary()).containsExactly(" 4 3 100.0");
    assertThat(errors().get(0).get("error_group").asText()).isEqualTo("0");
  }

  @Test
  void oneCodeAtTwoPlacesIsTwoGroupsOfOneTitle() {
    tables.insert(
        "logs",
        error("1", NOON, "r", "E", "", "stack_trace", "\tat com.example.A.run(A.java:3)"),
        error("2", NOON, "r", "E", "", "stack_trace", "\tat com.example.A.run(A.java:9)"),
        error("3", NOON, "r", "E", "", "stack_trace", "\tat com.example.B.run(B.java:3)"));
    assertThat(summary()).containsExactly("E 2 1 null", "E 1 1 null");
  }

  @Test
  void theTitleIsTheLineThatNamesTheError() {
    tables.insert(
        "logs",
        error(
            "1",
            NOON,
            "r",
            "",
            "Traceback (most recent call last):\n  File \"/srv/x.py\", line 3, in f\nKeyError: 'id'\n"),
        error("2", NOON, "r", "", "\n Illegal state 7 \n\tat com.example.A.run(A.java:3)"),
        error("3", NOON, "r", "", "x".repeat(100_000)),
        error(
            "4",
            NOON,
            "r",
            "",
            "",
            "stack_trace",
            "Broken pipe\n\tat com.example.C.run(C.java:1)"));
    assertThat(texts(errors(), "error"))
        .containsExactlyInAnyOrder(
            "KeyError: 'id'", "Illegal state 7", "x".repeat(500), "Broken pipe");
  }

  @Test
  void whatIsNoErrorOrNotOfTheRangeScriptOrAccountIsLeftOut() {
    tables.insert(
        "runs",
        run("before", "Failed", "error_code", "E", "executed_on", NOON.minusMillis(1)),
        run("after", "Failed", "error_code", "E", "executed_on", NOON.plusSeconds(60)),
        run("other", "Failed", "error_code", "E", "script", "ship"),
        run("globex", "Failed", "error_code", "E", "account", "globex"),
        run("first", "Failed", "error_code", "FIRST"));
    tables.insert(
        "logs",
        error("1", NOON.minus(1, ChronoUnit.MICROS), "", "E", ""),
        error("2", NOON.plusSeconds(60), "", "E", ""),
        error("3", NOON, "", "E", "", "log_level", "Warning"),
        error("4", NOON, "", "E", "", "log_level", "Stderr"),
        error("5", NOON, "", "E", "", "script", "ship"),
        error("6", NOON, "", "E", "", "account", "globex"),
        error("7", NOON, "", "E", "deleted later"),
        error("8", NOON, "", "FATAL", "", "log_level", "Fatal"));
    tables.insert("logs", row("timestamp", NOON, "log_id", "7", "version", 255, "is_deleted", 1));
    assertThat(texts(errors(), "error")).containsExactlyInAnyOrder("FIRST", "FATAL");
  }

  @Test
  void aRunThatFailedAfterAllIsTakenFromItsFullestRow() {
    tables.insert("runs", run("r", "Failed", "error_code", "E", "version", 2));
    tables.insert("runs", run("r", "Failed", "error_code", "E2", "version", 3));
    tables.insert("runs", run("r", "In Progress", "version", 1));
    assertThat(summary()).containsExactly("E2 1 1 100.0");
  }

  @Test
  void thereIsNothingWhereThereIsNothing() {
    assertThat(errors()).isEmpty();
    tables.insert("logs", error("1", NOON, "r", "E", ""));
    assertThat(errors().get(0).get("run_share").isNull()).as("of no run at all").isTrue();
  }

  @Test
  void theCountsAddUpToFailedRunsAndEntriesLessThoseThatAreBoth() {
    Random random = new Random(7);
    List<String> codes = List.of("E1", "E2", "");
    List<String> messages = List.of("order %d is closed", "no money", "");
    List<Map<String, Object>> runs = new ArrayList<>();
    List<Map<String, Object>> logs = new ArrayList<>();
    Set<String> logged = new TreeSet<>();
    int expected = 0;
    for (int i = 0; i < 300; i++) {
      String id = "r" + random.nextInt(40);
      String code = codes.get(random.nextInt(3));
      String message = messages.get(random.nextInt(3)).formatted(i);
      Map<String, Object> entry =
          error(
              "log" + i,
              NOON.plusMillis(random.nextInt(60_000)),
              random.nextInt(5) == 0 ? "" : id,
              code,
              message);
      logs.add(entry);
      logged.add(entry.get("run_id") + " " + entry.get("error_group"));
      expected++;
    }
    for (int i = 0; i < 60; i++) {
      Map<String, Object> run =
          run(
              "r" + i,
              i % 4 == 0 ? "Success" : "Failed",
              "error_code",
              codes.get(random.nextInt(3)),
              "error_message",
              messages.get(random.nextInt(3)).formatted(i));
      runs.add(run);
      if (i % 4 != 0 && !logged.contains("r" + i + " " + run.get("error_group"))) {
        expected++;
      }
    }
    tables.insert("runs", runs);
    tables.insert("logs", logs);
    // Each row comes twice, in parts of its own.
    tables.insert("logs", logs);
    assertThat(errors().stream().mapToInt(error -> error.get("count").asInt()).sum())
        .isEqualTo(expected);
  }

  private static List<String> summary() {
    return errors().stream()
        .map(
            error ->
                error.get("error").asText()
                    + " "
                    + error.get("count").asInt()
                    + " "
                    + error.get("runs").asInt()
                    + " "
                    + (error.get("run_share").isNull() ? null : error.get("run_share").asDouble()))
        .toList();
  }

  private static List<JsonNode> errors() {
    return views.range("error_groups", "acme", "pay", NOON, NOON.plusSeconds(60), "");
  }

  private static String micros(Instant time) {
    return Tables.time(time) + ".000000";
  }

  /** A run; if it has failed, with the group that the job gives it. */
  private static Map<String, Object> run(String id, String status, Object... more) {
    Map<String, Object> run = row(more);
    run.put("run_id", id);
    run.put("status", status);
    run.putIfAbsent("executed_on", Tables.time(NOON));
    run.putIfAbsent("version", 3);
    if (status.equals("Failed")) {
      run.put(
          "error_group",
          group(
              (String) run.getOrDefault("error_code", ""),
              (String) run.getOrDefault("error_message", "")));
    }
    return run;
  }

  /** An entry of level Error or another one, with the group that the job gives it. */
  private static Map<String, Object> error(
      String id, Instant time, String run, String code, String message, Object... more) {
    Map<String, Object> error = row(more);
    error.put("log_id", id);
    error.put("timestamp", Tables.time(time));
    error.put("run_id", run);
    error.put("error_code", code);
    error.put("log_message", message);
    error.putIfAbsent("log_level", "Error");
    error.put("error_group", group(code, message, (String) error.getOrDefault("stack_trace", "")));
    return error;
  }

  private static String group(String code, String message) {
    return group(code, message, "");
  }

  private static String group(String code, String message, String stack) {
    return Long.toUnsignedString(
        groups.of(code.getBytes(UTF_8), message.getBytes(UTF_8), stack.getBytes(UTF_8)));
  }
}
