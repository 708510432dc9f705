package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code GET /v2/endpoints/{endpointId}/logs?stream=true}. */
@Timeout(60)
class LiveLogsIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final ApiStack api = new ApiStack();

  private final String endpointId = "ep_" + UUID.randomUUID();

  @Test
  void theDocumentedStreamHasEntriesAsTheyArrive() throws IOException {
    HttpResponse<InputStream> answer =
        api.open(ApiStack.DORA, logs("stream=true"), "Accept", "text/event-stream");
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
    assertThat(answer.headers().firstValue("X-Accel-Buffering")).hasValue("no");

    try (BufferedReader events = reader(answer)) {
      // The first heartbeat comes after the feed has found its beginning.
      awaitLine(events, ": heartbeat");
      awaitLine(events, ": heartbeat");
      insert(
          LogTable.entry("2024-01-15T10:45:00.123Z", "info", "New request received")
              .put("jobId", "job_live_stream")
              .put("source", "api_handler"),
          LogTable.entry("2024-01-15T10:45:01.456Z", "debug", "Loading model weights"),
          LogTable.entry("2024-01-15T10:45:05.789Z", "error", "two\nlines"));

      ObjectNode first = (ObjectNode) event(events);
      first.remove("logId");
      assertThat(first)
          .isEqualTo(
              JSON.readTree(
                  """
                  {"timestamp":"2024-01-15T10:45:00.123Z","level":"info",
                   "message":"New request received","jobId":"job_live_stream",
                   "source":"api_handler"}
                  """));
      assertThat(event(events).get("message").asText()).isEqualTo("two\nlines");
    }
  }

  @Test
  void aClientResumesAfterTheLastEventThatItHad() throws IOException {
    long before = System.currentTimeMillis() - 60_000;
    insert(LogTable.entry("2024-01-15T10:00:00Z", "info", "first"));
    String id;
    try (BufferedReader events =
        reader(
            api.open(ApiStack.DORA, logs("stream=true"), "Last-Event-ID", Long.toString(before)))) {
      id = awaitLine(events, "id: ").substring(4);
      assertThat(awaitLine(events, "data: ")).contains("first");
    }
    insert(LogTable.entry("2024-01-15T10:00:01Z", "info", "second").put("logId", "log_b"));

    try (BufferedReader events =
        reader(api.open(ApiStack.DORA, logs("stream=true"), "Last-Event-ID", id))) {
      assertThat(awaitLine(events, "data: ")).contains("second");
    }
  }

  @Test
  void levelJobAndSearchChooseEntries() throws IOException {
    String before = Long.toString(System.currentTimeMillis() - 60_000);
    insert(
        LogTable.entry("2024-01-15T10:00:00Z", "error", "out of memory").put("jobId", "other"),
        LogTable.entry("2024-01-15T10:00:01Z", "warn", "out of memory").put("jobId", "mine"),
        LogTable.entry("2024-01-15T10:00:02Z", "error", "disk full").put("jobId", "mine"),
        LogTable.entry("2024-01-15T10:00:03Z", "fatal", "Out Of Memory").put("jobId", "mine"));

    try (BufferedReader events =
        reader(
            api.open(
                ApiStack.DORA,
                logs("stream=true&level=error&jobId=mine&search=memory%24"),
                "Last-Event-ID",
                before))) {
      assertThat(event(events).get("message").asText()).isEqualTo("Out Of Memory");
    }
  }

  @Test
  void aWrongRequestIsRefusedBeforeTheStreamBegins() {
    assertThat(api.get(ApiStack.DORA, logs("stream=true&limit=5")).statusCode()).isEqualTo(400);
    assertThat(api.get(ApiStack.DORA, logs("stream=true&search=%28")).statusCode()).isEqualTo(400);
    assertThat(api.get(ApiStack.DORA, logs("stream=maybe")).statusCode()).isEqualTo(400);
    assertThat(api.get(ApiStack.EMIL, logs("stream=true")).statusCode()).isEqualTo(403);
    assertThat(api.get(ApiStack.RUTH, logs("stream=true")).statusCode()).isEqualTo(403);
    assertThat(
            api.get(ApiStack.DORA, logs("stream=true"), "Last-Event-ID", "yesterday").statusCode())
        .isEqualTo(400);
  }

  private String logs(String query) {
    return "/v2/endpoints/" + endpointId + "/logs?" + query;
  }

  private void insert(ObjectNode... entries) {
    LogTable.insert(ApiStack.clickHouse(), "acme", endpointId, List.of(entries));
  }

  private static BufferedReader reader(HttpResponse<InputStream> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  private static JsonNode event(BufferedReader events) throws IOException {
    return JSON.readTree(awaitLine(events, "data: ").substring(6));
  }

  private static String awaitLine(BufferedReader events, String start) throws IOException {
    String line = events.readLine();
    while (line != null && !line.startsWith(start)) {
      line = events.readLine();
    }
    assertThat(line).isNotNull();
    return line;
  }
}
