package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_JSON;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.scriptanalytics.decode.UnusableRecordException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * Reads OTLP's JSON into the messages of its Protocol Buffers.
 *
 * <p>It is the JSON of Protocol Buffers except for ids, which are hexadecimal. Names are in
 * lowerCamelCase or as in the schema, integers of 64 bits are strings or numbers, enums are numbers
 * or names, and unknown fields are ignored. Source: the <a
 * href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">OTLP specification</a>.
 */
final class OtlpJson {
  /** The limit of Protocol Buffers' parser, 100 messages, each three levels of JSON. */
  private static final int MAX_DEPTH = 300;

  private static final Set<String> HEXADECIMAL = Set.of("trace_id", "span_id", "parent_span_id");

  private static final Set<FieldDescriptor.Type> UNSIGNED =
      EnumSet.of(
          FieldDescriptor.Type.UINT32,
          FieldDescriptor.Type.FIXED32,
          FieldDescriptor.Type.UINT64,
          FieldDescriptor.Type.FIXED64);

  /** In characters: more than any integer of 64 bits has, and few enough to be cheap. */
  private static final int LONGEST_INTEGER = 40;

  private final ObjectReader reader;
  private final Map<Descriptor, Map<String, FieldDescriptor>> fields = new HashMap<>();

  OtlpJson() {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();
    reader = new ObjectMapper(factory).reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /** Parses a record, which must be a JSON object. */
  JsonNode parse(byte[] json) throws UnusableRecordException {
    JsonNode object;
    try {
      object = reader.readTree(json);
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

  /** Sets the fields of a message from an object; null and missing members are left unset. */
  <B extends Message.Builder> B read(JsonNode object, B into) throws UnusableRecordException {
    if (object == null || object.isNull()) {
      return into;
    }
    Descriptor type = into.getDescriptorForType();
    if (!object.isObject()) {
      throw new UnusableRecordException(WRONG_TYPE, type.getName() + " is not an object");
    }
    Map<String, FieldDescriptor> byName = fields.computeIfAbsent(type, OtlpJson::fieldsByName);
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      FieldDescriptor field = byName.get(member.getKey());
      JsonNode value = member.getValue();
      if (field == null || value.isNull()) {
        continue;
      }
      if (!field.isRepeated()) {
        into.setField(field, value(field, value, into));
      } else if (value.isArray()) {
        for (JsonNode item : value) {
          into.addRepeatedField(field, value(field, item, into));
        }
      } else {
        throw wrong(field, "an array");
      }
    }
    return into;
  }

  private static Map<String, FieldDescriptor> fieldsByName(Descriptor type) {
    Map<String, FieldDescriptor> byName = new HashMap<>();
    for (FieldDescriptor field : type.getFields()) {
      byName.put(field.getName(), field);
      byName.put(field.getJsonName(), field);
    }
    return byName;
  }

  private Object value(FieldDescriptor field, JsonNode value, Message.Builder parent)
      throws UnusableRecordException {
    return switch (field.getJavaType()) {
      case STRING -> {
        if (!value.isTextual()) {
          throw wrong(field, "a string");
        }
        yield value.textValue();
      }
      case INT -> {
        long number = integer(field, value);
        if (number != (int) number && number != (number & 0xffff_ffffL)) {
          throw wrong(field, "an integer of 32 bits");
        }
        yield (int) number;
      }
      case LONG -> integer(field, value);
      case BOOLEAN -> {
        if (!value.isBoolean()) {
          throw wrong(field, "true or false");
        }
        yield value.booleanValue();
      }
      case FLOAT, DOUBLE -> number(field, value);
      case ENUM -> enumValue(field, value);
      case BYTE_STRING -> bytes(field, value);
      case MESSAGE -> read(value, parent.newBuilderForField(field)).build();
    };
  }

  private static long integer(FieldDescriptor field, JsonNode value)
      throws UnusableRecordException {
    BigInteger number;
    if (value.isIntegralNumber()) {
      number = value.bigIntegerValue();
    } else if (value.isTextual() && value.textValue().length() <= LONGEST_INTEGER) {
      try {
        number = new BigInteger(value.textValue());
      } catch (NumberFormatException e) {
        throw wrong(field, "an integer");
      }
    } else {
      throw wrong(field, "an integer");
    }
    // Signed and unsigned fields are both longs, in which a number out of range is another number.
    boolean unsigned = UNSIGNED.contains(field.getType());
    if (unsigned ? number.signum() < 0 : number.bitLength() >= Long.SIZE) {
      throw wrong(field, unsigned ? "an integer without a sign" : "an integer of 64 bits");
    }
    if (number.bitLength() > Long.SIZE) {
      throw wrong(field, "an integer of 64 bits");
    }
    return number.longValue();
  }

  private static double number(FieldDescriptor field, JsonNode value)
      throws UnusableRecordException {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isTextual()) {
      try {
        // NaN and Infinity are written as strings, too.
        return Double.parseDouble(value.textValue());
      } catch (NumberFormatException e) {
        throw wrong(field, "a number");
      }
    }
    throw wrong(field, "a number");
  }

  private static EnumValueDescriptor enumValue(FieldDescriptor field, JsonNode value)
      throws UnusableRecordException {
    if (value.isTextual() && field.getEnumType().findValueByName(value.textValue()) != null) {
      return field.getEnumType().findValueByName(value.textValue());
    }
    if (value.isInt()) {
      return field.getEnumType().findValueByNumberCreatingIfUnknown(value.intValue());
    }
    throw wrong(field, "a number of that enum");
  }

  private static ByteString bytes(FieldDescriptor field, JsonNode value)
      throws UnusableRecordException {
    boolean hexadecimal = HEXADECIMAL.contains(field.getName());
    String form = hexadecimal ? "hexadecimal" : "in base64";
    if (!value.isTextual()) {
      throw wrong(field, form);
    }
    try {
      return ByteString.copyFrom(
          hexadecimal
              ? HexFormat.of().parseHex(value.textValue())
              : Base64.getDecoder().decode(value.textValue()));
    } catch (IllegalArgumentException e) {
      throw new UnusableRecordException(
          BAD_VALUE, field.getJsonName() + " is not " + form + ": " + e.getMessage());
    }
  }

  private static UnusableRecordException wrong(FieldDescriptor field, String form) {
    return new UnusableRecordException(WRONG_TYPE, field.getJsonName() + " is not " + form);
  }
}
