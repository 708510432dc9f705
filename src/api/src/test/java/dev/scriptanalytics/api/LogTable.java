package dev.scriptanalytics.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/** Rows of the table of logs, as the job makes them of the API's own entries. */
final class LogTable {
  static final String ENDPOINT = "ep_1234567890abcdef";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> LEVELS =
      Map.of(
          "debug", "Debug", "info", "Info", "warn", "Warning", "error", "Error", "fatal", "Fatal");
  private static final Map<String, Double> UNITS = Map.of("GB", 1e9, "MB", 1e6, "KB", 1e3);
  private static final Set<String> READ =
      Set.of(
          "timestamp",
          "level",
          "message",
          "jobId",
          "requestId",
          "source",
          "metadata",
          "duration",
          "memoryUsage",
          "gpuUtilization",
          "stackTrace",
          "logId",
          "sequence");

  private LogTable() {}

  static void insert(
      ClickHouseExtension clickHouse,
      String account,
      String endpointId,
      Collection<? extends JsonNode> entries) {
    StringBuilder rows =
        new StringBuilder(
            "INSERT INTO script_analytics.logs SETTINGS date_time_input_format = 'best_effort'"
                + " FORMAT JSONEachRow\n");
    int number = 0;
    for (JsonNode entry : entries) {
      rows.append(row(account, endpointId, entry, "log_%06d".formatted(number++))).append('\n');
    }
    clickHouse.query(rows.toString());
  }

  /** An entry with a time, a level and a message. */
  static ObjectNode entry(String timestamp, String level, String message) {
    return JSON.createObjectNode()
        .put("timestamp", timestamp)
        .put("level", level)
        .put("message", message);
  }

  private static String row(String account, String endpointId, JsonNode entry, String logId) {
    ObjectNode row = JSON.createObjectNode();
    row.put("account", account).put("script", endpointId).put("version", 3);
    row.put("retention_days", 36500);
    row.put("timestamp", entry.get("timestamp").asText());
    row.put("log_id", entry.has("logId") ? entry.get("logId").asText() : logId);
    row.put("sequence", entry.path("sequence").asText("0"));
    String level = entry.get("level").asText();
    row.put("log_level", LEVELS.getOrDefault(level, level));
    row.put("original_level", LEVELS.containsKey(level) ? level : "");
    row.put("log_message", entry.get("message").asText());
    row.put("run_id", entry.path("jobId").asText());
    row.put("request_id", entry.path("requestId").asText());
    row.put("source", entry.path("source").asText());
    row.put("error_code", entry.path("metadata").path("errorCode").asText());
    if (entry.has("metadata")) {
      row.put("metadata", entry.get("metadata").toString());
    }
    if (entry.path("duration").isNumber()) {
      row.put("duration_ms", Math.rint(entry.get("duration").asDouble() * 1e9) / 1e6);
    }
    if (entry.path("memoryUsage").isTextual()) {
      row.put("memory_bytes", bytes(entry.get("memoryUsage").asText()));
    }
    if (entry.path("gpuUtilization").isNumber()) {
      row.put("gpu_percent", entry.get("gpuUtilization").asDouble());
    }
    StringJoiner frames = new StringJoiner("\n");
    entry.path("stackTrace").forEach(frame -> frames.add(frame.asText()));
    row.put("stack_trace", frames.toString());
    Set<String> further = new HashSet<>();
    entry.fieldNames().forEachRemaining(further::add);
    further.removeAll(READ);
    if (!further.isEmpty()) {
      row.put("extra", ((ObjectNode) entry.deepCopy()).retain(further).toString());
    }
    return row.toString();
  }

  private static long bytes(String size) {
    int unit = size.length() - 2;
    return Math.round(
        Double.parseDouble(size.substring(0, unit)) * UNITS.get(size.substring(unit)));
  }

  /** Some entries of one endpoint. */
  static List<ObjectNode> entries(ObjectNode... entries) {
    return List.of(entries);
  }
}
