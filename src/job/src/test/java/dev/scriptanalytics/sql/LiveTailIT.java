package dev.scriptanalytics.sql;

import static dev.scriptanalytics.sql.Endpoints.encoded;
import static dev.scriptanalytics.sql.Endpoints.inPath;
import static dev.scriptanalytics.sql.Tables.row;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /live/...} on a real server, as a reader of the account acme. */
class LiveTailIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @RegisterExtension static final ClickHouseExtension clickHouse = Endpoints.newServer();

  private static final Endpoints endpoints = new Endpoints(clickHouse);
  private static final Tables tables = new Tables(clickHouse);
  private Instant now;

  /** A client that follows a tail: it reconnects with the id that the last answer ended with. */
  private static final class Follower {
    private final String path;
    private final List<JsonNode> entries = new ArrayList<>();
    private String id = "";

    Follower(String path) {
      this.path = path;
      follow();
    }

    void follow() {
      HttpResponse<String> answer =
          id.isEmpty()
              ? endpoints.get("dora", path)
              : endpoints.get("dora", path, "Last-Event-ID", id);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      // The format of server-sent events: one field per line, an empty line after each event.
      for (String event : answer.body().split("\n\n", -1)) {
        for (String line : event.split("\n", -1)) {
          if (line.startsWith("data: ")) {
            entries.add(parsed(line.substring(6)));
          } else if (line.startsWith("id: ")) {
            id = line.substring(4);
          } else {
            assertThat(line).isIn("", "retry: 1000");
          }
        }
      }
    }

    List<String> until(String logId) {
      assertThat(
              Waiting.until(
                  PATIENCE,
                  () -> {
                    follow();
                    return ids().contains(logId);
                  }))
          .as("%s arrives", logId)
          .isTrue();
      return ids();
    }

    List<String> ids() {
      return entries.stream().map(entry -> entry.get("log_id").asText()).toList();
    }
  }

  @BeforeEach
  void forgetAll() {
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
    now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  @Test
  void tellsWhatArrivesFromNowOn() {
    tables.insert("logs", entry("before"));
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    tables.insert(
        "logs", entry("after", "log_level", "Warning", "log_message", "low", "run_id", "r1"));
    assertThat(follower.until("after")).containsExactly("after");
    JsonNode told = follower.entries.get(0);
    assertThat(told.get("log_level").asText()).isEqualTo("Warning");
    assertThat(told.get("log_message").asText()).isEqualTo("low");
    assertThat(told.get("run_id").asText()).isEqualTo("r1");
    assertThat(Instant.parse(told.get("timestamp").asText())).isEqualTo(now);
  }

  @Test
  void isAnEventStreamThatNobodyKeeps() {
    HttpResponse<String> answer = endpoints.get("dora", "/live/pay?account=acme");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(answer.body()).matches("retry: 1000\n\nid: \\d{13}\n\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-P20D", "-PT1H", "PT12H"})
  void goesByArrivalAndNotByTheTimeThatAnEntryTells(String ago) {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    tables.insert("logs", entry("late", "timestamp", now.plus(Duration.parse(ago))));
    assertThat(follower.until("late")).containsExactly("late");
  }

  @Test
  void nothingBecomesVisibleBehindTheReaderWhileTwoWrite() throws IOException {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    HttpURLConnection slow = (HttpURLConnection) insertAddress().toURL().openConnection();
    slow.setRequestMethod("POST");
    slow.setRequestProperty("X-ClickHouse-User", "script_writer");
    slow.setRequestProperty("X-ClickHouse-Key", ClickHouseProgram.WRITER_PASSWORD);
    slow.setDoOutput(true);
    slow.setChunkedStreamingMode(4096);
    try (OutputStream body = slow.getOutputStream()) {
      // Enough rows that ClickHouse begins the insert before the request ends.
      for (int i = 0; i < 10_000; i++) {
        body.write(line("slow" + i, i == 0 ? "first" : "x".repeat(100)));
      }
      body.flush();
      assertThat(Waiting.until(PATIENCE, () -> insertsBeingDone() == 1)).isTrue();
      tables.insert("logs", entry("fast"));
      String begun = clickHouse.query("SELECT toUnixTimestamp64Milli(now64(3))");
      assertThat(
              Waiting.until(
                  PATIENCE,
                  () ->
                      clickHouse
                          .query("SELECT now64(3) > fromUnixTimestamp64Milli(" + begun + ") + 3")
                          .equals("1")))
          .isTrue();
      follower.follow();
      assertThat(follower.ids()).isEmpty();
      assertThat(Long.parseLong(follower.id)).isLessThan(Long.parseLong(begun));
    }
    assertThat(slow.getResponseCode()).isEqualTo(200);
    follower.until("fast");
    follower.until("slow9999");
    assertThat(follower.ids()).contains("slow0").doesNotHaveDuplicates().hasSize(10_001);
  }

  @Test
  void manyWritersAndAReaderMissNothing() {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    List<Thread> writers =
        IntStream.range(0, 2)
            .mapToObj(
                writer ->
                    new Thread(
                        () -> {
                          for (int i = 0; i < 40; i++) {
                            tables.insert("logs", entry(writer + "-" + i));
                          }
                        }))
            .toList();
    writers.forEach(Thread::start);
    follower.until("0-39");
    follower.until("1-39");
    assertThat(follower.ids()).doesNotHaveDuplicates().hasSize(80);
  }

  @Test
  void alotComesInSeveralAnswersAndNothingOfAMillisecondIsLeftBehind() {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    for (int batch = 0; batch < 3; batch++) {
      int from = batch * 4000;
      tables.insert(
          "logs", IntStream.range(from, from + 4000).mapToObj(i -> entry("log" + i)).toList());
    }
    tables.insert("logs", entry("last"));
    follower.until("last");
    assertThat(follower.ids()).doesNotHaveDuplicates().hasSize(12_001);
  }

  @Test
  void whoeverComesBackWithAnOldIdGetsItAgainAndNothingLess() {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    String id = follower.id;
    tables.insert("logs", entry("1"));
    follower.until("1");
    tables.insert("logs", entry("2"));
    follower.until("2");
    follower.id = id;
    follower.follow();
    assertThat(follower.ids()).containsExactly("1", "2", "1", "2");
  }

  @ParameterizedTest
  @CsvSource({
    "Warning, Warning Error Fatal",
    "warn, Warning Error Fatal",
    "fatal, Fatal",
    "debug, Debug Info Warning Error Fatal",
    "Stdout, Stdout Stderr Debug Info Warning Error Fatal"
  })
  void tellsFromALevelUp(String level, String expected) {
    Follower follower = afterAllSoFar("/live/pay?account=acme&level=" + level);
    tables.insert(
        "logs",
        List.of("Stdout", "Stderr", "Debug", "Info", "Warning", "Error", "Fatal").stream()
            .map(word -> entry(word, "log_level", word))
            .toList());
    assertThat(follower.until("Fatal")).containsExactlyInAnyOrder(expected.split(" "));
  }

  @Test
  void tellsOneRunsEntriesAlsoBeforeItsScriptIsKnown() {
    Follower follower = afterAllSoFar("/live/pay?account=acme&run_id=r1");
    tables.insert(
        "logs",
        entry("other", "run_id", "r2"),
        entry("unknown", "run_id", "r1", "script", ""),
        entry("known", "run_id", "r1"));
    assertThat(follower.until("known")).containsExactlyInAnyOrder("unknown", "known");
  }

  @Test
  void whatIsTakenBackIsNotToldAndWhatIsRewrittenIsNoEmptyLine() {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    tables.insert("logs", entry("kept"), entry("gone", "run_id", "r1"));
    tables.insert(
        "logs",
        row("timestamp", now, "log_id", "gone", "run_id", "r1", "version", 255, "is_deleted", 1),
        entry("kept", "version", 3, "log_message", "whole"));
    tables.insert("logs", entry("last"));
    assertThat(follower.until("last")).doesNotContain("").contains("kept", "last");
    assertThat(follower.entries)
        .filteredOn(entry -> entry.get("log_id").asText().equals("kept"))
        .last()
        .extracting(entry -> entry.get("log_message").asText())
        .isEqualTo("whole");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "&run_id=r1"})
  void tellsTheEntriesOfAnInstantInTheirOrder(String ofRun) {
    Follower follower = afterAllSoFar("/live/pay?account=acme" + ofRun);
    tables.insert(
        "logs",
        entry("b", "run_id", "r1", "sequence", 3),
        entry("c", "run_id", "r1", "sequence", 1),
        entry("a", "run_id", "r1", "sequence", Long.toUnsignedString(-1)),
        entry("d", "run_id", "r1", "sequence", 2),
        entry("last", "run_id", "r1", "timestamp", now.plusMillis(1)));
    assertThat(follower.until("last")).containsExactly("c", "d", "b", "a", "last");
  }

  @Test
  void tellsTheEntriesOfAllRunsThatShareAnId() {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    tables.insert(
        "logs",
        entry("7", "run_id", "r1"),
        entry("7", "run_id", "r2"),
        entry("7", "run_id", "r3"),
        entry("last", "timestamp", now.plusMillis(1)));
    assertThat(follower.until("last")).containsExactly("7", "7", "7", "last");
    assertThat(follower.entries.stream().map(entry -> entry.get("run_id").asText()))
        .containsExactlyInAnyOrder("r1", "r2", "r3", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "two\nlines",
        "a\r\n\r\nid: 1\n\ndata: {}",
        "\ndata: x",
        "tab\tand \"quote\" \\ ü"
      })
  void aMessageOfAnyFormIsOneEvent(String message) {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    tables.insert("logs", entry("1", "log_message", message));
    follower.until("1");
    assertThat(follower.entries).hasSize(1);
    assertThat(follower.entries.get(0).get("log_message").asText()).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"with/slash", "a b\"c", "é'", "x\r\nX-Evil: 1"})
  void aScriptOfAnyNameIsFollowed(String script) {
    Follower follower = afterAllSoFar("/live/" + inPath(script) + "?account=acme");
    tables.insert("logs", entry("1", "script", script));
    assertThat(follower.until("1")).containsExactly("1");
  }

  @Test
  void showsNoOtherAccountsEntries() {
    String id = afterAllSoFar("/live/pay?account=acme").id;
    tables.insert("logs", entry("theirs", "account", "globex"), entry("mine"));
    assertThat(Waiting.until(PATIENCE, () -> tail("dora", "acme", id).contains("mine"))).isTrue();
    clickHouse.query("INSERT INTO script_analytics.reader_accounts VALUES ('mia', 'globex')");
    assertThat(tail("mia", "globex", id)).contains("theirs");
    clickHouse.query(
        "DELETE FROM script_analytics.reader_accounts WHERE user = 'mia' AND account = 'globex'");
    assertThat(tail("dora", "acme", id)).doesNotContain("theirs");
    assertThat(tail("dora", "globex", id)).doesNotContain("data:");
    assertThat(tail("emil", "acme", id)).doesNotContain("data:");
    assertThat(endpoints.get("nobody", "/live/pay?account=acme").statusCode()).isEqualTo(403);
  }

  @Test
  void theIdDoesNotTellWhenAnotherAccountsEntriesArrived() {
    Follower follower = afterAllSoFar("/live/pay?account=acme");
    String id = follower.id;
    tables.insert(
        "logs",
        IntStream.range(0, 5000).mapToObj(i -> entry("theirs" + i, "account", "globex")).toList());
    tables.insert("logs", entry("mine"));
    follower.until("mine");
    long theirs =
        Long.parseLong(
            clickHouse.query(
                "SELECT toUnixTimestamp64Milli(max(ingested_at)) FROM script_analytics.logs"
                    + " WHERE account = 'globex'"));
    String answer = tail("dora", "globex", id);
    assertThat(Long.parseLong(answer.substring(answer.lastIndexOf("id: ") + 4).strip()))
        .isGreaterThan(theirs);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | '' | account is missing",
        "account=acme&level=loud | '' | level must be",
        "account=acme&level= | '' | level must be",
        "account=acme&runid=r1 | '' | Unknown setting 'runid'",
        "account=acme&last_event_id=1 | '' | Duplicate name `last_event_id`",
        "account=acme | x | Last-Event-ID must be",
        "account=acme | -1 | Last-Event-ID must be",
        "account=acme | 9999999999999 | Last-Event-ID must be",
        "account=acme | 99999999999999999999 | Last-Event-ID must be",
        "account=acme | 1' OR 1=1 | Last-Event-ID must be"
      })
  void whatCannotBeFollowedIsNamed(String parameters, String id, String message) {
    HttpResponse<String> answer =
        id.isEmpty()
            ? endpoints.get("dora", "/live/pay?" + parameters)
            : endpoints.get("dora", "/live/pay?" + parameters, "Last-Event-ID", id);
    assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
    assertThat(answer.body()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"' OR 1 = 1 --", "') UNION ALL SELECT 1 --", "\\' OR 1", "{x:String}"})
  void nothingThatARequestSaysBecomesSql(String text) {
    String id = afterAllSoFar("/live/pay?account=acme").id;
    tables.insert("logs", entry("1"));
    assertThat(Waiting.until(PATIENCE, () -> tail("dora", "acme", id).contains("\"1\""))).isTrue();
    for (String path :
        List.of(
            "/live/" + inPath(text) + "?account=acme",
            "/live/pay?account=" + encoded(text),
            "/live/pay?account=acme&run_id=" + encoded(text))) {
      HttpResponse<String> answer = endpoints.get("dora", path, "Last-Event-ID", id);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).doesNotContain("data:");
    }
    assertThat(endpoints.get("dora", "/live/pay?account=acme&level=" + encoded(text)).body())
        .contains("level must be");
  }

  @Test
  void theArrivalIndexLeavesNextToNothingToRead() {
    clickHouse.query(
        "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, log_level,"
            + " retention_days, ingested_at) SELECT 'acme', 'pay', now64(6) - number, number,"
            + " 'Info', 30, now64(3) - number FROM numbers(100000)");
    assertThat(
            clickHouse
                .query(
                    "EXPLAIN indexes = 1 SELECT * FROM script_analytics.arrived_events("
                        + "account = 'acme', script = 'pay', run_id = '', least_level = 1,"
                        + " after = now64(3) - toIntervalSecond(5), until = now64(3))")
                .replaceAll("[│├└─]", " "))
        .containsPattern("Name: arrivals(\\s+[^\\n]+)*?\\s+Granules: [12]/");
  }

  /** A follower that begins after everything that has been inserted so far. */
  private static Follower afterAllSoFar(String path) {
    long inserted = Long.parseLong(clickHouse.query("SELECT toUnixTimestamp64Milli(now64(3))"));
    Follower follower = new Follower(path);
    assertThat(
            Waiting.until(
                PATIENCE,
                () -> {
                  follower.follow();
                  return Long.parseLong(follower.id) > inserted;
                }))
        .isTrue();
    follower.entries.clear();
    return follower;
  }

  private static String tail(String user, String account, String id) {
    return endpoints.get(user, "/live/pay?account=" + account, "Last-Event-ID", id).body();
  }

  private static int insertsBeingDone() {
    return Integer.parseInt(
        clickHouse.query(
            "SELECT count() FROM system.processes WHERE query_kind = 'Insert'"
                + " AND user = 'script_writer'"));
  }

  private static URI insertAddress() {
    return clickHouse
        .httpUrl()
        .resolve("/?query=INSERT+INTO+script_analytics.logs+FORMAT+JSONEachRow");
  }

  private byte[] line(String id, String message) {
    try {
      return (JSON.writeValueAsString(entry(id, "log_message", message)) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private Map<String, Object> entry(String id, Object... namesAndValues) {
    List<Object> all =
        new ArrayList<>(List.of("timestamp", now, "log_id", id, "log_level", "Info"));
    all.addAll(List.of(namesAndValues));
    return row(all.toArray());
  }

  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + json, e);
    }
  }
}
