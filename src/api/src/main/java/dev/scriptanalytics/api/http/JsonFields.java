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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An object of a request's body, read strictly: a field that nobody asked for is an error, and each
 * error names the field by its path.
 */
public final class JsonFields implements Fields {
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
    return read("", body);
  }

  /** An object without fields. */
  static JsonFields none(String path) {
    return new JsonFields(path, JSON.createObjectNode());
  }

  /** Reads the object at a path, or a body where that is empty. */
  static JsonFields read(String path, byte[] body) {
    String what = path.isEmpty() ? "The body" : path;
    try {
      // Jackson's own decoder takes what is not UTF-8 for characters, such as the bytes C0 80.
      JsonNode object =
          JSON.readTree(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
      if (object != null && object.isObject()) {
        requireCharacters(what, object);
        return new JsonFields(path, object);
      }
      throw ApiException.invalid(what, "a JSON object");
    } catch (JsonProcessingException e) {
      throw ApiException.invalid(what, "a JSON object, nested at most %d deep".formatted(DEEPEST))
          .with("line", e.getLocation() == null ? null : e.getLocation().getLineNr())
          .with("column", e.getLocation() == null ? null : e.getLocation().getColumnNr());
    } catch (IOException e) {
      throw ApiException.invalid(what, "a JSON object in UTF-8");
    }
  }

  /**
   * Fails if a text has half of a character, as {@code "\\ud800"} does, which UTF-8 cannot have.
   */
  private static void requireCharacters(String what, JsonNode node) {
    node.fieldNames().forEachRemaining(name -> requireCharacters(what, name));
    node.forEach(inner -> requireCharacters(what, inner));
    if (node.isTextual()) {
      requireCharacters(what, node.textValue());
    }
  }

  private static void requireCharacters(String what, String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw ApiException.invalid(what, "without halves of surrogate pairs");
    }
  }

  /** The path of a field, such as {@code filters.levels}; that of the object if it is empty. */
  @Override
  public String path(String name) {
    if (name.isEmpty()) {
      return path;
    }
    return path.isEmpty() ? name : path + "." + name;
  }

  /** The value, or null where it is missing or null. */
  public JsonNode get(String name) {
    asked.add(name);
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** Whether the field is there and not null. */
  @Override
  public boolean has(String name) {
    asked.add(name);
    return object.hasNonNull(name);
  }

  @Override
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

  @Override
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

  @Override
  public boolean flag(String name, boolean otherwise) {
    JsonNode value = get(name);
    if (value != null && !value.isBoolean()) {
      throw ApiException.invalid(path(name), "true or false");
    }
    return value == null ? otherwise : value.booleanValue();
  }

  @Override
  public String choice(String name, String otherwise, Collection<String> words) {
    String word = text(name);
    return word == null ? otherwise : Words.known(path(name), word, words);
  }

  @Override
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

  /** Whether there is no field at all. */
  public boolean isEmpty() {
    return object.isEmpty();
  }

  /** The names of all fields, which count as asked for. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    asked.addAll(names);
    return names;
  }

  @Override
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

  /** The object as JSON. */
  @Override
  public String toString() {
    return object.toString();
  }
}
