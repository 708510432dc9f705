package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_PROTOBUF;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_LARGE;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import com.google.protobuf.WireFormat;
import dev.scriptanalytics.decode.UnusableRecordException;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the items of a batch of OTLP, each with its scope and its resource. A batch in JSON begins
 * with a brace, which no batch in Protocol Buffers does.
 *
 * @param <T> the type of the items
 */
final class OtlpBatch<T extends Message> {
  /**
   * An item as a message, or its problem, of which one is null; and its source, in one of two
   * encodings.
   */
  record Item<T>(
      T message,
      InstrumentationScope scope,
      Resource resource,
      UnusableRecordException problem,
      JsonNode json,
      ByteString protobuf) {
    /** The item as a person can read it. */
    byte[] readable() {
      if (json != null) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
      }
      return message == null ? protobuf.toByteArray() : readable((MessageOrBuilder) message);
    }

    /** A message in the text form of Protocol Buffers. */
    static byte[] readable(MessageOrBuilder message) {
      return TextFormat.printer()
          .escapingNonAscii(false)
          .printToString(message)
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  /**
   * Field numbers, the same for logs and spans: a batch's resources; within a resource or a scope,
   * its own description and its children.
   */
  private static final int RESOURCES = 1;

  private static final int SELF = 1;
  private static final int CHILDREN = 2;

  /** Far more than exporters send in a batch, and far less than fits into a record of 8 MB. */
  private static final int MAX_ITEMS = 100_000;

  /** Objects and arrays in JSON together: each takes many times the memory of its two bytes. */
  private static final int MAX_NODES = 500_000;

  private final OtlpJson json = new OtlpJson();
  private final T prototype;
  private final String resources;
  private final String scopes;
  private final String items;

  /**
   * A reader of one kind of batches.
   *
   * @param resources the name of the batch's list of resources, in JSON
   * @param scopes the name of a resource's list of scopes
   * @param items the name of a scope's list of items
   */
  OtlpBatch(T prototype, String resources, String scopes, String items) {
    this.prototype = prototype;
    this.resources = resources;
    this.scopes = scopes;
    this.items = items;
  }

  /** All items of a batch, in their order; at least one. */
  List<Item<T>> read(byte[] batch) throws UnusableRecordException {
    List<Item<T>> all;
    try {
      all = batch[0] == '{' ? readJson(batch) : readProtobuf(ByteString.copyFrom(batch));
    } catch (IOException e) {
      // Protobuf comes first, since a line feed and a brace may begin a message of 123 bytes.
      if (!new String(batch, StandardCharsets.UTF_8).stripLeading().startsWith("{")) {
        throw new UnusableRecordException(
            NOT_PROTOBUF, "The record is neither JSON nor OTLP's protobuf: " + e.getMessage());
      }
      all = readJson(batch);
    }
    if (all.isEmpty()) {
      throw new UnusableRecordException(
          MISSING_FIELD, "The record is no batch of OTLP with " + items + " in " + resources);
    }
    return all;
  }

  private void add(Item<T> item, List<Item<T>> to) throws UnusableRecordException {
    if (to.size() == MAX_ITEMS) {
      throw new UnusableRecordException(
          TOO_LARGE, "The batch has more than " + MAX_ITEMS + " " + items);
    }
    to.add(item);
  }

  // The levels are walked by hand, so that a bad item does not cost the others.
  private List<Item<T>> readProtobuf(ByteString batch) throws IOException, UnusableRecordException {
    List<Item<T>> all = new ArrayList<>();
    for (ByteString ofResource : parts(batch, RESOURCES)) {
      Resource resource = Resource.getDefaultInstance();
      for (ByteString self : parts(ofResource, SELF)) {
        resource = Resource.parseFrom(self);
      }
      for (ByteString ofScope : parts(ofResource, CHILDREN)) {
        InstrumentationScope scope = InstrumentationScope.getDefaultInstance();
        for (ByteString self : parts(ofScope, SELF)) {
          scope = InstrumentationScope.parseFrom(self);
        }
        for (ByteString item : parts(ofScope, CHILDREN)) {
          add(readItem(item, scope, resource), all);
        }
      }
    }
    return all;
  }

  /** The messages in a repeated field of a message. */
  private static List<ByteString> parts(ByteString message, int field) throws IOException {
    List<ByteString> parts = new ArrayList<>();
    CodedInputStream from = message.newCodedInput();
    for (int tag = from.readTag(); tag != 0; tag = from.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == field
          && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        parts.add(from.readBytes());
      } else {
        from.skipField(tag);
      }
    }
    return parts;
  }

  private Item<T> readItem(ByteString item, InstrumentationScope scope, Resource resource) {
    try {
      Message message = prototype.getParserForType().parseFrom(item);
      @SuppressWarnings("unchecked") // The parser is the prototype's.
      T typed = (T) message;
      return new Item<>(typed, scope, resource, null, null, item);
    } catch (InvalidProtocolBufferException e) {
      return new Item<>(
          null,
          scope,
          resource,
          new UnusableRecordException(NOT_PROTOBUF, String.valueOf(e.getMessage())),
          null,
          item);
    }
  }

  private List<Item<T>> readJson(byte[] batch) throws UnusableRecordException {
    int nodes = 0;
    for (byte character : batch) {
      nodes += character == '{' || character == '[' ? 1 : 0;
    }
    if (nodes > MAX_NODES) {
      throw new UnusableRecordException(
          TOO_LARGE, "The batch has more than " + MAX_NODES + " objects and arrays");
    }
    List<Item<T>> all = new ArrayList<>();
    for (JsonNode ofResource : list(json.parse(batch), resources)) {
      Resource resource = json.read(ofResource.get("resource"), Resource.newBuilder()).build();
      for (JsonNode ofScope : list(ofResource, scopes)) {
        InstrumentationScope scope =
            json.read(ofScope.get("scope"), InstrumentationScope.newBuilder()).build();
        for (JsonNode item : list(ofScope, items)) {
          add(readItem(item, scope, resource), all);
        }
      }
    }
    return all;
  }

  private Item<T> readItem(JsonNode item, InstrumentationScope scope, Resource resource) {
    try {
      Message message = json.read(item, prototype.newBuilderForType()).build();
      @SuppressWarnings("unchecked") // The builder is the prototype's.
      T typed = (T) message;
      return new Item<>(typed, scope, resource, null, item, null);
    } catch (UnusableRecordException e) {
      return new Item<>(null, scope, resource, e, item, null);
    }
  }

  private static Iterable<JsonNode> list(JsonNode object, String name)
      throws UnusableRecordException {
    if (!object.isObject()) {
      throw new UnusableRecordException(WRONG_TYPE, "What should have " + name + " is no object");
    }
    JsonNode list = object.get(name);
    if (list == null || list.isNull()) {
      return List.of();
    }
    if (!list.isArray()) {
      throw new UnusableRecordException(WRONG_TYPE, name + " is not an array");
    }
    return list;
  }
}
