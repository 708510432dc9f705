package dev.scriptanalytics.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptanalytics.api.error.ApiException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An object of a request's body, read strictly: a field that nobody asked for is an error, and each
 * error names the field by its path.
 */
public final class JsonFields {
  private static final int DEEPEST = 32;

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String path;
  private final JsonNode object;
  private final Set<String> asked = new LinkedHashSet<>();

  private JsonFields(String path, JsonNode object) {
    this.path = path;
    this.object = object;
  }

  /**
   * Reads a body.
   *
   * @throws ApiException with status 400 if it is not one JSON object
   */
  public static JsonFields read(byte[] body) {
    try {
      JsonNode object = JSON.readTree(body);
      if (object != null && object.isObject()) {
        return new JsonFields("", object);
      }
      throw ApiException.invalid("The body", "a JSON object");
    } catch (JsonProcessingException e) {
      throw ApiException.invalid(
              "The body", "a JSON object, nested at most %d deep".formatted(DEEPEST))
          .with("line", e.getLocation() == null ? null : e.getLocation().getLineNr())
          .with("column", e.getLocation() == null ? null : e.getLocation().getColumnNr());
    } catch (IOException e) {
      throw ApiException.invalid("The body", "a JSON object in UTF-8");
    }
  }

  /** The path of a field, such as {@code filters.levels}. */
  public String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** The value, or null where it is missing or null. */
  public JsonNode get(String name) {
    asked.add(name);
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** A text, or null where it is missing or empty. */
  public String text(String name) {
    JsonNode value = get(name);
    if (value != null && !value.isTextual()) {
      throw ApiException.invalid(path(name), "a text");
    }
    return value == null || value.textValue().isEmpty() ? null : value.textValue();
  }

  /** A list of texts, or a single one; null where it is missing. */
  public List<String> texts(String name, int most) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (value.isTextual()) {
      return List.of(value.textValue());
    }
    List<String> texts = new ArrayList<>();
    boolean valid = value.isArray() && !value.isEmpty() && value.size() <= most;
    for (JsonNode text : value) {
      valid &= text.isTextual();
      texts.add(text.textValue());
    }
    if (!valid) {
      throw ApiException.invalid(path(name), "a list of 1 to %d texts".formatted(most));
    }
    return texts;
  }

  /** A whole number within bounds, or {@code otherwise} where it is missing. */
  public int integer(String name, int otherwise, int least, int most) {
    JsonNode value = get(name);
    if (value == null) {
      return otherwise;
    }
    if (value.isIntegralNumber()
        && value.canConvertToInt()
        && value.intValue() >= least
        && value.intValue() <= most) {
      return value.intValue();
    }
    throw ApiException.invalid(path(name), "a whole number from %d to %d".formatted(least, most));
  }

  /** True or false, or {@code otherwise} where it is missing. */
  public boolean flag(String name, boolean otherwise) {
    JsonNode value = get(name);
    if (value != null && !value.isBoolean()) {
      throw ApiException.invalid(path(name), "true or false");
    }
    return value == null ? otherwise : value.booleanValue();
  }

  /** An object within this one; an empty one where it is missing. */
  public JsonFields object(String name) {
    JsonNode value = get(name);
    if (value != null && !value.isObject()) {
      throw ApiException.invalid(path(name), "an object");
    }
    return new JsonFields(path(name), value == null ? JSON.createObjectNode() : value);
  }

  /** A list of objects. */
  public List<JsonFields> objects(String name, int most) {
    JsonNode value = get(name);
    if (value == null || !value.isArray() || value.isEmpty() || value.size() > most) {
      throw ApiException.invalid(path(name), "a list of 1 to %d objects".formatted(most));
    }
    List<JsonFields> objects = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      if (!value.get(i).isObject()) {
        throw ApiException.invalid("%s[%d]".formatted(path(name), i), "an object");
      }
      objects.add(new JsonFields("%s[%d]".formatted(path(name), i), value.get(i)));
    }
    return objects;
  }

  /** The names of all fields, which count as asked for. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    asked.addAll(names);
    return names;
  }

  /** Fails if there is a field that nobody asked for. */
  public void finish() {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!asked.contains(name)) {
                throw new ApiException(
                        400,
                        "UNKNOWN_PARAMETER",
                        "There is no field '%s' here".formatted(path(name)))
                    .with("parameter", path(name))
                    .with("known", List.copyOf(asked));
              }
            });
  }
}
