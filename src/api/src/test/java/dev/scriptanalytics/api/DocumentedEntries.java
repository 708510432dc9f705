package dev.scriptanalytics.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The sample entries and lines of the API's documentation. */
final class DocumentedEntries {
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private DocumentedEntries() {}

  /** The five of the answer, the one with a stack trace, and the one about performance. */
  static List<JsonNode> all() {
    List<JsonNode> entries = new ArrayList<>();
    answer().get("logs").forEach(entries::add);
    entries.add(file().get("error"));
    entries.add(file().get("performance"));
    return entries;
  }

  /** All of them, as if the last had been logged a minute ago. */
  static List<JsonNode> recent() {
    List<JsonNode> entries = all();
    Instant last = time(entries.get(entries.size() - 1));
    Duration shift =
        Duration.between(last, Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS));
    for (JsonNode entry : entries) {
      ((ObjectNode) entry).put("timestamp", MILLIS.format(time(entry).plus(shift)));
    }
    return entries;
  }

  private static Instant time(JsonNode entry) {
    return Instant.parse(entry.get("timestamp").asText());
  }

  /** Entries of an answer as they were sent: without the id that the server adds. */
  static List<JsonNode> withoutIds(JsonNode logs) {
    List<JsonNode> entries = new ArrayList<>();
    for (JsonNode entry : logs) {
      entries.add(((ObjectNode) entry.deepCopy()).without("logId"));
    }
    return entries;
  }

  /** An entry as it is answered: one that was sent without a duration has null. */
  static JsonNode answered(JsonNode sent) {
    ObjectNode entry = sent.deepCopy();
    if (!entry.has("duration")) {
      entry.putNull("duration");
    }
    return entry;
  }

  /** The answer that the documentation shows. */
  static JsonNode answer() {
    return file().get("answer");
  }

  /** The five lines of text. */
  static List<String> lines() {
    return Documentation.text("documented-lines.txt").lines().toList();
  }

  private static JsonNode file() {
    return Documentation.json("documented-entries.json");
  }
}
