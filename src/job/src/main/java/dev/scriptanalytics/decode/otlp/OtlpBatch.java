package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_PROTOBUF;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_LARGE;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.WireFormat;
import dev.scriptanalytics.decode.UnusableRecordException;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the items of a batch of OTLP, each with its scope and its resource. A batch in JSON begins
 * with a brace, which no batch in Protocol Buffers does, and may have a byte order mark before it.
 *
 * <p>What cannot be read costs itself only: an item in which nothing can be read, or a part of the
 * batch whose items cannot be found, is an item with a problem.
 *
 * @param <T> the type of the items
 */
final class OtlpBatch<T extends Message> {
  /**
   * An item and its source, in one of two encodings.
   *
   * @param message what could be read of it; null if nothing could be
   * @param origin where it comes from, as far as that is known
   * @param problem why it must not be used; null if it can be
   */
  record Item<T extends Message>(
      T message,
      OtlpOrigin origin,
      UnusableRecordException problem,
      JsonNode json,
      ByteString protobuf) {
    /** Whether its own attributes are known. */
    boolean isReadable() {
      return message != null
          && OtlpUnreadable.source(message) == null
          && (problem == null || problem.reason() != NOT_PROTOBUF);
    }

    /**
     * The item as it came: its JSON, or its bytes in Protocol Buffers. The latter are in their text
     * form if all of them can be read.
     */
    byte[] asItCame() {
      if (json != null) {
        return OtlpValues.utf8(OtlpValues.json(json));
      }
      return problem == null ? asItCame(message, protobuf) : protobuf.toByteArray();
    }

    /**
     * One of the messages in a repeated field of the item, as {@link #asItCame()}.
     *
     * @param part what could be read of it
     * @param index its place in the field
     */
    byte[] asItCame(FieldDescriptor field, Message part, int index) {
      return json != null
          ? OtlpValues.utf8(OtlpValues.json(json.get(field.getJsonName()).get(index)))
          : asItCame(part, parts(protobuf, field.getNumber(), field.getNumber()).first.get(index));
    }

    private static byte[] asItCame(Message read, ByteString protobuf) {
      return OtlpUnreadable.isWithin(read)
          ? protobuf.toByteArray()
          : OtlpValues.utf8(TextFormat.printer().escapingNonAscii(false).printToString(read));
    }
  }

  /** The bytes of two repeated fields of a message, and where the message is damaged. */
  private record Parts(
      List<ByteString> first, List<ByteString> second, IOException damage, ByteString rest) {}

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

  /** The names of OTLP's lists of resources. */
  private static final List<String> BATCHES =
      List.of("resourceLogs", "resourceSpans", "resourceMetrics", "resourceProfiles");

  /** Beside the children. */
  private static final Set<String> KNOWN = Set.of("resource", "scope", "schemaUrl", "schema_url");

