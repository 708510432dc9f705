package dev.scriptanalytics.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.row.LogEntry;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The attributes of an item of OTLP: its own, its scope's and its resource's, of which the nearest
 * counts.
 *
 * <p>The names are those of OpenTelemetry's semantic conventions for <a
 * href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/">functions as a
 * service</a>, <a
 * href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/exception/">exceptions</a>
 * and <a href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/code/">code</a>, and
 * our own {@code account} and {@code deployment_id}. Reusable, not thread-safe.
 */
final class OtlpAttributes {
  private static final JsonFactory JSON = new JsonFactory();

  // A resource may be as large as a record, and stand behind each of its thousands of items.
  private final int maxOriginBytes;
  private List<KeyValue> own;
  private InstrumentationScope scope;
  private Resource resource;
  private Map<String, AnyValue> inherited;
  private String ofResource;
  private String ofScope;
  // Of the item's own, those that have become a column's value.
  private final Set<String> used = new HashSet<>();

  /**
   * With a bound for what is kept of scope and resource.
   *
   * @param maxOriginBytes where they are longer in JSON, they are left out
   */
  OtlpAttributes(int maxOriginBytes) {
    this.maxOriginBytes = maxOriginBytes;
  }

  /** Goes to another item. */
  @SuppressWarnings("ReferenceEquality") // To compare what they hold costs what is to be saved.
  void of(List<KeyValue> attributes, InstrumentationScope scope, Resource resource) {
    this.own = attributes;
    used.clear();
    if (this.scope != scope || this.resource != resource) {
      this.scope = scope;
      this.resource = resource;
      inherited = new HashMap<>();
      scope.getAttributesList().forEach(this::inherit);
      resource.getAttributesList().forEach(this::inherit);
      ofResource = null;
      ofScope = null;
    }
  }

  private void inherit(KeyValue attribute) {
    if (!isEmpty(attribute.getValue())) {
      inherited.putIfAbsent(attribute.getKey(), attribute.getValue());
    }
  }

  /** The text of the first of these attributes that is there; none where none is. */
  byte[] take(String... names) {
    for (String name : names) {
      AnyValue value = find(name);
      if (value != null) {
        used.add(name);
        return utf8(text(value));
      }
    }
    return LogEntry.NONE;
  }

  /** Whether an attribute is there and true; null where it is not there or no boolean. */
  Boolean flag(String name) {
    AnyValue value = find(name);
    if (value == null || !value.hasBoolValue()) {
      return null;
    }
    used.add(name);
    return value.getBoolValue();
  }

  private AnyValue find(String name) {
    for (KeyValue attribute : own) {
      if (attribute.getKey().equals(name) && !isEmpty(attribute.getValue())) {
        return attribute.getValue();
      }
    }
    return inherited.get(name);
  }

  private static boolean isEmpty(AnyValue value) {
    return switch (value.getValueCase()) {
      case VALUE_NOT_SET -> true;
      case STRING_VALUE -> value.getStringValue().isEmpty();
      default -> false;
    };
  }

  /** The item's own attributes that no column took, as a JSON object; none where there are none. */
  byte[] rest() {
    return json(
        to -> {
          for (KeyValue attribute : own) {
            if (!used.contains(attribute.getKey())) {
              to.writeFieldName(attribute.getKey());
              write(attribute.getValue(), to);
            }
          }
        });
  }

  /** Writes what is known of scope and resource into an object. */
  void writeOrigin(JsonGenerator to) throws IOException {
    if (ofResource == null) {
      ofResource = text(json(json -> writeMembers(resource.getAttributesList(), json)));
      ofScope = text(json(this::writeScope));
    }
    if (ofResource.length() + ofScope.length() > maxOriginBytes) {
      to.writeBooleanField("resource_left_out", true);
      return;
    }
    writeJson("resource", ofResource, to);
    writeJson("scope", ofScope, to);
  }

  private void writeScope(JsonGenerator to) throws IOException {
    writeText("name", scope.getName(), to);
    writeText("version", scope.getVersion(), to);
    if (scope.getAttributesCount() > 0) {
      to.writeFieldName("attributes");
      write(scope.getAttributesList(), to);
    }
  }

  private static void writeJson(String name, String json, JsonGenerator to) throws IOException {
    if (!json.isEmpty()) {
      to.writeFieldName(name);
      to.writeRawValue(json);
    }
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** Writes the members of a JSON object. */
  interface Members {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** An object of these members; none where there is no member. */
  static byte[] json(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator to = JSON.createGenerator(bytes)) {
      to.writeStartObject();
      members.writeTo(to);
      to.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.size() <= 2 ? LogEntry.NONE : bytes.toByteArray();
  }

  /** Writes a text, unless it is empty. */
  static void writeText(String name, String text, JsonGenerator to) throws IOException {
    if (!text.isEmpty()) {
      to.writeStringField(name, text);
    }
  }

  /** Writes a number, unless it is 0, which OTLP takes for none. */
  static void writeNumber(String name, int number, JsonGenerator to) throws IOException {
    if (number != 0) {
      to.writeNumberField(name, Integer.toUnsignedLong(number));
    }
  }

  /** A string as it is, anything else as JSON. */
  static String text(AnyValue value) {
    if (value.hasStringValue()) {
      return value.getStringValue();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator to = JSON.createGenerator(bytes)) {
      if (value.hasBytesValue()) {
        return base64(value);
      }
      write(value, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  static void write(List<KeyValue> attributes, JsonGenerator to) throws IOException {
    to.writeStartObject();
    writeMembers(attributes, to);
    to.writeEndObject();
  }

  private static void writeMembers(List<KeyValue> attributes, JsonGenerator to) throws IOException {
    for (KeyValue attribute : attributes) {
      to.writeFieldName(attribute.getKey());
      write(attribute.getValue(), to);
    }
  }

  static void write(AnyValue value, JsonGenerator to) throws IOException {
    switch (value.getValueCase()) {
      case STRING_VALUE -> to.writeString(value.getStringValue());
      case BOOL_VALUE -> to.writeBoolean(value.getBoolValue());
      case INT_VALUE -> to.writeNumber(value.getIntValue());
      // NaN and the infinities become strings, for JSON has none.
      case DOUBLE_VALUE -> to.writeNumber(value.getDoubleValue());
      case ARRAY_VALUE -> {
        to.writeStartArray();
        for (AnyValue item : value.getArrayValue().getValuesList()) {
          write(item, to);
        }
        to.writeEndArray();
      }
      case KVLIST_VALUE -> write(value.getKvlistValue().getValuesList(), to);
      case BYTES_VALUE -> to.writeString(base64(value));
      default -> to.writeNull();
    }
  }

  private static String base64(AnyValue value) {
    return Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray());
  }

  static byte[] utf8(String text) {
    return text.isEmpty() ? LogEntry.NONE : text.getBytes(StandardCharsets.UTF_8);
  }
}
