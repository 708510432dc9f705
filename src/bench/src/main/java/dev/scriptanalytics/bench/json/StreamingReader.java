package dev.scriptanalytics.bench.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Reads an event with Jackson's streaming parser. */
final class StreamingReader {
  private final JsonFactory factory = new JsonFactory();

  /** Returns how many bytes the values take in {@code target}. */
  int read(byte[] json, FieldBuffer target) throws IOException {
    target.size = 0;
    try (JsonParser parser = factory.createParser(json)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        switch (name) {
          case "account",
              "run_id",
              "script",
              "deployment_id",
              "function",
              "status",
              "source_type",
              "source",
              "trace_id" ->
              target.put(parser.getText());
          case "deployment_version", "started_at", "response_time_ms" ->
              target.put(parser.getDoubleValue());
          case "input", "output" -> {
            if (value != JsonToken.START_OBJECT) {
              throw new IllegalStateException(name + " is not an object");
            }
            int start = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            target.put(json, start, (int) parser.currentLocation().getByteOffset());
          }
          default -> parser.skipChildren();
        }
      }
    }
    return target.size;
  }
}
