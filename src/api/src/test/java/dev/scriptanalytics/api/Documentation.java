package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What the API's documentation shows beside its entries. */
final class Documentation {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Documentation() {}

  /** The curl command under a title. */
  static String request(String title) {
    List<String> found =
        Arrays.stream(text("documented-requests.txt").split("\n\n(?=# )", -1))
            .filter(request -> request.startsWith("# " + title + "\n"))
            .toList();
    assertThat(found).as(title).hasSize(1);
    return found.get(0).substring(found.get(0).indexOf('\n') + 1);
  }

  /** The lines of the event stream that have data. */
  static List<String> events() {
    return text("documented-stream.txt").lines().filter(line -> !line.isEmpty()).toList();
  }

  /** The entries of the event stream. */
  static List<ObjectNode> streamedEntries() {
    return events().stream()
        .map(event -> (ObjectNode) parsed(event.substring("data: ".length())))
        .toList();
  }

  /** The body of an error by its status. */
  static JsonNode error(int status) {
    return json("documented-errors.json").get(Integer.toString(status));
  }

  static JsonNode json(String resource) {
    return parsed(text(resource));
  }

  private static JsonNode parsed(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String resource) {
    try (InputStream in = Documentation.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
