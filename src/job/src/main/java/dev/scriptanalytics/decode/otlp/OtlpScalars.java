package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.scriptanalytics.decode.UnusableRecordException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * Reads the texts, numbers and bytes of OTLP's JSON, in all forms that the JSON of Protocol Buffers
 * allows: an integer may be in quotes, or have an exponent or a fraction of 0; an enum is a name or
 * a number; bytes are in either alphabet of base64, with or without padding. Ids are hexadecimal,
 * and in base64 where a producer leaves the encoding to a library of Protocol Buffers.
 */
final class OtlpScalars {
  /** The ids, and their lengths in bytes. */
  private static final Map<String, Integer> IDS =
      Map.of("trace_id", 16, "span_id", 8, "parent_span_id", 8);

  private static final Set<FieldDescriptor.Type> UNSIGNED =
      EnumSet.of(
          FieldDescriptor.Type.UINT32,
          FieldDescriptor.Type.FIXED32,
          FieldDescriptor.Type.UINT64,
          FieldDescriptor.Type.FIXED64);

  /** In digits: more than any integer of 64 bits has, and few enough to be cheap. */
  private static final int LONGEST_INTEGER = 40;

  private OtlpScalars() {}

  /**
   * The value of a field that is no message.
   *
   * @throws UnusableRecordException if it is none
   */
  static Object read(FieldDescriptor field, JsonNode value) throws UnusableRecordException {
    return switch (field.getJavaType()) {
      case STRING -> {
        boolean hasText = value.isNumber() || value.isBoolean();
        // A name that is no text is damage, and what it was meant to be is unknown.
        if (!value.isTextual() && (!hasText || field.getName().equals("key"))) {
          throw wrong(field, "a string");
        }
        yield OtlpUnreadable.wellFormed(value.asText());
      }
      case INT -> {
        long number = integer(field, value);
        if (number != (int) number && number != (number & 0xffff_ffffL)) {
          throw wrong(field, "an integer of 32 bits");
        }
        yield (int) number;
      }
      case LONG -> integer(field, value);
      case BOOLEAN -> bool(field, value);
      case FLOAT, DOUBLE -> number(field, value);
      case ENUM -> enumValue(field, value);
      case BYTE_STRING -> IDS.containsKey(field.getName()) ? id(field, value) : bytes(field, value);
      case MESSAGE -> throw new IllegalArgumentException(field.getFullName() + " is a message");
    };
  }

  private static boolean bool(FieldDescriptor field, JsonNode value)
      throws UnusableRecordException {
    String word = value.isBoolean() || value.isTextual() ? value.asText() : "";
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(field, "true or false");
    };
  }

  private static long integer(FieldDescriptor field, JsonNode value)
      throws UnusableRecordException {
    BigInteger number = whole(value);
    if (number == null) {
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

  /** The integer that a number, or a text, is; null if it is none. */
  private static BigInteger whole(JsonNode value) {
    if (value.isIntegralNumber()) {
      return value.bigIntegerValue();
    }
    BigDecimal number;
    if (value.isBigDecimal()) {
      number = value.decimalValue();
    } else if (value.isTextual() && value.textValue().length() <= LONGEST_INTEGER) {
      try {
        number = new BigDecimal(value.textValue());
      } catch (NumberFormatException e) {
        return null;
      }
    } else {
      return null;
    }
    if (number.signum() == 0) {
      return BigInteger.ZERO;
    }
    // A number of a short text may have billions of digits.
    boolean isTooLong = (long) number.precision() - number.scale() > LONGEST_INTEGER;
    if (isTooLong || number.precision() > LONGEST_INTEGER) {
      return null;
    }
    BigDecimal shortest = number.stripTrailingZeros();
    return shortest.scale() > 0 ? null : shortest.toBigInteger();
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
    EnumValueDescriptor named =
        value.isTextual() ? field.getEnumType().findValueByName(value.textValue()) : null;
    if (named != null) {
      return named;
    }
    BigInteger number = whole(value);
    if (number == null || number.bitLength() >= Integer.SIZE) {
      throw wrong(field, "a name or number of that enum");
    }
    return field.getEnumType().findValueByNumberCreatingIfUnknown(number.intValue());
  }

  private static ByteString id(FieldDescriptor field, JsonNode value)
      throws UnusableRecordException {
    if (!value.isTextual()) {
      throw wrong(field, "hexadecimal");
    }
    String text = value.textValue();
    int length = IDS.get(field.getName());
    if (text.length() != 2 * length) {
      byte[] bytes = base64(text);
      if (bytes != null && bytes.length == length) {
        return ByteString.copyFrom(bytes);
      }
    }
    try {
      return ByteString.copyFrom(HexFormat.of().parseHex(text));
    } catch (IllegalArgumentException e) {
      throw new UnusableRecordException(
          BAD_VALUE, field.getJsonName() + " is not hexadecimal: " + e.getMessage());
    }
  }

  private static ByteString bytes(FieldDescriptor field, JsonNode value)
      throws UnusableRecordException {
    byte[] bytes = value.isTextual() ? base64(value.textValue()) : null;
    if (bytes == null) {
      throw wrong(field, "in base64");
    }
    return ByteString.copyFrom(bytes);
  }

  /** The bytes of either alphabet, with or without padding; null if the text is no base64. */
  private static byte[] base64(String text) {
    try {
      return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The problem that a field has another form. */
  static UnusableRecordException wrong(FieldDescriptor field, String form) {
    return new UnusableRecordException(WRONG_TYPE, field.getJsonName() + " is not " + form);
  }
}
