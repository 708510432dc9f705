package dev.scriptanalytics.api.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptanalytics.api.clickhouse.Rows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Writes rows of a view as JSON objects: names in camel case, times as ISO 8601 in UTC. Else values
 * stay as ClickHouse has them, so that an answer and the same question in SQL agree.
 */
public final class RowWriter {
  /** What a query ends with whose rows are written here. */
  public static final String FORMAT = "\nFORMAT JSONCompactEachRowWithNamesAndTypes";

  private enum Form {
    AS_IT_IS,
    TIME,
    /** A number of 64 bits that names something; JavaScript would round it. */
    NAME,
    /** A text of JSON, which becomes a part of the answer. */
    JSON
  }

  private static final Set<String> NAMES =
      Set.of("error_group", "new_error_group", "pattern", "shape");
  private static final Set<String> JSON_TEXTS = Set.of("input", "output", "extra", "metadata");
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final List<String> names = new ArrayList<>();
  private final List<Form> forms = new ArrayList<>();

  private RowWriter(JsonNode names, JsonNode types, int hidden) {
    for (int i = 0; i < names.size() - hidden; i++) {
      String name = names.get(i).asText();
      this.names.add(camelCase(name));
      this.forms.add(form(name, types.get(i).asText()));
    }
  }

  /**
   * Reads the first two rows of an answer in {@link #FORMAT}.
   *
   * @param hidden how many columns at the end are not written
   */
  public static RowWriter of(Rows rows, int hidden) {
    JsonNode names = rows.next();
    return new RowWriter(names, rows.next(), hidden);
  }

  private static Form form(String name, String type) {
    if (type.contains("Date")) {
      // A time without a zone would be in that of the server.
      if (!type.contains("'UTC'")) {
        throw new IllegalStateException("%s is a %s".formatted(name, type));
      }
      return Form.TIME;
    }
    if (NAMES.contains(name)) {
      return Form.NAME;
    }
    return JSON_TEXTS.contains(name) ? Form.JSON : Form.AS_IT_IS;
  }

  static String camelCase(String name) {
    StringBuilder text = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '_') {
        text.append(i > 0 && name.charAt(i - 1) == '_' ? Character.toUpperCase(c) : c);
      }
    }
    return text.toString();
  }

  /** The value of a row that is written under a name. */
  JsonNode value(JsonNode row, String name) {
    return row.get(names.indexOf(name));
  }

  /** Writes a row as an object. */
  public void write(JsonGenerator json, JsonNode row) throws IOException {
    json.writeStartObject();
    writeFields(json, row);
    json.writeEndObject();
  }

  /** Writes a row as fields of an object that is begun. */
  public void writeFields(JsonGenerator json, JsonNode row) throws IOException {
    for (int i = 0; i < names.size(); i++) {
      JsonNode value = row.get(i);
      json.writeFieldName(names.get(i));
      if (value.isNull()) {
        json.writeNull();
        continue;
      }
      switch (forms.get(i)) {
        case TIME -> json.writeString(value.asText().replace(' ', 'T') + "Z");
        case NAME -> json.writeString(value.asText());
        case JSON -> writeJson(json, value.asText());
        default -> JSON.writeTree(json, value);
      }
    }
  }

  /** JSON that was cut at a limit is JSON no more; it stays a text. */
  private static void writeJson(JsonGenerator json, String text) throws IOException {
    if (text.isEmpty()) {
      json.writeNull();
      return;
    }
    JsonNode value;
    try {
      value = JSON.readTree(text);
    } catch (JsonProcessingException cut) {
      json.writeString(text);
      return;
    }
    JSON.writeTree(json, value);
  }
}
