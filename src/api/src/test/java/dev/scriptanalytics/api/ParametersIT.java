package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every parameter of the logs: what it takes and what it refuses. */
class ParametersIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LOGS = "/v2/endpoints/ep_1234567890abcdef/logs";
  private static final String DAY = "startTime=2024-01-15T00:00:00Z&endTime=2024-01-15T23:59:59Z";
  private static final String MANY = "/v2/endpoints/ep_many/logs";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @BeforeAll
  static void insertMany() {
    ApiStack.clickHouse()
        .query(
            "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version,"
                + " log_level, log_message, retention_days) SELECT 'acme', 'ep_many',"
                + " toDateTime64('2024-01-15 10:00:00', 6, 'UTC') + toIntervalMillisecond(number),"
                + " leftPad(toString(number), 6, '0'), 3, 'Info', concat('entry ',"
                + " toString(number)), 36500 FROM numbers(10001)");
    List<ObjectNode> odd = new ArrayList<>();
    odd.add(LogTable.entry("2024-01-15T10:00:00.000001Z", "Stdout", "from stdout"));
    odd.add(LogTable.entry("2024-01-15T10:00:01Z", "Stderr", "from stderr"));
    odd.add(LogTable.entry("2024-01-15T10:00:02Z", "debug", "it's \\ \"quoted\", \\N, 😀\tx\ny"));
    LogTable.insert(ApiStack.clickHouse(), "acme", "a/b ;%\\'😀", odd);
  }

  @ParameterizedTest
  @CsvSource({
    "level=debug, 7",
    "level=info, 6",
    "level=warn, 3",
    "level=warning, 3",
    "level=ERROR, 2",
    "level=fatal, 0",
    "'', 6",
    "search=memory.*error, 1",
    "search=MEMORY.*ERROR, 1",
    "search=MEMORY.*ERROR&caseSensitive=true, 0",
    "search=memory.*error|upload, 2",
    "search=%5EFailed, 1",
    "jobId=job_error_example, 1",
    "jobId=none, 0",
    "search=, 6",
    "level=&jobId=, 6",
  })
  void filtersChooseEntries(String query, int expected) throws IOException {
    JsonNode answer = ok(LOGS + "?" + DAY + "&" + query.replace("|", "%7C"));

    assertThat(answer.get("filteredLogs").asInt()).isEqualTo(expected);
    assertThat(answer.get("logs")).hasSize(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit",
    "limit=10001, limit",
    "limit=x, limit",
    "limit=, limit",
    "limit=1.5, limit",
    "offset=-1, offset",
    "offset=99999999999, offset",
    "level=loud, level",
    "order=up, order",
    "format=xml, format",
    "stream=1, stream",
    "lines=0, lines",
    "lines=1001, lines",
    "lines=1&limit=1, lines",
    "startTime=yesterday, startTime",
    "endTime=2024-13-01, endTime",
    "startTime=1969-12-31T23:59:59Z, startTime",
    "endTime=9999-01-01, endTime",
    "colour=red, colour",
    "level=info&level=warn, level",
    "search=%FF, search",
    "caseSensitive=yes, caseSensitive",
  })
  void aWrongParameterIsNamed(String query, String parameter) throws IOException {
    HttpResponse<String> answer = api.get(ApiStack.DORA, LOGS + "?" + query);

    assertThat(
            Problem.of(answer, 400, JSON.readTree(answer.body()).get("error").asText())
                .get("details")
                .get("parameter")
                .asText())
        .isEqualTo(parameter);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%28",
        "%5Ba",
        "a**",
        "%2A",
        "%28%3F%3Da%29",
        "a%7B1001%7D%7B1001%7D",
        "a%5C&caseSensitive=true"
      })
  void aWrongRegularExpressionIsRefused(String search) throws IOException {
    Problem.of(
        api.get(ApiStack.DORA, LOGS + "?" + DAY + "&search=" + search), 400, "INVALID_PARAMETER");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024-01-15T10:30:15.234Z", "2024-01-15T10:30:15.234000Z", "2024-01-15T10:30:15.234",
        "2024-01-15%2010:30:15.234", "2024-01-15T12:30:15.234+02:00",
            "2024-01-15T05:30:15.234-0500",
        "2024-01-15T12:30:15.234%2B02", "2024-01-15t10:30:15.234z"
      })
  void timesHaveManyForms(String time) throws IOException {
    JsonNode answer = ok(LOGS + "?level=debug&endTime=2024-01-16&startTime=" + time);

    assertThat(answer.get("startTime").asText()).isEqualTo("2024-01-15T10:30:15.234Z");
    assertThat(answer.get("logs")).hasSize(7);
  }

  @Test
  void aRangeWithoutStartIsTheDayBeforeItsEnd() throws IOException {
    JsonNode answer = ok(LOGS + "?endTime=2024-01-16T10:00:00Z");

    assertThat(answer.get("startTime").asText()).isEqualTo("2024-01-15T10:00:00Z");
    assertThat(answer.get("totalLogs").asInt()).isEqualTo(7);
    assertThat(ok(LOGS + "?startTime=now-1h").get("totalLogs").asInt()).isZero();
  }

  @Test
  void aRangeThatEndsBeforeItBeginsIsTheDocumentedError() throws IOException {
    JsonNode error =
        Problem.of(
            api.get(
                ApiStack.DORA,
                LOGS + "?startTime=2024-01-15T12:00:00Z&endTime=2024-01-15T10:00:00Z"),
            400,
            "INVALID_TIME_RANGE");

    assertThat(error.get("message").asText()).isEqualTo("Start time must be before end time");
    assertThat(error.get("details").toString())
        .isEqualTo("{\"startTime\":\"2024-01-15T12:00:00Z\",\"endTime\":\"2024-01-15T10:00:00Z\"}");
  }

  @Test
  void theLongestRangeIsSaid() throws IOException {
    try (ApiServer server = ApiServer.start(ApiStack.configuration("--api.max-time-range=24 h"))) {
      HttpResponse<String> answer =
          api.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:"
                              + server.port()
                              + LOGS
                              + "?startTime=2024-01-15&endTime=2024-01-17"))
                  .header("Authorization", "Bearer " + ApiStack.DORA)
                  .build());
      assertThat(
              Problem.of(answer, 400, "INVALID_TIME_RANGE")
                  .get("details")
                  .get("maxTimeRange")
                  .asText())
          .isEqualTo("24h");
    }
  }

  @Test
  void pagesAddUpToTheWhole() throws IOException {
    List<String> ids = new ArrayList<>();
    String offset = "0";
    while (!offset.equals("null")) {
      JsonNode answer = ok(MANY + "?" + DAY + "&limit=3000&offset=" + offset + "&jobId=");
      answer.get("logs").forEach(entry -> ids.add(entry.get("logId").asText()));
      offset = answer.get("pagination").get("nextOffset").asText();
      if (offset.equals("9000")) {
        break;
      }
    }
    assertThat(ids).hasSize(9000).doesNotHaveDuplicates().isSorted();
    assertThat(
            ok(MANY + "?" + DAY + "&order=desc&limit=1").get("logs").get(0).get("logId").asText())
        .isEqualTo("010000");
  }

  @ParameterizedTest
  @CsvSource({
    "limit=10000&offset=1, 10001",
    "limit=1&offset=10000, 10001",
    "format=csv, 10001",
    "format=text, 10001",
    "offset=2147483647, 2147484647",
  })
  void tooManyEntriesAreTheDocumentedError(String query, long requested) throws IOException {
    JsonNode details =
        Problem.of(api.get(ApiStack.DORA, MANY + "?" + DAY + "&" + query), 413, "TOO_MANY_LOGS")
            .get("details");

    assertThat(details.get("requestedCount").asLong()).isEqualTo(requested);
    assertThat(details.get("maxAllowed").asInt()).isEqualTo(10_000);
    assertThat(details.get("suggestion").asText()).contains("cursor", "export");
  }

  @Test
  void linesAreTheShortForm() throws IOException {
    assertThat(ok(LOGS + "?" + DAY + "&level=debug&lines=5"))
        .isEqualTo(
            JSON.createObjectNode().set("logs", JSON.valueToTree(DocumentedEntries.lines())));
    assertThat(ok(MANY + "?" + DAY + "&lines=1000").get("logs")).hasSize(1000);
    assertThat(ok(MANY + "?" + DAY + "&lines").get("logs")).hasSize(100);
    assertThat(ok(MANY + "?" + DAY + "&lines=").get("logs")).hasSize(100);
  }

  @Test
  void acceptChoosesTheFormatAndFormatWins() {
    assertThat(type(LOGS, "text/csv")).startsWith("text/csv");
    assertThat(type(LOGS, "text/plain, application/json;q=0.5")).startsWith("text/plain");
    assertThat(type(LOGS, "*/*")).isEqualTo("application/json");
    assertThat(type(LOGS, "image/png")).isEqualTo("application/json");
    assertThat(type(LOGS + "?format=json", "text/csv")).isEqualTo("application/json");
  }

  @Test
  void csvIsAsRfc4180Says() {
    String csv =
        api.get(
                ApiStack.DORA,
                "/v2/endpoints/" + path("a/b ;%\\'😀") + "/logs?format=csv&level=debug&" + DAY)
            .body();

    assertThat(csv)
        .startsWith("timestamp,level,message,jobId,requestId,source,metadata,")
        .contains("2024-01-15T10:00:00.000001Z,info,from stdout,,,,,,,,,log_000000\r\n")
        .contains("2024-01-15T10:00:02.000Z,debug,\"it's \\ \"\"quoted\"\", \\N, 😀\tx\ny\",,,,,");
  }

  @Test
  void stdoutCountsAsInfoAndStderrAsError() throws IOException {
    JsonNode logs =
        ok("/v2/endpoints/" + path("a/b ;%\\'😀") + "/logs?level=error&" + DAY).get("logs");

    assertThat(logs).hasSize(1);
    assertThat(logs.get(0).get("level").asText()).isEqualTo("error");
    assertThat(logs.get(0).get("originalLevel").asText()).isEqualTo("stderr");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jobId", "search", "account", "level", "startTime", "limit", "format"})
  void everyByteIsAnsweredOrRefusedClearly(String parameter) throws IOException {
    for (int value = 0; value < 256; value++) {
      String path = "%s?%s=%%%02X".formatted(LOGS, parameter, value);
      clear(api.get(ApiStack.DORA, path), path);
    }
    for (String value : List.of("\\", "'", "\\N", "\"", "😀", "{p0:String}", "%s", "' OR 1=1 --")) {
      String path = LOGS + "?" + parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
      clear(api.get(ApiStack.DORA, path), path);
    }
  }

  @Test
  void everyByteInThePathIsAnsweredOrRefusedClearly() throws IOException {
    for (int value = 0; value < 256; value++) {
      String path = "/v2/endpoints/%%%02X/logs".formatted(value);
      clear(api.get(ApiStack.DORA, path), path);
    }
  }

  private static void clear(HttpResponse<String> answer, String path) throws IOException {
    assertThat(answer.statusCode()).as(path + answer.body()).isIn(200, 400, 403, 404);
    if (answer.statusCode() != 200) {
      Problem.of(answer, answer.statusCode(), JSON.readTree(answer.body()).get("error").asText());
    }
  }

  @Test
  void errorsOfHttpHaveTheSameForm() throws IOException {
    Problem.of(api.get(ApiStack.DORA, "/v2/nothing"), 404, "NOT_FOUND");
    Problem.of(api.get(ApiStack.DORA, "/v2/endpoints/no/logs?" + DAY), 404, "ENDPOINT_NOT_FOUND");
    HttpResponse<String> method = api.send(api.request(ApiStack.DORA, LOGS).DELETE().build());
    Problem.of(method, 405, "METHOD_NOT_ALLOWED");
    assertThat(method.headers().firstValue("Allow"))
        .hasValueSatisfying(allowed -> assertThat(allowed).contains("GET"));
    Problem.of(
        api.send(
            api.request(ApiStack.DORA, "/v2/endpoints/logs/search")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build()),
        415,
        "UNSUPPORTED_MEDIA_TYPE");
    Problem.of(
        api.post(ApiStack.DORA, "/v2/endpoints/logs/search", "{\"a\":\"" + "x".repeat(300_000)),
        413,
        "BODY_TOO_LARGE");
    Problem.of(
        api.post(ApiStack.DORA, "/v2/endpoints/logs/search", "[".repeat(100_000)),
        400,
        "INVALID_PARAMETER");
    Problem.of(
        api.get(ApiStack.DORA, LOGS, "X-Large", "x".repeat(20_000)), 431, "HEADERS_TOO_LARGE");
  }

  private static String path(String endpointId) {
    return URLEncoder.encode(endpointId, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String type(String path, String accept) {
    return api.get(ApiStack.DORA, path + (path.contains("?") ? "&" : "?") + DAY, "Accept", accept)
        .headers()
        .firstValue("Content-Type")
        .orElseThrow();
  }

  private static JsonNode ok(String path) throws IOException {
    HttpResponse<String> answer = api.get(ApiStack.DORA, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }
}
