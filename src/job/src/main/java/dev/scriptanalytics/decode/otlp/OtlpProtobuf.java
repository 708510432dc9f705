package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.event.DeadLetterReason.NOT_PROTOBUF;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import dev.scriptanalytics.decode.UnusableRecordException;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads messages of Protocol Buffers. A message that the library's parser refuses is read again,
 * field by field, at several times the cost: texts that are not UTF-8 have U+FFFD, and what cannot
 * be read costs what {@link OtlpSchema} says.
 *
 * @param <T> the type of the messages, which must have attributes
 */
final class OtlpProtobuf<T extends Message> {
  private static final Parser<KeyValue> KEY_VALUES =
      DiscardUnknownFieldsParser.wrap(KeyValue.parser());

  private final T prototype;
  // The fields of OtlpUnreadable must not come from outside.
  private final Parser<? extends Message> parser;

  OtlpProtobuf(T prototype) {
    this.prototype = prototype;
    this.parser = DiscardUnknownFieldsParser.wrap(prototype.getParserForType());
  }

  /**
   * Reads a message. One that must not be used is {@linkplain OtlpUnreadable#problem marked}, and
   * has what could be read of it.
   */
  T read(ByteString bytes) {
    Message message;
    try {
      message = parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      Message.Builder builder = prototype.newBuilderForType();
      readMarked(bytes, builder, 0);
      message = builder.build();
    }
    @SuppressWarnings("unchecked") // The parser and the builder are the prototype's.
    T typed = (T) message;
    return typed;
  }

  /**
   * The problem that a field of the message has another type than in its schema. So a batch of
   * spans on a topic of logs is told apart; to the parser, such fields are unknown ones.
   */
  static UnusableRecordException foreignField(ByteString bytes, Descriptor type) {
    try {
      CodedInputStream from = bytes.newCodedInput();
      for (int tag = from.readTag(); tag != 0; tag = from.readTag()) {
        FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
        if (field != null && !isOfItsType(tag, field)) {
          return new UnusableRecordException(
              NOT_PROTOBUF,
              "Field %d is no %s of a %s: the item is of another kind, or damaged"
                  .formatted(field.getNumber(), field.getJsonName(), type.getName()));
        }
        from.skipField(tag);
      }
    } catch (IOException e) {
      // It is found again where the message is read.
    }
    return null;
  }

  private static boolean isOfItsType(int tag, FieldDescriptor field) {
    return WireFormat.getTagWireType(tag) == field.getLiteType().getWireType();
  }

  private static void readMarked(ByteString bytes, Message.Builder into, int depth) {
    try {
      readFields(bytes, into, depth);
    } catch (IOException e) {
      OtlpUnreadable.mark(
          into, new UnusableRecordException(NOT_PROTOBUF, String.valueOf(e.getMessage())), bytes);
    } catch (UnusableRecordException e) {
      OtlpUnreadable.mark(into, e);
    }
  }

  /**
   * Sets the fields of a message.
   *
   * @throws IOException if the message itself is damaged; the fields before the damage are set
   * @throws UnusableRecordException if a field cannot be read, nor be kept within the message
   */
  private static void readFields(ByteString bytes, Message.Builder into, int depth)
      throws IOException, UnusableRecordException {
    if (depth > OtlpSchema.MAX_DEPTH) {
      throw new UnusableRecordException(NOT_PROTOBUF, "A message is nested too deeply");
    }
    CodedInputStream from = bytes.newCodedInput();
    int start = 0;
    for (int tag = from.readTag(); tag != 0; tag = from.readTag()) {
      FieldDescriptor field =
          into.getDescriptorForType().findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      boolean isKnown = field != null && isOfItsType(tag, field);
      if (!isKnown) {
        skip(tag, from);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        message(field, from.readBytes(), into, depth);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
        into.setField(field, new String(from.readBytes().toByteArray(), StandardCharsets.UTF_8));
      } else {
        skip(tag, from);
        into.mergeFrom(bytes.substring(start, from.getTotalBytesRead()));
      }
      start = from.getTotalBytesRead();
    }
  }

  private static void skip(int tag, CodedInputStream from) throws IOException {
    if (!from.skipField(tag)) {
      throw new InvalidProtocolBufferException("A group ends that has not begun");
    }
  }

  private static void message(
      FieldDescriptor field, ByteString bytes, Message.Builder into, int depth)
      throws UnusableRecordException {
    Message read;
    if (OtlpSchema.isOfKeyValues(field)) {
      read = keyValue(bytes, depth + 1);
    } else if (OtlpSchema.isValue(field)) {
      read = value(bytes, depth + 1);
    } else {
      Message.Builder message = into.newBuilderForField(field);
      if (OtlpSchema.isMessageWithAttributes(field)) {
        readMarked(bytes, message, depth + 1);
      } else {
        try {
          readFields(bytes, message, depth + 1);
        } catch (IOException e) {
          keep(field, bytes, into, new UnusableRecordException(NOT_PROTOBUF, e.getMessage()));
          return;
        } catch (UnusableRecordException e) {
          keep(field, bytes, into, e);
          return;
        }
      }
      read = message.build();
    }
    if (field.isRepeated()) {
      into.addRepeatedField(field, read);
    } else {
      into.setField(field, read);
    }
  }

  private static void keep(
      FieldDescriptor field,
      ByteString bytes,
      Message.Builder into,
      UnusableRecordException problem)
      throws UnusableRecordException {
    OtlpSchema.keep(into, field, field.getJsonName(), OtlpUnreadable.value(bytes), problem);
  }

  private static KeyValue keyValue(ByteString bytes, int depth) {
    try {
      return KEY_VALUES.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return damagedKeyValue(bytes, depth);
    }
  }

  private static KeyValue damagedKeyValue(ByteString bytes, int depth) {
    KeyValue.Builder read = KeyValue.newBuilder();
    try {
      readFields(bytes, read, depth);
    } catch (IOException | UnusableRecordException e) {
      // A name that was read before the damage may be a part of it.
      return OtlpUnreadable.nameless(bytes);
    }
    // The damage may have made the name another field.
    return read.getKey().isEmpty() ? OtlpUnreadable.nameless(bytes) : read.build();
  }

  private static AnyValue value(ByteString bytes, int depth) {
    AnyValue.Builder read = AnyValue.newBuilder();
    try {
      readFields(bytes, read, depth);
      return read.build();
    } catch (IOException | UnusableRecordException e) {
      return OtlpUnreadable.value(bytes);
    }
  }
}
