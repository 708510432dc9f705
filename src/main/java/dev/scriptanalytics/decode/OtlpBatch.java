package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.NOT_PROTOBUF;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The items of a batch of OTLP, each with the scope and the resource that it belongs to. JSON
 * begins with a brace, which no batch of Protocol Buffers does.
 *
 * @param <T> what the batch is of
 */
final class OtlpBatch<T extends Message> {
  /** An item, or what is wrong with it. */
  record Item<T>(
      T message,
      InstrumentationScope scope,
      Resource resource,
      UnusableRecordException problem,
      JsonNode json) {
    /** The item for a person to read. */
    byte[] readable() {
      return (json != null ? json.toString() : message.toString()).getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Reads the items of a batch of Protocol Buffers. */
  interface Protobuf<T> {
    List<Item<T>> items(byte[] batch) throws InvalidProtocolBufferException;
  }

  private final OtlpJson json = new OtlpJson();
  private final T prototype;
  private final String resources;
  private final String scopes;
  private final String items;
  private final Protobuf<T> protobuf;

  /**
   * For batches of one kind.
   *
   * @param resources the name of the batch's list of resources, in JSON
   * @param scopes the name of a resource's list of scopes
   * @param items the name of a scope's list of items
   */
  OtlpBatch(T prototype, String resources, String scopes, String items, Protobuf<T> protobuf) {
    this.prototype = prototype;
    this.resources = resources;
    this.scopes = scopes;
    this.items = items;
    this.protobuf = protobuf;
  }

  static <T> Item<T> item(T message, InstrumentationScope scope, Resource resource) {
    return new Item<>(message, scope, resource, null, null);
  }

  /** All items of a batch, in its order. */
  List<Item<T>> read(byte[] batch) throws UnusableRecordException {
    if (batch[0] == '{') {
      return readJson(json.parse(batch));
    }
    try {
      return protobuf.items(batch);
    } catch (InvalidProtocolBufferException e) {
      // Not the other way round: a line feed and a brace begin a message of 123 bytes.
      if (new String(batch, StandardCharsets.UTF_8).stripLeading().startsWith("{")) {
        return readJson(json.parse(batch));
      }
      throw new UnusableRecordException(
          NOT_PROTOBUF, "The record is neither JSON nor OTLP's protobuf: " + e.getMessage());
    }
  }

  private List<Item<T>> readJson(JsonNode batch) throws UnusableRecordException {
    List<Item<T>> all = new ArrayList<>();
    for (JsonNode ofResource : list(batch, resources)) {
      Resource resource = json.read(ofResource.get("resource"), Resource.newBuilder()).build();
      for (JsonNode ofScope : list(ofResource, scopes)) {
        InstrumentationScope scope =
            json.read(ofScope.get("scope"), InstrumentationScope.newBuilder()).build();
        for (JsonNode item : list(ofScope, items)) {
          all.add(readItem(item, scope, resource));
        }
      }
    }
    return all;
  }

  private Item<T> readItem(JsonNode item, InstrumentationScope scope, Resource resource) {
    try {
      Message message = json.read(item, prototype.newBuilderForType()).build();
      @SuppressWarnings("unchecked") // Built by a builder of the prototype's.
      T typed = (T) message;
      return new Item<>(typed, scope, resource, null, item);
    } catch (UnusableRecordException e) {
      return new Item<>(null, scope, resource, e, item);
    }
  }

  private static Iterable<JsonNode> list(JsonNode object, String name)
      throws UnusableRecordException {
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