  /** The number of the last field of a resource or scope, its schema's address. */
  private static final int SCHEMA = 3;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final OtlpJson json = new OtlpJson();
  private final OtlpProtobuf<Resource> resourceParser =
      new OtlpProtobuf<>(Resource.getDefaultInstance());
  private final OtlpProtobuf<InstrumentationScope> scopeParser =
      new OtlpProtobuf<>(InstrumentationScope.getDefaultInstance());
  private final OtlpProtobuf<T> itemParser;
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
    this.itemParser = new OtlpProtobuf<>(prototype);
    this.resources = resources;
    this.scopes = scopes;
    this.items = items;
  }

  /**
   * All items of a batch, in their order; none if the batch is empty.
   *
   * @throws UnusableRecordException if it is no batch of these items
   */
  List<Item<T>> read(byte[] record) throws UnusableRecordException {
    byte[] batch = withoutByteOrderMark(record);
    if (!beginsWithBrace(batch)) {
      return readProtobuf(ByteString.copyFrom(batch));
    }
    JsonNode object;
    try {
      checkNodes(batch);
      object = json.parse(batch);
    } catch (UnusableRecordException e) {
      // A line feed and a brace also begin a message of 123 bytes, which is never JSON as well.
      ByteString bytes = ByteString.copyFrom(batch);
      if (batch[0] == '{' || parts(bytes, RESOURCES, RESOURCES).damage != null) {
        throw e;
      }
      return readProtobuf(bytes);
    }
    return readJson(object);
  }

  private static byte[] withoutByteOrderMark(byte[] record) {
    int mark = BYTE_ORDER_MARK.length;
    boolean marked =
        record.length >= mark && Arrays.equals(record, 0, mark, BYTE_ORDER_MARK, 0, mark);
    return marked ? Arrays.copyOfRange(record, mark, record.length) : record;
  }

  private static boolean beginsWithBrace(byte[] batch) {
    int at = 0;
    while (at < batch.length && " \t\r\n".indexOf(batch[at]) >= 0) {
      at++;
    }
    return at < batch.length && batch[at] == '{';
  }

  /** The problem of a JSON object that may be a batch of another kind, on the wrong topic. */
  private UnusableRecordException noBatch(JsonNode object) {
    String other =
        BATCHES.stream()
            .filter(name -> member(object, name) != null)
            .map(name -> ", but " + name + ", which this topic does not take")
            .findFirst()
            .orElse("");
    return new UnusableRecordException(
        MISSING_FIELD, "The JSON object has no " + resources + other);
  }

  /**
   * The problem of a record that is no JSON object and has no resources in Protocol Buffers.
   *
   * @param damage why it is not Protocol Buffers; null if it is
   */
  private UnusableRecordException noBatch(ByteString record, IOException damage) {
    String kind = json.kind(record.toByteArray());
    if (kind != null) {
      return new UnusableRecordException(
          WRONG_TYPE,
          "The record is %s; expected is a JSON object with %s, or OTLP's protobuf"
              .formatted(kind, resources));
    }
    if (damage == null) {
      return new UnusableRecordException(
          MISSING_FIELD, "The record in protobuf has no " + resources);
    }
    return new UnusableRecordException(
        NOT_PROTOBUF,
        "The record is neither a JSON object with %s nor OTLP's protobuf: %s"
            .formatted(resources, damage.getMessage()));
  }

  private void add(Item<T> item, List<Item<T>> to) throws UnusableRecordException {
    if (to.size() == MAX_ITEMS) {
      throw new UnusableRecordException(
          TOO_LARGE, "The batch has more than " + MAX_ITEMS + " " + items);
    }
    to.add(item);
  }

  // The levels are walked by hand, so that a bad item does not cost the others.
  private List<Item<T>> readProtobuf(ByteString batch) throws UnusableRecordException {
    List<Item<T>> all = new ArrayList<>();
    Parts ofBatch = parts(batch, RESOURCES, RESOURCES);
    if (ofBatch.first.isEmpty() && !batch.isEmpty()) {
      throw noBatch(batch, ofBatch.damage);
    }
    for (ByteString bytes : ofBatch.first) {
      Parts ofResource = parts(bytes, SELF, CHILDREN);
      Resource resource = resourceParser.read(last(ofResource.first));
      if (ofResource.first.isEmpty() && ofResource.damage != null) {
        // It may be in what cannot be read.
        Resource.Builder unknown = Resource.newBuilder();
        OtlpUnreadable.mark(unknown, notProtobuf(ofResource.damage));
        resource = unknown.build();
      }
      int before = all.size();
      for (ByteString ofScope : ofResource.second) {
        readScope(ofScope, resource, all);
      }
      OtlpOrigin origin = OtlpOrigin.of(resource);
      addDamage(ofResource, origin, all);
      if (all.size() == before && OtlpUnreadable.problem(resource) != null) {
        add(new Item<>(null, origin, OtlpUnreadable.problem(resource), null, bytes), all);
      }
    }
    addDamage(ofBatch, OtlpOrigin.NONE, all);
    return all;
  }

  private void readScope(ByteString bytes, Resource resource, List<Item<T>> all)
      throws UnusableRecordException {
    Parts ofScope = parts(bytes, SELF, CHILDREN);
    OtlpOrigin origin = new OtlpOrigin(scopeParser.read(last(ofScope.first)), resource);
    for (ByteString item : ofScope.second) {
      T message = itemParser.read(item);
      UnusableRecordException problem = OtlpUnreadable.problem(message);
      if (problem == null) {
        problem = OtlpProtobuf.foreignField(item, prototype.getDescriptorForType());
      }
      add(new Item<>(message, origin, problem, null, item), all);
    }
    addDamage(ofScope, origin, all);
  }

  private void addDamage(Parts parts, OtlpOrigin origin, List<Item<T>> all)
      throws UnusableRecordException {
    if (parts.damage != null) {
      add(new Item<>(null, origin, notProtobuf(parts.damage), null, parts.rest), all);
    }
  }

  private static UnusableRecordException notProtobuf(IOException e) {
    return new UnusableRecordException(NOT_PROTOBUF, String.valueOf(e.getMessage()));
  }

  private static ByteString last(List<ByteString> parts) {
    return parts.isEmpty() ? ByteString.EMPTY : parts.get(parts.size() - 1);
  }

  /** The messages in two repeated fields of a message, up to where it is damaged. */
  private static Parts parts(ByteString message, int first, int second) {
    List<ByteString> ofFirst = new ArrayList<>();
    List<ByteString> ofSecond = new ArrayList<>();
    CodedInputStream from = message.newCodedInput();
    // The parts share the bytes of the batch.
    from.enableAliasing(true);
    int good = 0;
    boolean foreign = false;
    try {
      for (int tag = from.readTag(); tag != 0; tag = from.readTag()) {
        int field = WireFormat.getTagFieldNumber(tag);
        boolean isMessage = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
        if (isMessage && field == first) {
          ofFirst.add(from.readBytes());
        } else if (isMessage && field == second) {
          ofSecond.add(from.readBytes());
        } else if (!from.skipField(tag)) {
          throw new InvalidProtocolBufferException("A group ends that has not begun");
        } else {
          foreign |= field != SCHEMA || !isMessage;
        }
        good = from.getTotalBytesRead();
      }
    } catch (IOException e) {
      return new Parts(ofFirst, ofSecond, e, message.substring(good));
    }
    if (foreign && ofSecond.isEmpty() && first != second) {
      // Without the children, the unknown fields may be what is left of them.
      return new Parts(
          ofFirst, ofSecond, new IOException("Unknown fields stand for those of OTLP"), message);
    }
    return new Parts(ofFirst, ofSecond, null, ByteString.EMPTY);
  }

  private static void checkNodes(byte[] batch) throws UnusableRecordException {
    int nodes = 0;
    for (byte character : batch) {
      nodes += character == '{' || character == '[' ? 1 : 0;
    }
    if (nodes > MAX_NODES) {
      throw new UnusableRecordException(
          TOO_LARGE, "The batch has more than " + MAX_NODES + " objects and arrays");
    }
  }

  private List<Item<T>> readJson(JsonNode batch) throws UnusableRecordException {
    List<Item<T>> all = new ArrayList<>();
    JsonNode list = member(batch, resources);
    if (list == null && !batch.isEmpty()) {
      throw noBatch(batch);
    }
    if (isPresent(list) && !list.isArray()) {
      throw new UnusableRecordException(WRONG_TYPE, resources + " is not an array");
    }
    for (JsonNode ofResource : list(batch, resources, OtlpOrigin.NONE, all)) {
      Resource.Builder read = Resource.newBuilder();
      int before = all.size();
      JsonNode self = ofResource.get("resource");
      if (isPresent(self)) {
        json.read(self, read);
      }
      Resource resource = read.build();
      OtlpOrigin origin = OtlpOrigin.of(resource);
      for (JsonNode ofScope : list(ofResource, scopes, origin, all)) {
        readScope(ofScope, resource, all);
      }
      UnusableRecordException problem = OtlpUnreadable.problem(resource);
      if (all.size() == before && problem != null) {
        add(new Item<>(null, origin, problem, ofResource, null), all);
      }
    }
    return all;
  }

  private void readScope(JsonNode ofScope, Resource resource, List<Item<T>> all)
      throws UnusableRecordException {
    InstrumentationScope.Builder scope = InstrumentationScope.newBuilder();
    JsonNode self = ofScope.get("scope");
    if (isPresent(self)) {
      json.read(self, scope);
    }
    OtlpOrigin origin = new OtlpOrigin(scope.build(), resource);
    for (JsonNode item : list(ofScope, items, origin, all)) {
      Message message = json.read(item, prototype.newBuilderForType()).build();
      @SuppressWarnings("unchecked") // The builder is the prototype's.
      T typed = (T) message;
      add(new Item<>(typed, origin, OtlpUnreadable.problem(message), item, null), all);
    }
  }

  private static boolean isPresent(JsonNode node) {
    return node != null && !node.isNull();
  }

  /** A member by its name in lowerCamelCase or in the schema. */
  private static JsonNode member(JsonNode object, String name) {
    JsonNode member = object.get(name);
    return member == null
        ? object.get(name.replaceAll("[A-Z]", "_$0").toLowerCase(Locale.ROOT))
        : member;
  }

  /** Whether a resource or scope has members that the protocol does not know, or not any more. */
  private static boolean hasForeignMembers(JsonNode object) {
    return object.properties().stream()
        .anyMatch(member -> !member.getValue().isNull() && !KNOWN.contains(member.getKey()));
  }

  /** The nodes of a list; what is no list becomes an item with a problem. */
  private Iterable<JsonNode> list(
      JsonNode object, String name, OtlpOrigin origin, List<Item<T>> all)
      throws UnusableRecordException {
    JsonNode list = member(object, name);
    boolean isForeign = object.isObject() && list == null && hasForeignMembers(object);
    if (object.isObject() && !isPresent(list) && !isForeign) {
      return List.of();
    }
    if (isPresent(list) && list.isArray()) {
      return list;
    }
    String problem =
        isForeign
            ? "What should have " + name + " has other fields instead"
            : isPresent(list)
                ? name + " is not an array"
                : "What should have " + name + " is no object";
    add(
        new Item<>(
            null,
            origin,
            new UnusableRecordException(WRONG_TYPE, problem),
            isPresent(list) ? list : object,
            null),
        all);
    return List.of();
  }
}
