package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
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

    assertThat(answer.get("logs")).hasSize(7);
    List<JsonNode> sent = DocumentedEntries.all();
    for (int i = 0; i < sent.size(); i++) {
      ObjectNode entry = (ObjectNode) answer.get("logs").get(i);
      assertThat(entry.remove("logId").asText()).startsWith("log_");
      ObjectNode expected = sent.get(i).deepCopy();
      if (!expected.has("duration")) {
        expected.putNull("duration");
      }
      assertThat(entry).isEqualTo(expected);
    }
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
