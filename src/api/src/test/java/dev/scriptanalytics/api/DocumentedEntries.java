package dev.scriptanalytics.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The sample entries and lines of the API's documentation. */
final class DocumentedEntries {
  private static final ObjectMapper JSON = new ObjectMapper();

  private DocumentedEntries() {}

  /** The five of the answer, the one with a stack trace, and the one about performance. */
  static List<JsonNode> all() {
    List<JsonNode> entries = new ArrayList<>();
    answer().get("logs").forEach(entries::add);
    entries.add(file().get("error"));
    entries.add(file().get("performance"));
    return entries;
  }

  /** The answer that the documentation shows. */
  static JsonNode answer() {
    return file().get("answer");
  }

  /** The five lines of text. */
  static List<String> lines() {
    return new String(resource("documented-lines.txt"), StandardCharsets.UTF_8).lines().toList();
  }

  private static JsonNode file() {
    try {
      return JSON.readTree(resource("documented-entries.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = DocumentedEntries.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
