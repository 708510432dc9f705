package dev.scriptanalytics.decode.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.UnknownFieldSet;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.DeadLetterReason;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.Base64;
import java.util.List;

/**
 * Keeps what cannot be read of a message within it, in fields that no schema has. So it stays where
 * it belongs, however deep that is. Fields of these numbers that a producer sends are never read.
 *
 * <p>An unreadable value is a value that is not set, with its source. A message that must not be
 * used has the reason, and may have its source.
 */
final class OtlpUnreadable {
  /** The name of the attribute that holds all attributes whose own names cannot be read. */
  static final String NAMELESS = "unreadable_attributes";

  /** Stands for what is no character. */
  static final char REPLACEMENT = '\ufffd';

  // Far above the numbers of OTLP's fields.
  private static final int SOURCE = 100_001;
  private static final int REASON = 100_002;
  private static final int DETAIL = 100_003;

  /** ClickHouse reads no JSON that is nested deeper than 1,024 levels. */
  private static final int MAX_DEPTH = 200;

  private OtlpUnreadable() {}

  /** A value that cannot be read, as it came. */
  static AnyValue value(JsonNode source) {
    String json = OtlpValues.json(source);
    // What is nested too deeply for a reader of the row is kept as a text.
    String kept = depth(json) > MAX_DEPTH ? TextNode.valueOf(json).toString() : json;
    return AnyValue.newBuilder().setUnknownFields(of(SOURCE, kept)).build();
  }

  /** A value that cannot be read, in base64. */
  static AnyValue value(ByteString source) {
    return value(base64(source));
  }

  private static JsonNode base64(ByteString bytes) {
    return TextNode.valueOf(Base64.getEncoder().encodeToString(bytes.toByteArray()));
  }

  /** An attribute whose value cannot be read. */
  static KeyValue attribute(String key, AnyValue unreadable) {
    return KeyValue.newBuilder().setKey(key).setValue(unreadable).build();
  }

  /** Marks a message that must not be used; the first problem stays. */
  static void mark(Message.Builder message, UnusableRecordException problem) {
    if (!message.getUnknownFields().hasField(REASON)) {
      message.mergeUnknownFields(of(REASON, problem.reason().name()));
      message.mergeUnknownFields(of(DETAIL, problem.getMessage()));
    }
  }

  /** Marks a message of which nothing can be read. */
  static void mark(Message.Builder message, UnusableRecordException problem, JsonNode source) {
    mark(message, problem);
    message.mergeUnknownFields(of(SOURCE, OtlpValues.json(source)));
  }

  /** Marks a damaged message. */
  static void mark(Message.Builder message, UnusableRecordException problem, ByteString source) {
    mark(message, problem, base64(source));
  }

  /** Why the message must not be used; null if it can be used. */
  static UnusableRecordException problem(MessageOrBuilder message) {
    return message.getUnknownFields().hasField(REASON)
        ? new UnusableRecordException(
            DeadLetterReason.valueOf(text(message, REASON)), text(message, DETAIL))
        : null;
  }

  /** Stands for attributes whose names cannot be read. */
  static KeyValue nameless(ArrayNode sources) {
    return attribute(NAMELESS, value(sources));
  }

  /** Stands for a damaged attribute. */
  static KeyValue nameless(ByteString source) {
    return nameless(JsonNodeFactory.instance.arrayNode().add(base64(source)));
  }

  /** One attribute for two of the same name: the later, or both if their names are unknown. */
  static KeyValue joined(KeyValue earlier, KeyValue later) {
    String one = source(earlier.getValue());
    String other = source(later.getValue());
    if (!later.getKey().equals(NAMELESS)
        || one == null
        || other == null
        || !one.startsWith("[")
        || !other.startsWith("[")) {
      return later;
    }
    String both = one.substring(0, one.length() - 1) + "," + other.substring(1);
    return attribute(NAMELESS, AnyValue.newBuilder().setUnknownFields(of(SOURCE, both)).build());
  }

  /**
   * The JSON of a value that cannot be read, or of a message of which nothing can be read; null for
   * any other.
   */
  static String source(MessageOrBuilder message) {
    return message.getUnknownFields().hasField(SOURCE) ? text(message, SOURCE) : null;
  }

  /** Whether a message has anything within it that cannot be read. */
  static boolean isWithin(Message message) {
    // Whatever else the schema does not have, the parsers have left out.
    return !message.getUnknownFields().asMap().isEmpty()
        || message.getAllFields().values().stream().anyMatch(OtlpUnreadable::isWithinField);
  }

  private static boolean isWithinField(Object field) {
    return field instanceof List<?> items
        ? items.stream().anyMatch(OtlpUnreadable::isWithinField)
        : field instanceof Message message && isWithin(message);
  }

  /** The text with U+FFFD for each half of a surrogate pair without its other half. */
  static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return text.codePoints()
            .map(
                c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
      }
    }
    return text;
  }

  private static UnknownFieldSet of(int number, String text) {
    return UnknownFieldSet.newBuilder()
        .addField(
            number,
            UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8(text))
                .build())
        .build();
  }

  private static String text(MessageOrBuilder message, int number) {
    return message
        .getUnknownFields()
        .getField(number)
        .getLengthDelimitedList()
        .get(0)
        .toStringUtf8();
  }

  /** How deeply objects and arrays are nested in JSON. */
  private static int depth(String json) {
    int deepest = 0;
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == '{' || c == '[')) {
        depth++;
        deepest = Math.max(deepest, depth);
      } else if (!quoted && (c == '}' || c == ']')) {
        depth--;
      }
    }
    return deepest;
  }
}
