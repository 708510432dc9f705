package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of runs and log entries: what is in them, and that a broken one never looks whole. */
class ExportsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant NOON = Instant.parse("2024-05-01T12:00:00Z");
  private static final String DAY = "startTime=2024-05-01&endTime=2024-05-02";
  private static final int MANY = 600_000;
  private static final AtomicInteger SCRIPTS = new AtomicInteger();

  /** What ClickHouse's format ParquetMetadata tells of the columns of a file. */
  private static final String PARQUET_COLUMNS =
      "Array(Tuple(name String, path String, max_definition_level UInt64,"
          + " max_repetition_level UInt64, physical_type String, logical_type String,"
          + " compression String, total_uncompressed_size UInt64, total_compressed_size UInt64,"
          + " space_saved String, encodings Array(String)))";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void runsAreTheTableOfTheDashboardNewestFirst() {
    String script = withThreeRuns();
    HttpResponse<String> answer = file(script, "runs_data.csv");
    assertThat(answer.body())
        .isEqualTo(
            """
            "Run ID","Status","Deployment Version","Response Time","Function","Executed On","Source Type","Source"
            "r3","In Progress",0,"","","2024-05-01 12:00:02.000","",""
            "r2","Failed",2,"","refund","2024-05-01 12:00:01.000","tool","desk"
            "r1","Success",1,"12.5","charge","2024-05-01 12:00:00.000","api","shop"
            """);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/csv"));
  }

  @Test
  void entriesAreTheTableOfTheDashboardNewestFirst() {
    assertThat(file(withThreeEntries(), "logs_data.csv").body())
        .isEqualTo(
            """
            "Log ID","Log Level","Log Message","Timestamp"
            "l3","Warning","say ""no""
            twice","2024-05-01 12:00:02.000000"
            "l2","Error","declined","2024-05-01 12:00:01.000000"
            "l1","Info","accepted","2024-05-01 12:00:00.000000"
            """);
  }

  @Test
  void entriesAsTextAreOneLineEachWhateverTheirMessages() {
    assertThat(file(withThreeEntries(), "logs_data.txt").body())
        .isEqualTo(
            """
            2024-05-01T12:00:02.000Z [WARN] say "no"
                twice (r1)
            2024-05-01T12:00:01.000Z [ERROR] bank: declined
            2024-05-01T12:00:00.000Z [INFO] shop: accepted in 4.3s (r1)
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs_data.csv", "logs_data.csv"})
  void theTableForExcelIsTheSameWithAByteOrderMark(String file) {
    String script = file.startsWith("runs") ? withThreeRuns() : withThreeEntries();
    String plain = file(script, file).body();
    assertThat(plain).startsWith("\"");
    assertThat(ok(path(script, file) + "&bom=true").body()).isEqualTo("\ufeff" + plain);
  }

  @Test
  void noMessageSourceOrRunCanForgeALineOfText() {
    String script = newScript();
    entry(
        script,
        entry ->
            entry
                .put("source", "app\r\nx")
                .put(
                    "log_message",
                    "one\u2028two\u2029three\u0085four\u000bfive\fsix\u001cseven\u001deight\u001enine\rten"
                        + "\ttab\u001b[2J\u009b1m\u0000\u007f\u001f grün"
                        + "\n\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
                        + " \u200d\u2010\u2065")
                .put("run_id", "r\n(s)"));
    assertThat(file(script, "logs_data.txt").body())
        .isEqualTo(
            """
            2024-05-01T12:00:00.000Z [INFO] app
                x: one
                two
                three
                four
                five
                six
                seven
                eight
                nine
                ten\ttab\\x1b[2J\\x9b1m\\x00\\x7f\\x1f grün
                \\u061c\\u200e\\u200f\\u202a\\u202b\\u202c\\u202d\\u202e\\u2066\\u2067\\u2068\\u2069 \u200d\u2010\u2065 (r
                (s))
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logs_data.csv", "logs_data.ndjson", "logs_data.txt"})
  void entriesOfAnInstantComeInTheOrderInWhichTheyWereLogged(String file) {
    String script = newScript();
    at(script, NOON, "b", "10", "third");
    at(script, NOON, "c", "9", "second");
    at(script, NOON, "d", Long.toUnsignedString(-1), "fifth");
    at(script, NOON, "e", "10", "fourth");
    at(script, NOON.plusMillis(1), "a", "0", "sixth");
    at(script, NOON.minusMillis(1), "a", "99", "first");
    assertThat(file(script, file).body())
        .containsSubsequence("sixth", "fifth", "fourth", "third", "second", "first");
  }

  private static void at(String script, Instant time, String id, String sequence, String message) {
    entry(
        script,
        entry ->
            entry
                .put("timestamp", time.toString())
                .put("log_id", id)
                .put("sequence", sequence)
                .put("log_message", message));
  }

  @Test
  void forProgramsThereAreAllColumnsByTheNamesOfAnswers() throws IOException {
    JsonNode run =
        JSON.readTree(file(withThreeRuns(), "runs_data.ndjson").body().lines().toList().get(2));
    assertThat(run.get("runId").asText()).isEqualTo("r1");
    assertThat(run.get("responseTime").asDouble()).isEqualTo(12.5);
    assertThat(run.get("executedOn").asText()).isEqualTo("2024-05-01T12:00:00.000Z");
    assertThat(run.has("output")).isTrue();
    JsonNode entry =
        JSON.readTree(file(withThreeEntries(), "logs_data.ndjson").body().lines().toList().get(2));
    assertThat(entry.get("message").asText()).isEqualTo("accepted");
    assertThat(entry.get("timestamp").asText()).isEqualTo("2024-05-01T12:00:00.000000Z");
    assertThat(entry.get("duration").asDouble()).isEqualTo(4.3);
    assertThat(entry.get("level").asText()).isEqualTo("info");
  }

  @ParameterizedTest
  @CsvSource({
    "runs_data, runId, r3 r2 r1, status, executedOn",
    "logs_data, logId, l3 l2 l1, level, timestamp"
  })
  void parquetIsReadBackAsItWas(String name, String id, String expected, String word, String time)
      throws IOException {
    String script = name.startsWith("runs") ? withThreeRuns() : withThreeEntries();
    byte[] parquet;
    try (InputStream body = api.open(ApiStack.DORA, path(script, name + ".parquet")).body()) {
      parquet = body.readAllBytes();
    }
    ClickHouseExtension clickHouse = ApiStack.clickHouse();
    clickHouse.query(
        "CREATE OR REPLACE TABLE read_back (id String, word String, time DateTime64(6, 'UTC'))"
            + " ENGINE = Memory");
    clickHouse
        .http()
        .insertAs(
            "default",
            "",
            "INSERT INTO read_back SELECT * FROM input('%s String, %s String, %s DateTime64(6)')"
                    .formatted(id, word, time)
                + " FORMAT Parquet",
            parquet);
    assertThat(clickHouse.query("SELECT arrayStringConcat(groupArray(id), ' ') FROM read_back"))
        .isEqualTo(expected);
    assertThat(clickHouse.query("SELECT min(time) FROM read_back"))
        .isEqualTo("2024-05-01 12:00:00.000000");
    clickHouse.query(
        "CREATE OR REPLACE TABLE described (name String, type String) ENGINE = Memory");
    clickHouse
        .http()
        .insertAs(
            "default",
            "",
            "INSERT INTO described SELECT column.name, column.logical_type"
                + " FROM (SELECT arrayJoin(columns) AS column FROM input('columns "
                + PARQUET_COLUMNS
                + "')) FORMAT ParquetMetadata",
            parquet);
    // A reader of Parquet takes an enumeration for bytes.
    assertThat(clickHouse.query("SELECT type FROM described WHERE name = '" + word + "'"))
        .isEqualTo("String");
    assertThat(clickHouse.query("SELECT count() FROM described WHERE type = 'Enum'"))
        .isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a \"quoted\" name",
        "with/slash",
        "Prüfung 检查",
        "it's",
        "a_runs_data.csv",
        "100%25",
        "back\\slash",
        "two\r\nX-Evil: 1",
        "?account=globex&x",
      })
  void aScriptOfAnyNameIsExportedUnderItsName(String script) {
    RunTable.insert(ApiStack.clickHouse(), List.of(RunTable.run(script, "r", NOON, 1)));
    for (String file : List.of("runs_data.csv", script + "_runs_data.csv")) {
      HttpResponse<String> answer =
          ok("/v2/exports/" + encoded(file) + "?" + DAY + "&script=" + encoded(script));
      assertThat(answer.body().lines().skip(1))
          .hasSize(1)
          .allMatch(line -> line.startsWith("\"r\""));
      assertThat(answer.headers().map()).doesNotContainKey("x-evil");
      String disposition = answer.headers().firstValue("Content-Disposition").orElseThrow();
      assertThat(disposition)
          .matches("attachment; filename=\"[A-Za-z0-9._-]+\"; filename\\*=UTF-8''[^ ]+")
          .endsWith(encoded(script + "_runs_data.csv"));
    }
  }

  @Test
  void aFilterByParameterOrBodyLetsThroughWhatItSays() {
    String script = withThreeRuns();
    String filter = "{\"column\":\"responseTime\",\"op\":\"empty\"}";
    assertThat(ids(ok(path(script, "runs_data.csv") + "&filter=" + encoded(filter))))
        .containsExactly("r3", "r2");
    HttpResponse<String> posted =
        api.post(
            ApiStack.DORA,
            "/v2/scripts/" + script + "/exports/runs_data.csv",
            "{\"startTime\":\"2024-05-01\",\"endTime\":\"2024-05-02\",\"filter\":" + filter + "}");
    assertThat(ids(posted)).containsExactly("r3", "r2");
    String ofLevel = "{\"column\":\"level\",\"op\":\"at_least\",\"value\":\"warn\"}";
    assertThat(
            ok(path(withThreeEntries(), "logs_data.ndjson") + "&filter=" + encoded(ofLevel)).body())
        .contains("\"l3\"", "\"l2\"")
        .doesNotContain("\"l1\"");
  }

  @ParameterizedTest
  @CsvSource({
    "runs_data.xlsx, 404, FILE_NOT_FOUND",
    "logs_data, 404, FILE_NOT_FOUND",
    "runs_data.txt, 404, FILE_NOT_FOUND",
    "other_runs_data.csv, 404, FILE_NOT_FOUND",
    "runs_data.csv?startTime=never, 400, INVALID_PARAMETER",
    "runs_data.csv?filter=x, 400, INVALID_PARAMETER",
    "runs_data.ndjson?bom=true, 400, INVALID_PARAMETER",
    "runs_data.csv?limit=5, 400, UNKNOWN_PARAMETER",
  })
  void whatCannotBeAskedForIsNamed(String file, int status, String error) throws IOException {
    HttpResponse<String> answer =
        api.get(ApiStack.DORA, "/v2/scripts/" + withThreeRuns() + "/exports/" + file);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(JSON.readTree(answer.body()).get("error").asText()).isEqualTo(error);
  }

  @Test
  void anErrorThatClickHouseFindsIsNoFile() {
    String filter = "%7B%22column%22:%22function%22,%22op%22:%22matches%22,%22value%22:%22(%22%7D";
    HttpResponse<String> answer =
        api.get(ApiStack.DORA, path(withThreeRuns(), "runs_data.csv") + "&filter=" + filter);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Disposition")).isEmpty();
  }

  @Test
  void aScriptThatDoesNotExistHasNoFile() {
    assertThat(api.get(ApiStack.DORA, path("absent", "runs_data.csv")).statusCode()).isEqualTo(404);
  }

  @Test
  void anExportNeedsTwoPermissions() {
    String script = withThreeRuns();
    assertThat(api.get(ApiStack.RUTH, path(script, "runs_data.csv")).statusCode()).isEqualTo(403);
    assertThat(
            api.get(ApiStack.MIA, path(script, "runs_data.csv") + "&account=globex").statusCode())
        .isEqualTo(404);
  }

  @Test
  void aCellThatASpreadsheetWouldCalculateIsText() {
    String script = newScript();
    ObjectNode run = RunTable.run(script, "=1+1", NOON, 1);
    run.put("function", "+A1").put("source_type", "-1").put("source", "@SUM(A1)");
    RunTable.insert(ApiStack.clickHouse(), List.of(run));
    assertThat(file(script, "runs_data.csv").body())
        .contains("\"'=1+1\"", "\"'+A1\"", "\"'-1\"", "\"'@SUM(A1)\"");
    // Only a spreadsheet evaluates formulas.
    assertThat(file(script, "runs_data.ndjson").body()).contains("\"runId\":\"=1+1\"");
    for (String message : List.of("\r=cmd|' /C calc'!A0", "＝1", "＋1", "－1", "＠SUM(A1)")) {
      String logging = newScript();
      entry(logging, entry -> entry.put("log_message", message));
      assertThat(file(logging, "logs_data.csv").body()).contains("\"'" + message + "\"");
    }
    entry(script, entry -> entry.put("log_id", "a=1").put("log_message", "検＝１"));
    assertThat(file(script, "logs_data.csv").body()).contains("\"a=1\"", "\"検＝１\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs_data.csv", "runs_data.ndjson", "runs_data.parquet"})
  void anExportThatFailsMidwayDoesNotEndAsACompleteOne(String file) {
    String script = withManyRuns();
    HttpResponse<InputStream> answer = api.open(ApiStack.DORA, path(script, file));
    assertThat(answer.statusCode()).isEqualTo(200);
    StringBuilder last = new StringBuilder();
    // Somebody must read meanwhile: ClickHouse does not cancel a query that waits for its reader.
    CompletableFuture<Void> reading =
        CompletableFuture.runAsync(
            () -> {
              try {
                answer.body().transferTo(new TailOf(last));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    ApiStack.clickHouse().query("KILL QUERY WHERE user = 'dora' AND query LIKE '%export_runs%'");
    assertThatThrownBy(reading::join).hasCauseInstanceOf(UncheckedIOException.class);
    assertThat(last.toString()).doesNotContain("DB::Exception", "__exception__");
  }

  /** Keeps the end of what is written. */
  private static final class TailOf extends OutputStream {
    private final StringBuilder tail;

    TailOf(StringBuilder tail) {
      this.tail = tail;
    }

    @Override
    public void write(int b) {
      tail.append((char) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      tail.append(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
      tail.delete(0, Math.max(0, tail.length() - 100_000));
    }
  }

  @Test
  void closingTheConnectionEndsThatExportAndNoOther() throws IOException {
    String script = withManyRuns();
    HttpResponse<InputStream> other = api.open(ApiStack.DORA, path(script, "runs_data.ndjson"));
    HttpResponse<InputStream> closed = api.open(ApiStack.DORA, path(script, "runs_data.ndjson"));
    assertThat(running()).isEqualTo(2);
    closed.body().close();
    assertThat(Waiting.until(Duration.ofSeconds(30), () -> running() == 1)).isTrue();
    try (InputStream rest = other.body()) {
      byte[] all = rest.readAllBytes();
      assertThat(new String(all, StandardCharsets.UTF_8).lines()).hasSize(MANY);
    }
  }

  private static int running() {
    return Integer.parseInt(
        ApiStack.clickHouse()
            .query(
                "SELECT count() FROM system.processes"
                    + " WHERE user = 'dora' AND query LIKE '%export_runs%'"));
  }

  private static String withManyRuns() {
    String script = newScript();
    RunTable.insert(ApiStack.clickHouse(), List.of(RunTable.run(script, "first", NOON, 1)));
    ApiStack.clickHouse()
        .query(
            "INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version,"
                + " status, output, retention_days) SELECT 'acme', '"
                + script
                + "', toDateTime64('2024-05-01 12:00:00', 3, 'UTC') + toIntervalMillisecond(number),"
                + " hex(sipHash128(number)), 3, 'Success', hex(sipHash128(number, 1)), 36500"
                + " FROM numbers("
                + (MANY - 1)
                + ")");
    return script;
  }

  private static String withThreeRuns() {
    String script = newScript();
    ObjectNode first = RunTable.run(script, "r1", NOON, 12.5);
    first.put("deployment_version", 1).put("function", "charge");
    first.put("source_type", "api").put("source", "shop");
    ObjectNode second = RunTable.run(script, "r2", NOON.plusSeconds(1), 1);
    second.put("status", "Failed").putNull("response_time").put("deployment_version", 2);
    second.put("function", "refund").put("source_type", "tool").put("source", "desk");
    ObjectNode third = RunTable.run(script, "r3", NOON.plusSeconds(2), 1);
    third.put("status", "In Progress").putNull("response_time").putNull("ended_on");
    third.put("version", 1);
    RunTable.insert(ApiStack.clickHouse(), List.of(first, second, third));
    return script;
  }

  private static String withThreeEntries() {
    String script = newScript();
    entry(
        script,
        entry ->
            entry
                .put("log_id", "l1")
                .put("log_message", "accepted")
                .put("run_id", "r1")
                .put("source", "shop")
                .put("duration_ms", 4300));
    entry(
        script,
        entry ->
            entry
                .put("timestamp", NOON.plusSeconds(1).toString())
                .put("log_id", "l2")
                .put("log_level", "Error")
                .put("log_message", "declined")
                .put("source", "bank")
                .put("duration_ms", 30_000));
    entry(
        script,
        entry ->
            entry
                .put("timestamp", NOON.plusSeconds(2).toString())
                .put("log_id", "l3")
                .put("log_level", "Warning")
                .put("log_message", "say \"no\"\ntwice")
                .put("run_id", "r1"));
    return script;
  }

  /** Inserts an entry of noon, of which more is said. */
  private static void entry(String script, Consumer<ObjectNode> more) {
    ObjectNode entry =
        JSON.createObjectNode()
            .put("account", "acme")
            .put("script", script)
            .put("timestamp", NOON.toString())
            .put("log_id", "1")
            .put("log_level", "Info")
            .put("log_message", "")
            .put("version", 3)
            .put("retention_days", 36500);
    more.accept(entry);
    ApiStack.clickHouse()
        .query(
            "INSERT INTO script_analytics.logs SETTINGS date_time_input_format = 'best_effort'"
                + " FORMAT JSONEachRow\n"
                + entry);
  }

  private static HttpResponse<String> file(String script, String file) {
    return ok(path(script, file));
  }

  private static HttpResponse<String> ok(String path) {
    HttpResponse<String> answer = api.get(ApiStack.DORA, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private static String path(String script, String file) {
    return "/v2/scripts/" + encoded(script) + "/exports/" + file + "?" + DAY;
  }

  private static List<String> ids(HttpResponse<String> csv) {
    return csv.body().lines().skip(1).map(line -> line.split("\"", -1)[1]).toList();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }

  private static String newScript() {
    return "exported_" + SCRIPTS.incrementAndGet();
  }
}
