package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.event.DeadLetterReason.NOT_JSON;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.json.Utf8;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads OTLP's JSON into the messages of its Protocol Buffers.
 *
 * <p>It is the JSON of Protocol Buffers except for ids, which are hexadecimal. Names are in
 * lowerCamelCase or as in the schema, and unknown fields are ignored; {@link OtlpScalars} has the
 * forms of values. What cannot be read costs what {@link OtlpSchema} says. Source: the <a
 * href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">OTLP specification</a>.
 */
final class OtlpJson {
  /** Nodes are read without recursion, and messages to {@link OtlpSchema#MAX_DEPTH} only. */
  private static final int MAX_NESTING = 500_000;

  private final ObjectReader reader;
  private final Map<Descriptor, Map<String, FieldDescriptor>> fields = new HashMap<>();

  OtlpJson() {
    JsonFactory factory =
        JsonFactory.builder()
            // Python writes these.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();
    // A number that cannot be read is kept as it came, which a double could not do.
    reader =
        JsonMapper.builder(factory)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build()
            .reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /** Parses a record, which must be a JSON object. Bytes that are not UTF-8 become U+FFFD. */
  JsonNode parse(byte[] json) throws UnusableRecordException {
    JsonNode object;
    try {
      object =
          Utf8.isValid(json, 0, json.length)
              ? reader.readTree(json)
              : reader.readTree(new String(json, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new UnusableRecordException(NOT_JSON, e.getOriginalMessage());
    } catch (IOException e) {
      throw new UnusableRecordException(NOT_JSON, String.valueOf(e.getMessage()));
    }
    if (!object.isObject()) {
      throw new UnusableRecordException(NOT_JSON, "The record is no JSON object");
    }
    return object;
  }

  /** What a record is in the words of JSON; null if it is no single JSON value. */
  String kind(byte[] record) {
    try (JsonParser from = reader.createParser(record)) {
      JsonToken first = from.nextToken();
      from.skipChildren();
      if (first == null || from.nextToken() != null) {
        return null;
      }
      return switch (first) {
        case START_OBJECT -> "a JSON object";
        case START_ARRAY -> "a JSON array";
        case VALUE_STRING -> "a JSON string";
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a JSON number";
        default -> "the JSON value " + first.asString();
      };
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Sets the fields of a message with attributes. A message that must not be used is {@linkplain
   * OtlpUnreadable#problem marked}.
   */
  <B extends Message.Builder> B read(JsonNode object, B into) {
    readMarked(object, into, 0);
    return into;
  }

  private void readMarked(JsonNode object, Message.Builder into, int depth) {
    try {
      readFields(object, into, depth);
    } catch (UnusableRecordException e) {
      OtlpUnreadable.mark(into, e, object);
    }
  }

  /**
   * Sets the fields of a message; null and missing members are left unset.
   *
   * @throws UnusableRecordException if a field cannot be read, nor be kept within the message
   */
  private void readFields(JsonNode object, Message.Builder into, int depth)
      throws UnusableRecordException {
    Descriptor type = into.getDescriptorForType();
    if (!object.isObject()) {
      throw new UnusableRecordException(WRONG_TYPE, type.getName() + " is not an object");
    }
    if (depth > OtlpSchema.MAX_DEPTH) {
      throw new UnusableRecordException(WRONG_TYPE, type.getName() + " is nested too deeply");
    }
    Map<String, FieldDescriptor> byName = fields.computeIfAbsent(type, OtlpJson::fieldsByName);
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      FieldDescriptor field = byName.get(member.getKey());
      JsonNode value = member.getValue();
      if (field == null || value.isNull()) {
        continue;
      }
      if (OtlpSchema.isOfKeyValues(field)) {
        addKeyValues(field, value, into, depth);
        continue;
      }
      try {
        set(field, value, into, depth);
      } catch (UnusableRecordException e) {
        OtlpSchema.keep(into, field, member.getKey(), OtlpUnreadable.value(value), e);
      }
    }
  }

  private static Map<String, FieldDescriptor> fieldsByName(Descriptor type) {
    Map<String, FieldDescriptor> byName = new HashMap<>();
    for (FieldDescriptor field : type.getFields()) {
      byName.put(field.getName(), field);
      byName.put(field.getJsonName(), field);
    }
    return byName;
  }

  private void set(FieldDescriptor field, JsonNode value, Message.Builder into, int depth)
      throws UnusableRecordException {
    if (!field.isRepeated()) {
      into.setField(field, value(field, value, into, depth));
    } else if (value.isArray()) {
      for (JsonNode item : value) {
        into.addRepeatedField(field, value(field, item, into, depth));
      }
    } else {
      throw OtlpScalars.wrong(field, "an array");
    }
  }

  private Object value(FieldDescriptor field, JsonNode value, Message.Builder parent, int depth)
      throws UnusableRecordException {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return OtlpScalars.read(field, value);
    }
    if (OtlpSchema.isValue(field)) {
      return value(value, depth + 1);
    }
    Message.Builder message = parent.newBuilderForField(field);
    if (OtlpSchema.isMessageWithAttributes(field)) {
      readMarked(value, message, depth + 1);
    } else {
      readFields(value, message, depth + 1);
      if (OtlpSchema.isOfValues(field) && message.getAllFields().isEmpty() && saysMore(value)) {
        throw OtlpScalars.wrong(field, "an object with values");
      }
    }
    return message.build();
  }

  /** A value, also one that is written without its type, which OTLP does not have. */
  private AnyValue value(JsonNode value, int depth) {
    if (value.isNull()) {
      return AnyValue.getDefaultInstance();
    }
    AnyValue.Builder read = AnyValue.newBuilder();
    if (value.isTextual()) {
      return read.setStringValue(OtlpUnreadable.wellFormed(value.textValue())).build();
    }
    try {
      readFields(value, read, depth);
    } catch (UnusableRecordException e) {
      return OtlpUnreadable.value(value);
    }
    boolean isOfAnUnknownType =
        read.getValueCase() == AnyValue.ValueCase.VALUE_NOT_SET && saysMore(value);
    return isOfAnUnknownType ? OtlpUnreadable.value(value) : read.build();
  }

  /** Whether an object of which nothing was read has a member other than null. */
  private static boolean saysMore(JsonNode object) {
    return object.properties().stream()
        .anyMatch(
            member ->
                !member.getValue().isNull()
                    && !(member.getKey().equals("values") && member.getValue().isEmpty()));
  }

  /** Adds attributes, or the members of a value: each of them may be unreadable. */
  private void addKeyValues(FieldDescriptor field, JsonNode value, Message.Builder into, int depth)
      throws UnusableRecordException {
    ArrayNode nameless = JsonNodeFactory.instance.arrayNode();
    if (value.isArray()) {
      for (JsonNode item : value) {
        KeyValue.Builder read = KeyValue.newBuilder();
        try {
          if (!item.isNull()) {
            readFields(item, read, depth + 1);
            into.addRepeatedField(field, read.build());
          }
        } catch (UnusableRecordException e) {
          nameless.add(item);
        }
      }
    } else if (value.isObject()) {
      // Some producers write a map of names.
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        into.addRepeatedField(
            field,
            KeyValue.newBuilder()
                .setKey(OtlpUnreadable.wellFormed(member.getKey()))
                .setValue(value(member.getValue(), depth + 1))
                .build());
      }
    } else if (OtlpSchema.hasAttributes(into.getDescriptorForType())) {
      nameless.add(value);
    } else {
      throw OtlpScalars.wrong(field, "an array");
    }
    if (!nameless.isEmpty()) {
      into.addRepeatedField(field, OtlpUnreadable.nameless(nameless));
    }
  }
}
