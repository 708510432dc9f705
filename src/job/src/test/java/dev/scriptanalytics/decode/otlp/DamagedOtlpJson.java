package dev.scriptanalytics.decode.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A damaged batch in JSON. */
final class DamagedOtlpJson extends DamagedOtlp {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  /** What is neither an object nor null. */
  private static final String[] NO_OBJECTS = {"7", "\"x\"", "true", "[]", "[{}]", "1e400"};

  private static final String[] BAD_VALUES = {
    "{\"intValue\":\"x\"}",
    "{\"intValue\":9223372036854775808}",
    "{\"intValue\":1.5}",
    "{\"bytesValue\":\"!\"}",
    "{\"bytesValue\":{\"type\":\"Buffer\",\"data\":[1,2]}}",
    "{\"boolValue\":2}",
    "{\"doubleValue\":\"much\"}",
    "{\"stringValue\":{}}",
    "{\"arrayValue\":7}",
    "{\"kvlistValue\":{\"values\":\"x\"}}",
    "{\"newValue\":1}",
    "7",
    "[]",
    "{\"arrayValue\":{\"values\":[".repeat(200) + "{}" + "]}}".repeat(200)
  };

  private static final String[] BAD_MEMBERS = {
    "\"traceId\":\"xyz\"",
    "\"traceId\":7",
    "\"spanId\":\"not hexadecimal\"",
    "\"flags\":-1",
    "\"flags\":\"x\"",
    "\"attributes\":7",
    "\"attributes\":\"x\"",
    "\"droppedAttributesCount\":4294967296",
  };

  private static final String[] BAD_MEMBERS_OF_LOGS = {
    "\"timeUnixNano\":\"soon\"",
    "\"observedTimeUnixNano\":-1",
    "\"severityNumber\":\"LOUD\"",
    "\"severityText\":{}",
    "\"body\":{\"intValue\":\"x\"}",
    "\"body\":7",
    "\"eventName\":[]"
  };

  private static final String[] BAD_MEMBERS_OF_SPANS = {
    "\"startTimeUnixNano\":\"soon\"",
    "\"endTimeUnixNano\":1.5",
    "\"status\":{\"code\":\"FINE\"}",
    "\"status\":7",
    "\"kind\":\"LARGE\"",
    "\"parentSpanId\":[]",
    "\"events\":7",
    "\"events\":[7]",
    "\"links\":[7]",
    "\"links\":{}"
  };

  private static final String[] BAD_MEMBERS_OF_ORIGINS = {
    "\"droppedAttributesCount\":-1", "\"name\":{}", "\"version\":[]", "\"attributes\":7"
  };

  /** Values of every type, some of which are right in some places. */
  private static final String[] VALUES = {
    "null",
    "true",
    "-1",
    "2",
    "0.5",
    "1e400",
    "99999999999999999999",
    "NaN",
    "\"\"",
    "\"x\"",
    "\"12\"",
    "\"\\ud83d\"",
    "\"\\u0000\"",
    "[]",
    "[null]",
    "[[[]]]",
    "{}",
    "{\"stringValue\":\"x\"}",
    "{\"a\":{\"b\":[1]}}",
    "{\"values\":[{\"key\":7}]}"
  };

  private String damage = "";
  private boolean anything;

  DamagedOtlpJson(long seed, boolean ofLogs, Instant at) {
    super(seed, ofLogs, at);
  }

  @Override
  public boolean maySayAnything() {
    return anything;
  }

  @Override
  String damage() {
    return damage;
  }

  @Override
  public byte[] record() {
    ObjectNode batch = JSON.createObjectNode();
    ArrayNode all = batch.putArray(ofLogs ? "resourceLogs" : "resourceSpans");
    for (int r = 0; r < resources; r++) {
      ObjectNode ofResource = all.addObject();
      ofResource.set("resource", resource(r));
      ArrayNode ofScopes = JSON.createArrayNode();
      for (int s = 0; s < scopes; s++) {
        ofScopes.add(scope(r, s));
      }
      ofResource.set(ofLogs ? "scopeLogs" : "scope_spans", ofScopes);
      if (isBad(Target.SCOPES_OF_RESOURCE, r, 0, 0)) {
        switch (random.nextInt(3)) {
          case 0 -> all.set(r, damaged("7"));
          case 1 -> ofResource.set(ofLogs ? "scopeLogs" : "scope_spans", damaged("\"x\""));
          default -> mutate(ofResource);
        }
      }
    }
    return batch.toString().getBytes(UTF_8);
  }

  private JsonNode resource(int r) {
    ObjectNode resource = JSON.createObjectNode();
    ArrayNode attributes = resource.putArray("attributes");
    attributes.add(attribute("account", account(r)));
    attributes.add(attribute("faas.name", "F"));
    attributes.add(attribute("zone", "z"));
    if (isBad(Target.ATTRIBUTE_OF_RESOURCE, r, 0, 0)) {
      attributes.set(badAttribute, badAttribute(attributes.get(badAttribute)));
    }
    return isBad(Target.RESOURCE, r, 0, 0) ? badOrigin(resource) : resource;
  }

