package dev.scriptanalytics.decode.otlp;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.row.LogEntry;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The attributes of an item of OTLP: its own, then its scope's, then its resource's; the nearest of
 * a name counts, and the last of several in one list.
 *
 * <p>The names are those of OpenTelemetry's semantic conventions for <a
 * href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/">functions as a
 * service</a>, <a
 * href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/exception/">exceptions</a>
 * and <a href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/code/">code</a>, and
 * this job's {@code account} and {@code deployment_id}. Reusable, not thread-safe.
 */
final class OtlpAttributes {
  // A resource may be as large as a record and belong to each of its thousands of items.
  private final int maxOriginBytes;
  private List<KeyValue> own;
  private OtlpOrigin origin = OtlpOrigin.NONE;
  private Map<String, AnyValue> inherited = Map.of();
  // Of attributes whose nearest value names nothing, the nearest one that does.
  private Map<String, AnyValue> inheritedNames = Map.of();
  // Names of attributes of scope and resource that cannot be read, and no nearer one can.
  private Set<String> unreadable = Set.of();
  private String ofScope;
  private Resource resource = Resource.getDefaultInstance();
  private String ofResource;
  // The values that became a column's, by attribute.
  private final Map<String, AnyValue> used = new HashMap<>();

  /**
   * With a bound for what is kept of scope and resource.
   *
   * @param maxOriginBytes if their JSON is longer, both are left out
   */
  OtlpAttributes(int maxOriginBytes) {
    this.maxOriginBytes = maxOriginBytes;
  }

  /** Goes to another item. */
  @SuppressWarnings("ReferenceEquality") // Comparing contents costs what this saves.
  void of(List<KeyValue> attributes, OtlpOrigin origin) {
    this.own = attributes;
    used.clear();
    if (this.origin != origin) {
      this.origin = origin;
      inherited = new HashMap<>();
      inheritedNames = new HashMap<>();
      unreadable = new HashSet<>();
      inherit(origin.scope().getAttributesList());
      inherit(origin.resource().getAttributesList());
      ofScope = null;
    }
    // Several scopes may have the same resource.
    if (this.resource != origin.resource()) {
      this.resource = origin.resource();
      ofResource = null;
    }
  }

  private void inherit(List<KeyValue> attributes) {
    for (int i = attributes.size() - 1; i >= 0; i--) {
      String name = attributes.get(i).getKey();
      AnyValue value = attributes.get(i).getValue();
      if (OtlpUnreadable.source(value) != null) {
        if (!inherited.containsKey(name)) {
          unreadable.add(name);
        }
      } else if (!isEmpty(value)) {
        AnyValue nearer = inherited.putIfAbsent(name, value);
        if (nearer != null && !OtlpValues.isName(nearer) && OtlpValues.isName(value)) {
          inheritedNames.putIfAbsent(name, value);
        }
      }
    }
  }

  /**
   * Whether the nearest attribute of that name cannot be read, or is no {@linkplain
   * OtlpValues#isName name}. So what it names is unknown.
   */
  boolean isUnreadable(String name) {
    for (int i = own.size() - 1; i >= 0; i--) {
      AnyValue value = own.get(i).getValue();
      if (own.get(i).getKey().equals(name)) {
        if (OtlpUnreadable.source(value) != null) {
          return true;
        }
        if (!isEmpty(value)) {
          return !OtlpValues.isName(value);
        }
      }
    }
    AnyValue value = inherited.get(name);
    return unreadable.contains(name) || (value != null && !OtlpValues.isName(value));
  }

  /** Whether the attribute is present, whatever its value is. */
  boolean isPresent(String name) {
    return find(name, false) != null;
  }

  /** Where the item comes from. */
  OtlpOrigin origin() {
    return origin;
  }

  /** The text of the attribute, which may have any value; empty if it is missing. */
  byte[] take(String name) {
    AnyValue value = find(name, false);
    if (value == null) {
      return LogEntry.NONE;
    }
    used.put(name, value);
    return OtlpValues.utf8(OtlpValues.lines(value));
  }

