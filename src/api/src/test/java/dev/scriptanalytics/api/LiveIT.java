package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /v2/scripts/{script}/live}. */
@Timeout(120)
class LiveIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Instant START = Instant.parse("2024-05-01T10:00:00Z");

  @RegisterExtension static final ApiStack api = new ApiStack();

  private final String script = "live_" + UUID.randomUUID();

  @Test
  void aRunIsSentAsTheListHasItAndAgainWhenItEnds() throws IOException {
    try (Events events = open("").begun()) {
      insert(RunTable.started(script, "r1", START).put("function", "pay").put("source", "é\n"));
      Events.Event started = events.next();
      assertThat(started.type()).isEqualTo("run");
      assertThat(started.data().get("status").asText()).isEqualTo("In Progress");
      assertThat(withoutDuration(started.data())).isEqualTo(withoutDuration(listed()));

      ObjectNode run = RunTable.run(script, "r1", START, 138.25).put("error_group", 1L << 60);
      run.putObject("phases").put("queue", 0.5);
      insert(run.put("memory_bytes", 1L << 40).put("cold_start", true));
      Events.Event ended = events.next();
      assertThat(ended.data()).isEqualTo(listed());
      assertThat(ended.data().get("responseTime").asDouble()).isEqualTo(138.25);
      assertThat(Long.parseLong(ended.id())).isGreaterThanOrEqualTo(Long.parseLong(started.id()));
    }
  }

  private JsonNode listed() throws IOException {
    String list = "/v2/scripts/" + script + "/runs?startTime=2024-05-01&endTime=2024-05-02";
    return JSON.readTree(api.get(ApiStack.DORA, list).body()).get("runs").get(0);
  }

  /** Of a run in progress it is another each time. */
  private static JsonNode withoutDuration(JsonNode run) {
    return ((ObjectNode) run.deepCopy()).without("duration");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-P400D", "-PT1H", "PT12H"})
  void whenARunStartedDoesNotMatter(String ago) {
    try (Events events = open("").begun()) {
      insert(RunTable.run(script, "r1", Instant.now().plus(Duration.parse(ago)), 5));
      assertThat(runId(events.next())).isEqualTo("r1");
    }
  }

  @Test
  void aRowThatComesLateTakesNoRunBack() {
    insert(RunTable.run(script, "ended", START, 5));
    try (Events events = open("").begun()) {
      // As a job does that starts again from a checkpoint.
      insert(RunTable.started(script, "ended", START));
      assertThat(events.next().data().get("status").asText()).isEqualTo("Success");
    }
  }

  @Test
  void nothingBecomesVisibleBehindTheReaderWhileTwoWrite() throws IOException {
    try (Events events = open("").begun()) {
      HttpURLConnection slow = beginInsert();
      try (OutputStream body = slow.getOutputStream()) {
        // Enough rows that ClickHouse begins the insert before the request ends.
        for (int i = 0; i < 10_000; i++) {
          body.write(line("slow" + i));
        }
        body.flush();
        assertThat(Waiting.until(PATIENCE, () -> insertsOfWriter() == 1)).isTrue();
        insert(RunTable.run(script, "fast", START, 1));
        // Longer than the second by which every reader stays behind.
        events.awaitHeartbeats(10);
      }
      assertThat(slow.getResponseCode()).isEqualTo(200);
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 10_001; i++) {
        ids.add(runId(events.next()));
      }
      assertThat(ids).doesNotHaveDuplicates().contains("fast", "slow0", "slow9999");
    }
  }

  private static HttpURLConnection beginInsert() throws IOException {
    HttpURLConnection insert =
        (HttpURLConnection)
            ApiStack.clickHouse()
                .httpUrl()
                .resolve(
                    "/?date_time_input_format=best_effort"
                        + "&query=INSERT+INTO+script_analytics.runs+FORMAT+JSONEachRow")
                .toURL()
                .openConnection();
    insert.setRequestMethod("POST");
    insert.setRequestProperty("X-ClickHouse-User", "script_writer");
    insert.setRequestProperty("X-ClickHouse-Key", ClickHouseProgram.WRITER_PASSWORD);
    insert.setDoOutput(true);
    insert.setChunkedStreamingMode(4096);
    return insert;
  }

  private byte[] line(String runId) {
    return (RunTable.run(script, runId, START, 1) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static int insertsOfWriter() {
    return Integer.parseInt(
        ApiStack.clickHouse()
            .query(
                "SELECT count() FROM system.processes WHERE query_kind = 'Insert'"
                    + " AND user = 'script_writer'"));
  }

  @Test
  void moreThanOneAnswerHoldsComesWhole() {
    String before = Long.toString(System.currentTimeMillis() - 60_000);
    List<ObjectNode> runs = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      runs.add(RunTable.run(script, "r" + i, START.plusMillis(i % 7), 1));
    }
    for (int from = 0; from < 2500; from += 500) {
      RunTable.insertRows(ApiStack.clickHouse(), runs.subList(from, from + 500));
    }
    insertEntries("first", "second");

    try (Events events = open("events=logs,runs", "Last-Event-ID", before)) {
      List<String> ids = new ArrayList<>();
      List<String> types = new ArrayList<>();
      for (int i = 0; i < 2502; i++) {
        Events.Event event = events.next();
        types.add(event.type());
        ids.add(
            event.type() + event.data().path("runId").asText(event.data().path("logId").asText()));
      }
      assertThat(ids).doesNotHaveDuplicates();
      assertThat(types.subList(2500, 2502)).containsExactly("log", "log");
    }
  }

  @Test
  void aClientThatTakesAWhileGetsAllThatArrivedAtOnce() throws IOException {
    List<ObjectNode> runs = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      runs.add(RunTable.run(script, "r" + i, START, 1));
    }
    try (RawClient client = new RawClient(api.port(), 4096)) {
      client.send(RawClient.head("GET", live(""), ApiStack.DORA));
      assertThat(client.readHead().status()).isEqualTo(200);
      String line = client.readLine();
      while (!line.equals(": heartbeat")) {
        line = client.readLine();
      }
      insert(runs.toArray(ObjectNode[]::new));
      // Five times as much as may wait for a client.
      for (int seen = 0; seen < runs.size(); ) {
        line = client.readLine();
        seen += line.startsWith("data: ") ? 1 : 0;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientResumesAfterTheLastEventThatItHad(boolean byHeader) {
    String before = Long.toString(System.currentTimeMillis() - 60_000);
    insert(RunTable.run(script, "r1", START, 1));
    String id;
    try (Events events = open("events=runs,logs", "Last-Event-ID", before)) {
      Events.Event first = events.next();
      assertThat(runId(first)).isEqualTo("r1");
      id = first.id();
    }
    insertEntries("hello");
    insert(RunTable.run(script, "r2", START, 1));

    String query = "events=runs,logs&lastEventId=" + (byHeader ? before : id);
    try (Events events = byHeader ? open(query, "Last-Event-ID", id) : open(query)) {
      assertThat(events.next().data().get("message").asText()).isEqualTo("hello");
      assertThat(runId(events.next())).isEqualTo("r2");
    }
  }

  @Test
  void whatIsTooOldToResumeIsSaid() {
    Instant now = Instant.now();
    try (Events events = open("lastEventId=" + now.minusSeconds(7200).toEpochMilli())) {
      Events.Event gap = events.next();
      assertThat(gap.type()).isEqualTo("gap");
      assertThat(Instant.parse(gap.data().get("until").asText()))
          .isBetween(now.minusSeconds(3601), now);
    }
  }

  @Test
  void runsAndEntriesOfAScriptAreOneStream() {
    try (Events events = open("events=runs,logs&level=warn").begun()) {
      insert(RunTable.started(script, "r1", START));
      Events.Event run = events.next();
      assertThat(run.type()).isEqualTo("run");
      LogTable.insert(
          ApiStack.clickHouse(),
          "acme",
          script,
          LogTable.entries(
              LogTable.entry("2024-05-01T10:00:00Z", "info", "low"),
              LogTable.entry("2024-05-01T10:00:01Z", "error", "high").put("jobId", "r1")));
      Events.Event log = events.next();
      assertThat(log.type()).isEqualTo("log");
      assertThat(log.data().get("message").asText()).isEqualTo("high");
      assertThat(Long.parseLong(log.id())).isGreaterThan(Long.parseLong(run.id()));
    }
  }

  @Test
  void aFilterChoosesRunsByWhatIsKnownOfThem() {
    String failed = "{\"column\":\"status\",\"op\":\"equals\",\"value\":\"Failed\"}";
    try (Events events = open("filter=" + encoded(failed)).begun()) {
      insert(RunTable.started(script, "r1", START), RunTable.run(script, "r2", START, 1));
      ObjectNode end = RunTable.run(script, "r1", START, 1).put("status", "Failed");
      insert(end.putNull("response_time"));
      Events.Event event = events.next();
      assertThat(runId(event)).isEqualTo("r1");
      assertThat(event.data().get("status").asText()).isEqualTo("Failed");
    }
  }

  @Test
  void streamsOfOneKeyShareTheirQuestions() {
    String key = ApiStack.keyOf("acme");
    String other = script + "_b";
    try (Events one = new Events(api.open(key, "/v2/live?script=" + script));
        Events two = new Events(api.open(key, "/v2/scripts/" + other + "/live"))) {
      one.begun();
      two.begun();
      insert(RunTable.run(script, "of_one", START, 1), RunTable.run(other, "of_two", START, 1));
      assertThat(runId(one.next())).isEqualTo("of_one");
      assertThat(runId(two.next())).isEqualTo("of_two");
      one.awaitHeartbeats(1);
      two.awaitHeartbeats(1);
    }
    ApiStack.clickHouse().query("SYSTEM FLUSH LOGS query_log");
    assertThat(questionsAbout("['%s', '%s']".formatted(script, other))).isPositive();
    assertThat(questionsAbout("['%s']".formatted(other))).isZero();
  }

  private static int questionsAbout(String scripts) {
    return Integer.parseInt(
        ApiStack.clickHouse()
            .query(
                "SELECT count() FROM system.query_log WHERE type = 'QueryFinish'"
                    + " AND position(query, 'arrived_runs') > 0 AND position(query, '%s') > 0"
                        .formatted(scripts.replace("'", "''"))));
  }

  @Test
  void aKeyForRunsAloneGetsRunsAlone() throws IOException {
    try (Events events = new Events(api.open(ApiStack.ROSA, live("events=runs"))).begun()) {
      insert(RunTable.run(script, "r1", START, 1));
      assertThat(runId(events.next())).isEqualTo("r1");
    }
    for (String events : List.of("logs", "runs,logs", "logs,runs")) {
      Problem.of(api.get(ApiStack.ROSA, live("events=" + events)), 403, "INSUFFICIENT_PERMISSIONS");
    }
    Problem.of(api.get(ApiStack.RUTH, live("")), 403, "INSUFFICIENT_PERMISSIONS");
    Problem.of(api.get(ApiStack.NORA, live("")), 403, "INSUFFICIENT_PERMISSIONS");
    Problem.of(api.get(ApiStack.DORA, live("account=globex")), 403, "ACCOUNT_NOT_ALLOWED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "events=| events",
        "events=run| events",
        "events=runs,| events",
        "events=runs,everything| events",
        "level=loud&events=logs| level",
        "level=info| level",
        "events=logs&filter={}| filter",
        "filter={\"column\":\"colour\",\"op\":\"empty\"}| filter.column",
        "filter={\"column\":\"function\",\"op\":\"matches\",\"value\":\"(\"}|",
        "filter={\"column\":\"input.a\",\"op\":\"matches\",\"value\":\"(\"}|",
        "lastEventId=yesterday| lastEventId",
        "lastEventId=9999999999999| lastEventId",
        "script=b| script",
        "startTime=now-1h| startTime",
      })
  void aWrongRequestIsRefusedBeforeTheStreamBegins(String query, String parameter)
      throws IOException {
    String sent = query.replace("{", "%7B").replace("}", "%7D").replace("\"", "%22");
    var answer = api.get(ApiStack.DORA, live(sent));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    JsonNode named = JSON.readTree(answer.body()).get("details").path("parameter");
    assertThat(named.asText()).isEqualTo(parameter == null ? "" : parameter);
  }

  @Test
  void theArrivalIndexLeavesNextToNothingToRead() {
    ApiStack.clickHouse()
        .query(
            "INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version,"
                + " status, retention_days, ingested_at) SELECT 'acme', '%s', now64(3) - number,"
                    .formatted(script)
                + " toString(number), 3, 'Success', 30, now64(3) - number FROM numbers(100000)");
    assertThat(
            ApiStack.clickHouse()
                .query(
                    "EXPLAIN indexes = 1 SELECT * FROM script_analytics.arrived_runs("
                        + "account = 'acme', scripts = ['"
                        + script
                        + "'], after = now64(3) - toIntervalSecond(5), until = now64(3))")
                .replaceAll("[│├└─]", " "))
        .containsPattern("Name: arrivals(\\s+[^\\n]+)*?\\s+Granules: [12]/")
        .containsPattern("run_id\\) in \\d-element set[^\\n]*(\\s+[^\\n]+)*?\\s+Granules: [12]/");
  }

  private String live(String query) {
    return "/v2/scripts/" + script + "/live?" + query;
  }

  private Events open(String query, String... headers) {
    return new Events(api.open(ApiStack.DORA, live(query), headers));
  }

  private static void insert(ObjectNode... runs) {
    RunTable.insertRows(ApiStack.clickHouse(), List.of(runs));
  }

  private void insertEntries(String... messages) {
    List<ObjectNode> entries = new ArrayList<>();
    for (String message : messages) {
      entries.add(LogTable.entry("2024-05-01T10:00:00Z", "info", message));
    }
    LogTable.insert(ApiStack.clickHouse(), "acme", script, entries);
  }

  private static String runId(Events.Event event) {
    return event.data().get("runId").asText();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
