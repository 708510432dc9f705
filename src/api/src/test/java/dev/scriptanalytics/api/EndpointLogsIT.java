package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code GET /v2/endpoints/{endpointId}/logs}, with the documented entries. */
class EndpointLogsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LOGS = "/v2/endpoints/ep_1234567890abcdef/logs";
  private static final String DAY = "startTime=2024-01-15T00:00:00Z&endTime=2024-01-15T23:59:59Z";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void entriesComeBackAsTheyWereSent() throws IOException {
    JsonNode answer = ok(LOGS + "?" + DAY + "&level=debug");

    assertThat(answer.get("logs"))
        .allSatisfy(entry -> assertThat(entry.get("logId").asText()).startsWith("log_"));
    assertThat(DocumentedEntries.withoutIds(answer.get("logs")))
        .isEqualTo(DocumentedEntries.all().stream().map(DocumentedEntries::answered).toList());
  }

  @Test
  void anAnswerHasTheDocumentedEnvelope() throws IOException {
    JsonNode answer =
        ok(LOGS + "?startTime=2024-01-15T10:00:00Z&endTime=2024-01-15T11:00:00Z&limit=2");

    assertThat(fields(answer)).containsExactlyElementsOf(fields(DocumentedEntries.answer()));
    assertThat(answer.get("endpointId").asText()).isEqualTo("ep_1234567890abcdef");
    assertThat(answer.get("totalLogs").asInt()).isEqualTo(7);
    assertThat(answer.get("filteredLogs").asInt()).isEqualTo(6);
    assertThat(answer.get("startTime").asText()).isEqualTo("2024-01-15T10:00:00Z");
    assertThat(answer.get("endTime").asText()).isEqualTo("2024-01-15T11:00:00Z");
    assertThat(answer.get("pagination"))
        .isEqualTo(JSON.readTree("{\"limit\":2,\"offset\":0,\"hasMore\":true,\"nextOffset\":2}"));
    assertThat(answer.get("summary"))
        .isEqualTo(
            JSON.readTree(
                """
                {"logLevels":{"debug":0,"info":3,"warn":1,"error":2,"fatal":0},
                 "sources":{"model_inference":3,"performance_tracker":1,"resource_monitor":1,
                            "storage_uploader":1},
                 "commonErrors":[
                   {"error":"CUDA_OOM","count":1,"firstOccurrence":"2024-01-15T10:35:42.789Z",
                    "lastOccurrence":"2024-01-15T10:35:42.789Z"},
                   {"error":"STORAGE_TIMEOUT","count":1,
                    "firstOccurrence":"2024-01-15T10:30:28.456Z",
                    "lastOccurrence":"2024-01-15T10:30:28.456Z"}]}
                """));
  }

  @Test
  void textLinesAreTheDocumentedOnes() {
    HttpResponse<String> answer =
        api.get(ApiStack.DORA, LOGS + "?" + DAY + "&level=debug&format=text&limit=5");

    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain;charset=utf-8");
    assertThat(answer.body().lines()).containsExactlyElementsOf(DocumentedEntries.lines());
  }

  @Test
  void linesThatWereLoggedAsTextComeBackTheSame() {
    Pattern form = Pattern.compile("(\\S+) \\[(\\w+)] (\\w+): (.*) \\((\\w+)\\)");
    List<ObjectNode> entries = new ArrayList<>();
    for (String line : DocumentedEntries.lines()) {
      Matcher parts = form.matcher(line);
      assertThat(parts.matches()).isTrue();
      entries.add(
          LogTable.entry(parts.group(1), parts.group(2).toLowerCase(Locale.ROOT), parts.group(4))
              .put("source", parts.group(3))
              .put("jobId", parts.group(5)));
    }
    LogTable.insert(ApiStack.clickHouse(), "acme", "ep_lines", entries);

    assertThat(
            api.get(
                    ApiStack.DORA,
                    LOGS.replace(LogTable.ENDPOINT, "ep_lines")
                        + "?"
                        + DAY
                        + "&level=debug&format=text")
                .body()
                .lines())
        .containsExactlyElementsOf(DocumentedEntries.lines());
  }

  static JsonNode ok(String path) throws IOException {
    HttpResponse<String> answer = api.get(ApiStack.DORA, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static List<String> fields(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