  private JsonNode scope(int r, int s) {
    ObjectNode scope = JSON.createObjectNode().put("name", "library");
    ArrayNode attributes = scope.putArray("attributes");
    for (int i = 0; i < 3; i++) {
      attributes.add(attribute("scope." + i, "x"));
    }
    if (isBad(Target.ATTRIBUTE_OF_SCOPE, r, s, 0)) {
      attributes.set(badAttribute, badAttribute(attributes.get(badAttribute)));
    }
    ObjectNode ofScope = JSON.createObjectNode();
    ofScope.set("scope", isBad(Target.SCOPE, r, s, 0) ? badOrigin(scope) : scope);
    ArrayNode list = ofScope.putArray(ofLogs ? "logRecords" : "spans");
    for (int i = 0; i < items; i++) {
      list.add(item(r, s, i));
    }
    if (isBad(Target.ITEMS_OF_SCOPE, r, s, 0)) {
      switch (random.nextInt(3)) {
        case 0 -> {
          return damaged("true");
        }
        case 1 -> ofScope.set(ofLogs ? "logRecords" : "spans", damaged("7"));
        default -> mutate(ofScope);
      }
    }
    return ofScope;
  }

  private JsonNode item(int r, int s, int i) {
    ObjectNode item = JSON.createObjectNode();
    item.put("traceId", "5b8efff798038103d269b633813fc60c");
    item.put("spanId", "%016x".formatted(number(r, s, i)));
    ArrayNode attributes = item.putArray("attributes");
    attributes.add(attribute("faas.invocation_id", run(r, s, i)));
    attributes.add(attribute("one", "1"));
    attributes.add(attribute("two", "2"));
    if (ofLogs) {
      item.put("timeUnixNano", String.valueOf(nanos));
      item.putObject("body").put("stringValue", name(r, s, i));
    } else {
      item.put("name", name(r, s, i));
      item.put("kind", 2);
      item.put("startTimeUnixNano", String.valueOf(nanos));
      item.put("endTimeUnixNano", nanos + 1000);
      item.putArray("events").addObject().put("name", EVENT + name(r, s, i));
    }
    if (isBad(Target.ATTRIBUTE_OF_ITEM, r, s, i)) {
      attributes.set(badAttribute, badAttribute(attributes.get(badAttribute)));
    }
    if (isBad(Target.ITEM, r, s, i)) {
      return switch (random.nextInt(4)) {
        case 0 -> damaged(oneOf(NO_OBJECTS));
        case 1 -> with(item, oneOf(BAD_MEMBERS));
        case 2 -> with(item, oneOf(ofLogs ? BAD_MEMBERS_OF_LOGS : BAD_MEMBERS_OF_SPANS));
        default -> mutate(item);
      };
    }
    return item;
  }

  private static ObjectNode attribute(String key, String value) {
    ObjectNode attribute = JSON.createObjectNode().put("key", key);
    attribute.putObject("value").put("stringValue", value);
    return attribute;
  }

  private JsonNode badAttribute(JsonNode attribute) {
    return switch (random.nextInt(4)) {
      case 0 -> damaged(oneOf(NO_OBJECTS));
      case 1 -> damaged("{\"key\":" + oneOf("7", "{}", "[]", "true") + "}");
      case 2 ->
          damaged("{\"key\":" + attribute.get("key") + ",\"value\":" + oneOf(BAD_VALUES) + "}");
      default -> mutate(attribute);
    };
  }

  private JsonNode badOrigin(ObjectNode origin) {
    return switch (random.nextInt(3)) {
      case 0 -> damaged(oneOf(NO_OBJECTS));
      case 1 -> with(origin, oneOf(BAD_MEMBERS_OF_ORIGINS));
      default -> mutate(origin);
    };
  }

  /** Takes a member or an element somewhere within the part, and changes, renames or removes it. */
  private JsonNode mutate(JsonNode part) {
    List<JsonNode> parents = new ArrayList<>();
    collectParents(part, parents);
    JsonNode parent = parents.get(random.nextInt(parents.size()));
    JsonNode value = parse(oneOf(VALUES));
    if (parent instanceof ArrayNode array) {
      int at = random.nextInt(array.size());
      if (random.nextInt(3) == 0) {
        array.remove(at);
      } else {
        array.set(at, value);
      }
    } else {
      ObjectNode object = (ObjectNode) parent;
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(3)) {
        case 0 -> object.remove(name);
        case 1 -> {
          JsonNode old = object.remove(name);
          object.set(name + oneOf("", "s", "Value", "_"), old);
        }
        default -> object.set(name, value);
      }
    }
    damage = part.toString();
    anything = true;
    return part;
  }

  private static void collectParents(JsonNode node, List<JsonNode> to) {
    if (!node.isEmpty()) {
      to.add(node);
      node.forEach(child -> collectParents(child, to));
    }
  }

  /** The object with a member, of which the last one of its name counts. */
  private JsonNode with(ObjectNode object, String member) {
    String json = object.toString();
    return damaged(json.substring(0, json.length() - 1) + "," + member + "}");
  }

  private JsonNode damaged(String json) {
    damage = json;
    return parse(json);
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(json, e);
    }
  }

  private String oneOf(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