  /**
   * The id or name in the first of these attributes that has one; empty if none has. A value that
   * is no {@linkplain OtlpValues#isName name} counts as missing, and stays among the others.
   */
  byte[] takeName(String... names) {
    for (String name : names) {
      AnyValue value = find(name, true);
      if (value != null) {
        used.put(name, value);
        return OtlpValues.utf8(OtlpValues.name(value));
      }
    }
    return LogEntry.NONE;
  }

  /** The value of a boolean attribute; null if it is absent or not a boolean. */
  Boolean flag(String name) {
    AnyValue value = find(name, false);
    if (value == null || !value.hasBoolValue()) {
      return null;
    }
    used.put(name, value);
    return value.getBoolValue();
  }

  /** The nearest value of an attribute, or the nearest that is a name; null without one. */
  private AnyValue find(String name, boolean isName) {
    for (int i = own.size() - 1; i >= 0; i--) {
      if (own.get(i).getKey().equals(name)) {
        AnyValue value = own.get(i).getValue();
        if (!isEmpty(value) && (!isName || OtlpValues.isName(value))) {
          return value;
        }
      }
    }
    AnyValue value = inherited.get(name);
    return isName && value != null && !OtlpValues.isName(value) ? inheritedNames.get(name) : value;
  }

  /** Whether a value says nothing. */
  static boolean isEmpty(AnyValue value) {
    return switch (value.getValueCase()) {
      case VALUE_NOT_SET -> true;
      case STRING_VALUE -> value.getStringValue().isEmpty();
      default -> false;
    };
  }

  /** The item's own attributes that no column took, as a JSON object; empty without any. */
  byte[] rest() {
    return OtlpValues.object(
        to -> {
          for (KeyValue attribute : OtlpValues.lastOfEachName(own)) {
            AnyValue value = attribute.getValue();
            AnyValue taken = used.get(attribute.getKey());
            boolean isUnreadable = OtlpUnreadable.source(value) != null;
            // The column may have got the value of another attribute of that name.
            if (taken == null || isUnreadable || !(isEmpty(value) || taken.equals(value))) {
              to.writeFieldName(attribute.getKey());
              OtlpValues.write(value, to);
            }
          }
        });
  }

  /** The attributes of the resource as a JSON object; empty without any. */
  String resource() {
    if (ofResource == null) {
      ofResource = OtlpUnreadable.source(resource);
    }
    if (ofResource == null) {
      ofResource =
          OtlpValues.text(
              OtlpValues.object(
                  json -> OtlpValues.writeMembers(resource.getAttributesList(), json)));
    }
    return ofResource;
  }

  /** Writes scope and resource as members of the object that is being written. */
  void writeOrigin(JsonGenerator to) throws IOException {
    if (ofScope == null) {
      ofScope = OtlpUnreadable.source(origin.scope());
      if (ofScope == null) {
        ofScope = OtlpValues.text(OtlpValues.object(this::writeScope));
      }
    }
    if (resource().length() + ofScope.length() > maxOriginBytes) {
      to.writeBooleanField("resource_left_out", true);
      return;
    }
    writeJson("resource", resource(), to);
    writeJson("scope", ofScope, to);
  }

  private void writeScope(JsonGenerator to) throws IOException {
    InstrumentationScope scope = origin.scope();
    OtlpValues.writeText("name", scope.getName(), to);
    OtlpValues.writeText("version", scope.getVersion(), to);
    if (scope.getAttributesCount() > 0) {
      to.writeFieldName("attributes");
      OtlpValues.write(scope.getAttributesList(), to);
    }
  }

  private static void writeJson(String name, String json, JsonGenerator to) throws IOException {
    if (!json.isEmpty()) {
      to.writeFieldName(name);
      to.writeRawValue(json);
    }
  }
}
