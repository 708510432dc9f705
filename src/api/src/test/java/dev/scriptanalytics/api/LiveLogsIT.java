package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
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
    try (Events events = open("stream=true", "Accept", "text/event-stream").begun()) {
      insert(
          LogTable.entry("2024-01-15T10:45:00.123Z", "info", "New request received")
              .put("jobId", "job_live_stream")
              .put("source", "api_handler"),
          LogTable.entry("2024-01-15T10:45:01.456Z", "debug", "Loading model weights"),
          LogTable.entry("2024-01-15T10:45:05.789Z", "error", "two\nlines"));

      Events.Event event = events.next();
      assertThat(event.type()).isEqualTo("message");
      ObjectNode first = (ObjectNode) event.data();
      first.remove("logId");
      assertThat(first)
          .isEqualTo(
              JSON.readTree(
                  """
                  {"timestamp":"2024-01-15T10:45:00.123Z","level":"info",
                   "message":"New request received","jobId":"job_live_stream",
                   "source":"api_handler"}
                  """));
      assertThat(message(events)).isEqualTo("two\nlines");
    }
  }

  @Test
  void aClientResumesAfterTheLastEventThatItHad() {
    long before = System.currentTimeMillis() - 60_000;
    insert(LogTable.entry("2024-01-15T10:00:00Z", "info", "first"));
    String id;
    try (Events events = open("stream=true", "Last-Event-ID", Long.toString(before))) {
      Events.Event first = events.next();
      id = first.id();
      assertThat(first.data().get("message").asText()).isEqualTo("first");
    }
    insert(LogTable.entry("2024-01-15T10:00:01Z", "info", "second").put("logId", "log_b"));

    try (Events events = open("stream=true", "Last-Event-ID", id)) {
      assertThat(message(events)).isEqualTo("second");
    }
  }

  @Test
  void levelJobAndSearchChooseEntries() {
    String before = Long.toString(System.currentTimeMillis() - 60_000);
    insert(
        LogTable.entry("2024-01-15T10:00:00Z", "error", "out of memory").put("jobId", "other"),
        LogTable.entry("2024-01-15T10:00:01Z", "warn", "out of memory").put("jobId", "mine"),
        LogTable.entry("2024-01-15T10:00:02Z", "error", "disk full").put("jobId", "mine"),
        LogTable.entry("2024-01-15T10:00:03Z", "fatal", "Out Of Memory").put("jobId", "mine"),
        LogTable.entry("2024-01-15T10:00:04Z", "info", "out of memory").put("jobId", "mine"));

    try (Events events =
        open("stream=true&level=error&jobId=mine&search=memory%24", "Last-Event-ID", before)) {
      Events.Event only = events.next();
      assertThat(only.data().get("message").asText()).isEqualTo("Out Of Memory");
      // Though what arrived last at its instant is not wanted.
      assertThat(only.id()).isNotNull();
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
    String tomorrow = Long.toString(System.currentTimeMillis() + 86_400_000);
    assertThat(api.get(ApiStack.DORA, logs("stream=true"), "Last-Event-ID", tomorrow).statusCode())
        .isEqualTo(400);
  }

  private String logs(String query) {
    return "/v2/endpoints/" + endpointId + "/logs?" + query;
  }

  private void insert(ObjectNode... entries) {
    LogTable.insert(ApiStack.clickHouse(), "acme", endpointId, List.of(entries));
  }

  private Events open(String query, String... headers) {
    return new Events(api.open(ApiStack.DORA, logs(query), headers));
  }

  private static String message(Events events) {
    return events.next().data().get("message").asText();
  }
}
