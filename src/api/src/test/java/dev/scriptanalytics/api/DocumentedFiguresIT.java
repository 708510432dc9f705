package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The documented counts and figures, of as many entries as the documentation says there are. */
class DocumentedFiguresIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void anAnswerHasTheDocumentedCountsAndSummary() throws IOException {
    String key = ApiStack.keyOf("documented_counts");
    LogTable.insert(
        ApiStack.clickHouse(), "documented_counts", LogTable.ENDPOINT, documentedEntries());

    JsonNode answer =
        JSON.readTree(
            api.get(
                    key,
                    "/v2/endpoints/ep_1234567890abcdef/logs?startTime=2024-01-15T10:00:00Z"
                        + "&endTime=2024-01-15T11:00:00Z&level=debug&search=%5E%5BA-Z%5D"
                        + "&caseSensitive=true")
                .body());

    // The document shows the two most common errors and leaves the others out.
    ArrayNode errors = (ArrayNode) answer.get("summary").get("commonErrors");
    assertThat(errors).hasSize(10);
    while (errors.size() > 2) {
      errors.remove(2);
    }
    ObjectNode documented = (ObjectNode) DocumentedEntries.answer();
    List<JsonNode> shown = new ArrayList<>();
    documented.remove("logs").forEach(shown::add);
    List<JsonNode> logs =
        DocumentedEntries.withoutIds(((ObjectNode) answer).remove("logs")).stream()
            .filter(entry -> entry.has("requestId"))
            .toList();
    assertThat(answer).isEqualTo(documented);
    assertThat(logs).isEqualTo(shown);
  }

  /** 1,247 entries, of which the messages of 856 begin with a capital letter. */
  private static List<JsonNode> documentedEntries() {
    List<JsonNode> entries = new ArrayList<>();
    DocumentedEntries.answer().get("logs").forEach(entries::add);
    List<String> levels = words(Map.of("debug", 233, "info", 454, "warn", 122));
    List<String> sources =
        words(
            Map.of(
                "model_inference", 243,
                "model_loader", 66,
                "resource_monitor", 155,
                "storage_uploader", 88,
                "api_handler", 299));
    for (int i = 0; i < levels.size(); i++) {
      entries.add(at(i, levels.get(i), "Step", sources.get(i)));
    }
    List<String> rest = sources.subList(levels.size(), sources.size());
    int next = 0;
    next = addErrors(entries, rest, next, 11, "STORAGE_TIMEOUT", "10:15:30", "10:55:12");
    next = addErrors(entries, rest, next, 8, "MEMORY_LIMIT_EXCEEDED", "10:22:45", "10:48:30");
    for (int i = 0; i < 23; i++) {
      entries.add(at(i, "error", "Failure of " + (char) ('a' + i), rest.get(next++)));
    }
    assertThat(next).isEqualTo(rest.size());
    for (int i = 0; i < 391; i++) {
      entries.add(at(i, "info", "tick", "clock"));
    }
    assertThat(entries).hasSize(1247);
    return entries;
  }

  private static List<String> words(Map<String, Integer> counts) {
    List<String> words = new ArrayList<>();
    new TreeMap<>(counts).forEach((word, count) -> words.addAll(Collections.nCopies(count, word)));
    return words;
  }

  private static int addErrors(
      List<JsonNode> entries,
      List<String> sources,
      int from,
      int count,
      String code,
      String first,
      String last) {
    for (int i = 0; i < count; i++) {
      String time = i == 0 ? first : i == 1 ? last : "10:40:00";
      ObjectNode error =
          LogTable.entry("2024-01-15T" + time + "Z", "error", "Error")
              .put("source", sources.get(from + i));
      error.putObject("metadata").put("errorCode", code);
      entries.add(error);
    }
    return from + count;
  }

  private static ObjectNode at(int second, String level, String message, String source) {
    Instant time = Instant.parse("2024-01-15T10:00:00Z").plusSeconds(second);
    return LogTable.entry(time.toString(), level, message).put("source", source);
  }

  @Test
  void anAggregationHasTheDocumentedFigures() throws IOException {
    String key = ApiStack.keyOf("documented_figures");
    LogTable.insert(
        ApiStack.clickHouse(), "documented_figures", LogTable.ENDPOINT, documentedDurations());

    try (Curl curl =
        Curl.send(api.port(), key, Documentation.request("Log Aggregation Endpoint"))) {
      assertThat(curl.json()).isEqualTo(Documentation.json("documented-aggregations.json"));
    }
  }

  /** Durations whose mean and 95th percentile are known without computing them. */
  private static List<ObjectNode> documentedDurations() {
    List<ObjectNode> entries = new ArrayList<>();
    addDurations(entries, "model_inference", Map.of(1.8, 623, 8.5, 1, 15.2, 623));
    addDurations(entries, "model_loader", Map.of(11.2, 1, 11.5, 83, 25.8, 5));
    for (int i = 0; i < 23; i++) {
      makeError(entries.get(i), "2024-01-15T10:59:59.999Z", "job_" + i % 18);
    }
    for (int i = 23; i < 38; i++) {
      makeError(entries.get(i), "2024-01-15T11:00:00Z", "job_" + i % 12);
    }
    return entries;
  }

  private static void addDurations(
      List<ObjectNode> entries, String source, Map<Double, Integer> counts) {
    new TreeMap<>(counts)
        .forEach(
            (duration, count) -> {
              for (int i = 0; i < count; i++) {
                entries.add(at(i, "info", "Done", source).put("duration", duration));
              }
            });
  }

  private static void makeError(ObjectNode entry, String time, String jobId) {
    entry.put("timestamp", time).put("level", "error").put("jobId", jobId);
  }
}
