package dev.scriptanalytics.decode.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.scriptanalytics.row.LogEntry;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Converts OTLP's values to those of rows: times, ids, texts and JSON. */
final class OtlpValues {
  // By default, characters beyond the BMP are written as two escapes, which no filter finds.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(Integer.MAX_VALUE).build())
          .build();
  private static final int NANOS_PER_MICRO = 1000;

  private OtlpValues() {}

  /** Writes the members of a JSON object. */
  interface Members {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** Microseconds of nanoseconds since 1970, which OTLP counts without a sign. */
  static long micros(long nanos) {
    return Long.divideUnsigned(nanos, NANOS_PER_MICRO);
  }

  /** An id in hexadecimal; empty if it is {@linkplain #isNone none}. */
  static byte[] hex(ByteString id) {
    return isNone(id) ? LogEntry.NONE : utf8(HexFormat.of().formatHex(id.toByteArray()));
  }

  /** Whether all bytes of an id are 0, which is OTLP's form of no id. */
  static boolean isNone(ByteString id) {
    for (int i = 0; i < id.size(); i++) {
      if (id.byteAt(i) != 0) {
        return false;
      }
    }
    return true;
  }

  static byte[] utf8(String text) {
    return text.isEmpty() ? LogEntry.NONE : text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** The text of a string, base64 of bytes, or any other value as JSON. */
  static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BYTES_VALUE -> base64(value);
      default -> text(written(to -> write(value, to)));
    };
  }

  /** Whether a value is an id or a name: a text, a finite number, or bytes. */
  static boolean isName(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE, INT_VALUE, BYTES_VALUE -> true;
      case DOUBLE_VALUE -> Double.isFinite(value.getDoubleValue());
      default -> false;
    };
  }

  /** The text of an id or a name. A number has no exponent, as whoever sent it wrote it. */
  static String name(AnyValue value) {
    return value.hasDoubleValue()
        ? new BigDecimal(Double.toString(value.getDoubleValue()))
            .stripTrailingZeros()
            .toPlainString()
        : text(value);
  }

  /** Whether a value is an array of texts. */
  static boolean isLines(AnyValue value) {
    List<AnyValue> lines = value.getArrayValue().getValuesList();
    return !lines.isEmpty() && lines.stream().allMatch(AnyValue::hasStringValue);
  }

  /** The text of a value, of which an array of texts is the lines. */
  static String lines(AnyValue value) {
    return isLines(value)
        ? value.getArrayValue().getValuesList().stream()
            .map(AnyValue::getStringValue)
            .collect(Collectors.joining("\n"))
        : text(value);
  }

  /** The JSON of a node, however deep it is, with U+FFFD for halves of surrogate pairs. */
  static String json(JsonNode node) {
    StringWriter json = new StringWriter();
    // Token by token, for the node's own methods follow it by recursion or to a depth of 1,000.
    try (JsonParser from = node.traverse();
        JsonGenerator to = JSON.createGenerator(json)) {
      while (from.nextToken() != null) {
        to.copyCurrentEvent(from);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return OtlpUnreadable.wellFormed(json.toString());
  }

  /** A JSON object of these members; empty without any. */
  static byte[] object(Members members) {
    byte[] object =
        written(
            to -> {
              to.writeStartObject();
              members.writeTo(to);
              to.writeEndObject();
            });
    return object.length <= 2 ? LogEntry.NONE : object;
  }

  private static byte[] written(Members content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator to = JSON.createGenerator(bytes)) {
      content.writeTo(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Writes a text, unless it is empty. */
  static void writeText(String name, String text, JsonGenerator to) throws IOException {
    if (!text.isEmpty()) {
      to.writeStringField(name, text);
    }
  }

  /** Writes an unsigned number, unless it is 0, which is OTLP's form of no number. */
  static void writeNumber(String name, int number, JsonGenerator to) throws IOException {
    if (number != 0) {
      to.writeNumberField(name, Integer.toUnsignedLong(number));
    }
  }

  /** Writes attributes as an object. */
  static void write(List<KeyValue> attributes, JsonGenerator to) throws IOException {
    to.writeStartObject();
    writeMembers(attributes, to);
    to.writeEndObject();
  }

  /** Writes attributes as members of the object that is being written. */
  static void writeMembers(List<KeyValue> attributes, JsonGenerator to) throws IOException {
    for (KeyValue attribute : lastOfEachName(attributes)) {
      to.writeFieldName(attribute.getKey());
      write(attribute.getValue(), to);
    }
  }

  /** The attributes without those that a later one of the same name replaces. */
  static Collection<KeyValue> lastOfEachName(List<KeyValue> attributes) {
    if (attributes.size() < 2) {
      return attributes;
    }
    Map<String, KeyValue> byName = new LinkedHashMap<>(2 * attributes.size());
    attributes.forEach(
        attribute -> byName.merge(attribute.getKey(), attribute, OtlpUnreadable::joined));
    return byName.values();
  }

  /** Writes a value, or the source of one that cannot be read. */
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
      default -> {
        String source = OtlpUnreadable.source(value);
        if (source == null) {
          to.writeNull();
        } else {
          to.writeRawValue(source);
        }
      }
    }
  }

  private static String base64(AnyValue value) {
    return Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray());
  }
}
