package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every curl command of the documentation as it is written there. The endpoint has the documented
 * entries twice, as they are and as if they were logged just now, for most commands name no time.
 */
class DocumentedRequestsIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final ApiStack api = new ApiStack();

  private static final List<JsonNode> RECENT = DocumentedEntries.recent();
  private static String key;

  @BeforeAll
  static void insertEntries() {
    key = ApiStack.keyOf("documented");
    List<JsonNode> entries = new ArrayList<>(DocumentedEntries.all());
    entries.addAll(RECENT);
    LogTable.insert(ApiStack.clickHouse(), "documented", LogTable.ENDPOINT, entries);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Get Endpoint Logs", "Basic Log Retrieval"})
  void theLastDayFromInfoOnIsTheDefault(String title) throws IOException {
    JsonNode answer = ask(title);

    assertThat(DocumentedEntries.withoutIds(answer.get("logs")))
        .isEqualTo(recent(0, 2, 3, 4, 5, 6));
    assertThat(answer.get("totalLogs").asInt()).isEqualTo(7);
    assertThat(answer.get("filteredLogs").asInt()).isEqualTo(6);
    assertThat(answer.get("pagination"))
        .isEqualTo(
            JSON.readTree(
                """
                {"limit": 1000, "offset": 0, "hasMore": false, "nextOffset": null}
                """));
    assertThat(Instant.parse(answer.get("endTime").asText()).minusSeconds(24 * 60 * 60))
        .isEqualTo(answer.get("startTime").asText());
  }

  @Test
  void aRangeAndALevelAreKept() throws IOException {
    JsonNode answer = ask("Filtered Logs with Time Range");

    assertThat(messages(answer))
        .containsExactly(
            "Failed to upload result to storage",
            "Model inference failed with CUDA out of memory error");
    assertThat(answer.get("startTime").asText()).isEqualTo("2024-01-15T10:00:00Z");
    assertThat(answer.get("endTime").asText()).isEqualTo("2024-01-15T11:00:00Z");
  }

  @Test
  void aJobHasItsEntriesOfAllLevels() throws IOException {
    JsonNode answer = ask("Job-Specific Logs");

    assertThat(DocumentedEntries.withoutIds(answer.get("logs"))).isEqualTo(recent(0, 1, 2, 3, 4));
    assertThat(answer.get("totalLogs").asInt()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Search Logs with Pattern", "Search for memory-related errors"})
  void memoryErrorsAreFound(String title) throws IOException {
    assertThat(messages(ask(title)))
        .containsExactly("Model inference failed with CUDA out of memory error");
  }

  @Test
  void modelOperationsAndPerformanceAreFoundInMessagesAlone() throws IOException {
    // Each documented source begins with "model_", which no documented message does.
    assertThat(messages(ask("Search for specific model operations"))).isEmpty();
    assertThat(messages(ask("Search for performance issues"))).isEmpty();
    String now = RECENT.get(6).get("timestamp").asText();
    String own = ApiStack.keyOf("documented_searches");
    LogTable.insert(
        ApiStack.clickHouse(),
        "documented_searches",
        LogTable.ENDPOINT,
        List.of(
            LogTable.entry(now, "info", "model_load took 3 s"),
            LogTable.entry(now, "info", "model_reload"),
            LogTable.entry(now, "warn", "MODEL_INFERENCE is slow"),
            LogTable.entry(now, "error", "Timeout of the upload")));

    assertThat(messages(ask(own, "Search for specific model operations")))
        .containsExactly("model_load took 3 s", "MODEL_INFERENCE is slow");
    assertThat(messages(ask(own, "Search for performance issues")))
        .containsExactly("MODEL_INFERENCE is slow", "Timeout of the upload");
  }

  @Test
  void csvHasALinePerEntry() throws IOException {
    try (Curl curl = curl(key, "Export Logs in CSV Format")) {
      assertThat(curl.contentType()).isEqualTo("text/csv; charset=utf-8");
      assertThat(curl.text())
          .startsWith(
              "timestamp,level,message,jobId,requestId,source,metadata,duration,memoryUsage,"
                  + "gpuUtilization,stackTrace,logId\r\n"
                  + "2024-01-15T10:30:15.234Z,info,Processing image generation request,"
                  + "job_1234567890abcdef,req_abc123def456,model_inference,\"{\"\"prompt\"\":")
          .contains(
              "\r\n2024-01-15T10:30:28.456Z,error,Failed to upload result to storage,",
              ",30.0,,,\"at StorageUploader.upload (storage.js:45:12)\nat async ImageProcessor",
              "}\",4.3,8.2GB,92,,log_")
          .doesNotContain("Model loaded successfully")
          .matches("(?s)(.*\r\n){7}");
    }
  }

  @Test
  void aSearchWithConditionsOnMetadataFindsTheWarning() throws IOException {
    JsonNode answer = ask("Complex Filtering");

    ObjectNode warning = DocumentedEntries.all().get(3).deepCopy();
    assertThat(DocumentedEntries.withoutIds(answer.get("logs")))
        .isEqualTo(List.of(warning.put("endpointId", LogTable.ENDPOINT)));
    assertThat(answer.get("endpointIds").toString()).isEqualTo("[\"ep_1234567890abcdef\"]");
    assertThat(answer.get("totalLogs").asInt()).isEqualTo(7);
    assertThat(answer.get("filteredLogs").asInt()).isEqualTo(1);
    assertThat(answer.get("pagination").get("limit").asInt()).isEqualTo(500);
  }

  @Test
  void anAggregationGroupsTheEntriesOfTheDay() throws IOException {
    assertThat(ask("Log Aggregation Endpoint"))
        .isEqualTo(
            JSON.readTree(
                """
                {"aggregations": {
                  "errors_by_hour": [
                    {"level": "error", "hour": "2024-01-15T10:00:00Z", "count": 2, "unique_jobs": 2}],
                  "performance_metrics": [
                    {"source": "model_inference", "avg_duration": 4.3, "p95_duration": 4.3, "count": 3},
                    {"source": "model_loader", "avg_duration": 3.2, "p95_duration": 3.2, "count": 1},
                    {"source": "performance_tracker", "avg_duration": null, "p95_duration": null,
                     "count": 1},
                    {"source": "resource_monitor", "avg_duration": null, "p95_duration": null,
                     "count": 1},
                    {"source": "storage_uploader", "avg_duration": 30, "p95_duration": 30, "count": 1}]
                }}
                """));
  }

  @Test
  @Timeout(60)
  void aStreamHasTheDocumentedEvents() throws IOException {
    String own = ApiStack.keyOf("documented_streams");
    String command = Documentation.request("Real-time Log Streaming");
    String all = command.replace("stream=true", "stream=true&level=debug");
    try (Curl fromInfoOn = Curl.send(api.port(), own, command);
        Curl ofAllLevels = Curl.send(api.port(), own, all);
        BufferedReader some = lines(fromInfoOn);
        BufferedReader every = lines(ofAllLevels)) {
      assertThat(fromInfoOn.contentType()).isEqualTo("text/event-stream;charset=utf-8");
      awaitBeginning(some);
      awaitBeginning(every);
      LogTable.insert(
          ApiStack.clickHouse(),
          "documented_streams",
          LogTable.ENDPOINT,
          Documentation.streamedEntries());

      List<String> documented = new ArrayList<>(Documentation.events());
      assertThat(events(every, 4)).isEqualTo(documented);
      documented.removeIf(event -> event.contains("\"debug\""));
      assertThat(events(some, 3)).isEqualTo(documented);
    }
  }

  /** The first heartbeat comes after the stream has found its beginning. */
  private static void awaitBeginning(BufferedReader lines) throws IOException {
    int beats = 0;
    while (beats < 2) {
      String line = lines.readLine();
      assertThat(line).as("a stream that stays open").isNotNull();
      beats += line.equals(": heartbeat") ? 1 : 0;
    }
  }

  /** Lines with data, and that each is followed by an empty one; without the id of the entry. */
  private static List<String> events(BufferedReader lines, int count) throws IOException {
    List<String> events = new ArrayList<>();
    while (events.size() < count) {
      String line = lines.readLine();
      assertThat(line).as("a stream that stays open").isNotNull();
      if (line.startsWith("data: ")) {
        events.add(line.replaceFirst(",\"logId\":\"log_\\d+\"}$", "}"));
        assertThat(lines.readLine()).isEmpty();
      }
    }
    return events;
  }

  private static BufferedReader lines(Curl curl) throws IOException {
    return new BufferedReader(new InputStreamReader(curl.stream(), StandardCharsets.UTF_8));
  }

  private static Curl curl(String key, String title) throws IOException {
    return Curl.send(api.port(), key, Documentation.request(title));
  }

  private static JsonNode ask(String title) throws IOException {
    return ask(key, title);
  }

  private static JsonNode ask(String key, String title) throws IOException {
    try (Curl curl = curl(key, title)) {
      return curl.json();
    }
  }

  private static List<JsonNode> recent(int... numbers) {
    List<JsonNode> entries = new ArrayList<>();
    for (int number : numbers) {
      entries.add(DocumentedEntries.answered(RECENT.get(number)));
    }
    return entries;
  }

  private static List<String> messages(JsonNode answer) {
    List<String> messages = new ArrayList<>();
    answer.get("logs").forEach(entry -> messages.add(entry.get("message").asText()));
    return messages;
  }
}
