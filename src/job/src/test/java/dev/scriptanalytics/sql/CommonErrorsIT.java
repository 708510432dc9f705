package dev.scriptanalytics.sql;

import static dev.scriptanalytics.sql.Tables.row;
import static dev.scriptanalytics.sql.Views.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommonErrorsIT {
  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private static final Instant NOON = Tables.noonOfYesterday();

  @BeforeEach
  void forgetAll() {
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
  }

  @Test
  void countsEntriesByCodeWithFirstAndLastTimeAndShareOfRuns() {
    tables.insert(
        "runs",
        run("r1", "Success"),
        run("r2", "Success"),
        run("r3", "In Progress"),
        run("r4", "Success"));
    tables.insert(
        "logs",
        error("1", NOON.plusSeconds(3), "r1", "STORAGE_TIMEOUT", "slow"),
        error("2", NOON.plusSeconds(1), "r1", "STORAGE_TIMEOUT", "slower"),
        error("3", NOON.plusSeconds(9), "r2", "STORAGE_TIMEOUT", "slowest"),
        error("4", NOON.plusSeconds(2), "", "MEMORY_LIMIT_EXCEEDED", "8 GB"));
    List<JsonNode> errors = errors();
    assertThat(errors).hasSize(2);
    assertThat(errors.get(0).toString())
        .isEqualTo(
            ("{\"error\":\"STORAGE_TIMEOUT\",\"is_pattern\":0,\"count\":3,"
                    + "\"first_occurrence\":\"%s\",\"last_occurrence\":\"%s\","
                    + "\"runs\":2,\"run_share\":50,\"last_message\":\"slowest\","
                    + "\"last_run_id\":\"r2\"}")
                .formatted(micros(NOON.plusSeconds(1)), micros(NOON.plusSeconds(9))));
    assertThat(errors.get(1).get("error").asText()).isEqualTo("MEMORY_LIMIT_EXCEEDED");
    assertThat(errors.get(1).get("runs").asInt()).isZero();
    assertThat(errors.get(1).get("run_share").asInt()).isZero();
  }

  @Test
  void countsAFailedRunOnceThoughItLoggedItsError() {
    tables.insert(
        "runs",
        run("logged", "Failed", "error_code", "E1"),
        run("silent", "Failed", "error_code", "E1"),
        run("logged by pattern", "Failed", "error_message", "order 7 is closed"),
        run("without a word", "Failed"),
        run("well", "Success"));
    tables.insert(
        "logs",
        error("1", NOON.plusSeconds(5), "logged", "E1", "first"),
        error("2", NOON.plusSeconds(6), "logged", "E1", "second"),
        error("3", NOON.plusSeconds(7), "logged by pattern", "", "order 8 is closed"));
    assertThat(summary())
        .containsExactly("E1 3 2 40.0", " 1 1 20.0", "order <*> is closed 1 1 20.0");
    assertThat(errors().get(0).get("first_occurrence").asText()).isEqualTo(micros(NOON));
    assertThat(errors().get(2).get("first_occurrence").asText())
        .isEqualTo(micros(NOON.plusSeconds(7)));
  }

  @Test
  void leavesOutWhatIsNoErrorOrNotOfTheRangeScriptOrAccount() {
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
  void takesARunThatFailedAfterAllFromItsFullestRow() {
    tables.insert("runs", run("r", "Failed", "error_code", "E", "version", 2));
    tables.insert("runs", run("r", "Failed", "error_code", "E2", "version", 3));
    tables.insert("runs", run("r", "In Progress", "version", 1));
    assertThat(summary()).containsExactly("E2 1 1 100.0");
  }

  @Test
  void isNothingWhereThereIsNothing() {
    assertThat(errors()).isEmpty();
    tables.insert("logs", error("1", NOON, "r", "E", ""));
    assertThat(errors().get(0).get("run_share").isNull()).as("of no run at all").isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      value = {
        "Timeout after 3000 ms | Timeout after <*> ms",
        "Timeout after 3.5s, retry -1 of 5 | Timeout after <*>, retry <*> of <*>",
        "Request 3f2b8c1e-0a4d-4b6f-9c3e-aabbccddeeff failed | Request <*> failed",
        "abcdefab-abcd-abcd-abcd-abcdefabcdef gone | <*> gone",
        "Order ord_8831a68f of customer 4448 is lost | Order <*> of customer <*> is lost",
        "KeyError: 'customer id' | KeyError: <*>",
        "Can't open \"a b.txt\", it's locked | Can't open <*>, it's locked",
        "no such file: /srv/app/data/x.csv | no such file: <*>",
        "and/or is no path | and/or is no path",
        "cannot write C:\\temp\\out.txt | cannot write <*>",
        "GET https://api.example.com/v2/x?y=1 refused | GET <*> refused",
        "connect to 10.0.3.17:5432 refused | connect to <*> refused",
        "connect to fe80:0:0:0:200:f8ff:fe21:67cf refused | connect to <*> refused",
        "at 2026-05-14T06:07:27.100Z it broke | at <*> it broke",
        "segfault at 0xdeadbeef in std::vector::at | segfault at <*> in std::vector::at",
        "digest deadbeefcafebabedeadbeefcafebabe differs | digest <*> differs",
        "Zahlung für Kundin 12 abgelehnt | Zahlung für Kundin <*> abgelehnt",
        "plain words only | plain words only",
      })
  void masksWhatDiffersFromMessageToMessage(String message, String pattern) {
    tables.insert("logs", error("1", NOON, "r", "", message));
    assertThat(texts(errors(), "error")).containsExactly(pattern);
    assertThat(errors().get(0).get("is_pattern").asInt()).isEqualTo(1);
  }

  @Test
  void looksAtTheLineThatNamesTheError() {
    tables.insert(
        "logs",
        error(
            "1",
            NOON,
            "r",
            "",
            "Traceback (most recent call last):\n  File \"/srv/x.py\", line 3, in f\nKeyError: 'id'\n"),
        error("2", NOON, "r", "", "\nIllegal state 7\n\tat com.example.A.run(A.java:3)"),
        error("3", NOON, "r", "", "x".repeat(100_000)));
    assertThat(texts(errors(), "error"))
        .containsExactlyInAnyOrder("KeyError: <*>", "Illegal state <*>", "x".repeat(500));
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
                    + error.get("run_share").asDouble())
        .toList();
  }

  private static List<JsonNode> errors() {
    return views.range("common_errors", "acme", "pay", NOON, NOON.plusSeconds(60), "");
  }

  private static String micros(Instant time) {
    return Tables.time(time) + ".000000";
  }

  private static Map<String, Object> run(String id, String status, Object... more) {
    Map<String, Object> run = row(more);
    run.put("run_id", id);
    run.put("status", status);
    run.putIfAbsent("executed_on", Tables.time(NOON));
    run.putIfAbsent("version", 3);
    return run;
  }

  private static Map<String, Object> error(
      String id, Instant time, String run, String code, String message, Object... more) {
    Map<String, Object> error = row(more);
    error.put("log_id", id);
    error.put("timestamp", Tables.time(time));
    error.put("run_id", run);
    error.put("error_code", code);
    error.put("log_message", message);
    error.putIfAbsent("log_level", "Error");
    return error;
  }
}
