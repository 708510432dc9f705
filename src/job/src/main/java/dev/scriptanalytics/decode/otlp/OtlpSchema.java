package dev.scriptanalytics.decode.otlp;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.scriptanalytics.decode.UnusableRecordException;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import java.util.Set;

/**
 * What an unreadable field of a message costs. It is the same in JSON and in Protocol Buffers.
 *
 * <p>A message with attributes keeps the field among them, as it came. Any other message is
 * unreadable as a whole, and is a field of the message around it. So a bad value costs its
 * attribute, and a bad id costs itself.
 */
final class OtlpSchema {
  /** In messages, as the parser of Protocol Buffers counts. */
  static final int MAX_DEPTH = 100;

  private static final String ATTRIBUTES = "attributes";

  /**
   * Fields without which a message would say something else than it was sent for: a failed run
   * would be a success, or an entry would be at another time.
   */
  private static final Set<String> DECISIVE =
      Set.of(
          "opentelemetry.proto.logs.v1.LogRecord.time_unix_nano",
          "opentelemetry.proto.trace.v1.Span.start_time_unix_nano",
          "opentelemetry.proto.trace.v1.Span.end_time_unix_nano",
          "opentelemetry.proto.trace.v1.Span.status",
          "opentelemetry.proto.trace.v1.Span.Event.time_unix_nano");

  private OtlpSchema() {}

  /** Whether a message of that type can keep what cannot be read of it. */
  static boolean hasAttributes(Descriptor type) {
    return type.findFieldByName(ATTRIBUTES) != null;
  }

  /** Whether the field holds attributes, or the members of a value. */
  static boolean isOfKeyValues(FieldDescriptor field) {
    return is(field, KeyValue.getDescriptor()) && field.isRepeated();
  }

  static boolean isValue(FieldDescriptor field) {
    return is(field, AnyValue.getDescriptor());
  }

  /** Whether the field is an array or an object that is a value. */
  static boolean isOfValues(FieldDescriptor field) {
    return is(field, ArrayValue.getDescriptor()) || is(field, KeyValueList.getDescriptor());
  }

  static boolean isMessageWithAttributes(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && hasAttributes(field.getMessageType());
  }

  private static boolean is(FieldDescriptor field, Descriptor type) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field.getMessageType().equals(type);
  }

  /**
   * Keeps a field that cannot be read, or marks the message if the field decides what it says.
   *
   * @param name the field's name as it was sent
   * @param source the field's value as it came
   * @throws UnusableRecordException the problem, if the message has no attributes to keep it in
   */
  static void keep(
      Message.Builder message,
      FieldDescriptor field,
      String name,
      AnyValue source,
      UnusableRecordException problem)
      throws UnusableRecordException {
    FieldDescriptor attributes = message.getDescriptorForType().findFieldByName(ATTRIBUTES);
    if (attributes == null) {
      throw problem;
    }
    if (DECISIVE.contains(field.getFullName())) {
      OtlpUnreadable.mark(message, problem);
    }
    message.addRepeatedField(attributes, OtlpUnreadable.attribute(name, source));
  }
}
