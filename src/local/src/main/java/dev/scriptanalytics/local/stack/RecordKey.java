package dev.scriptanalytics.local.stack;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The key of a record: the id of its run, which keeps the events of a run in one partition. */
final class RecordKey {

  private static final JsonFactory JSON = new JsonFactory();

  private RecordKey() {}

  /**
   * The value of {@code run_id} or {@code jobId}, whichever comes first at the top level; null if
   * both are missing, or the record is not a JSON object up to there.
   */
  static byte[] of(byte[] value) {
    try (JsonParser parser = JSON.createParser(value)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        parser.nextToken();
        if (field.equals("run_id") || field.equals("jobId")) {
          return parser.currentToken() == JsonToken.VALUE_STRING
              ? parser.getText().getBytes(StandardCharsets.UTF_8)
              : null;
        }
        parser.skipChildren();
      }
      return null;
    } catch (IOException notJson) {
      return null;
    }
  }
}
