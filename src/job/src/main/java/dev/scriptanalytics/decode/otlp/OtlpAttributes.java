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
 * The attributes of an item of OTLP: its own, then its scope's, then its resource's; the first that
 * has a name counts.
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
  private InstrumentationScope scope;
  private Resource resource;
  private Map<String, AnyValue> inherited;
  private String ofResource;
  private String ofScope;
  // The names of the item's own attributes that became a column's value.
  private final Set<String> used = new HashSet<>();

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
  void of(List<KeyValue> attributes, InstrumentationScope scope, Resource resource) {
    this.own = attributes;
    used.clear();
    if (this.scope != scope || this.resource != resource) {
      this.scope = scope;
      this.resource = resource;
      inherited = new HashMap<>();
      scope.getAttributesList().forEach(this::inherit);
      resource.getAttributesList().forEach(this::inherit);
      ofResource = null;
      ofScope = null;
    }
  }

  private void inherit(KeyValue attribute) {
    if (!isEmpty(attribute.getValue())) {
      inherited.putIfAbsent(attribute.getKey(), attribute.getValue());
    }
  }

  /** The text of the first of these attributes that is present; empty if none is. */
  byte[] take(String... names) {
    for (String name : names) {
      AnyValue value = find(name);
      if (value != null) {
        used.add(name);
        return OtlpValues.utf8(OtlpValues.text(value));
      }
    }
    return LogEntry.NONE;
  }

  /** The value of a boolean attribute; null if it is absent or not a boolean. */
  Boolean flag(String name) {
    AnyValue value = find(name);
    if (value == null || !value.hasBoolValue()) {
      return null;
    }
    used.add(name);
    return value.getBoolValue();
  }

  private AnyValue find(String name) {
    for (KeyValue attribute : own) {
      if (attribute.getKey().equals(name) && !isEmpty(attribute.getValue())) {
        return attribute.getValue();
      }
    }
    return inherited.get(name);
  }

  private static boolean isEmpty(AnyValue value) {
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
          for (KeyValue attribute : own) {
            if (!used.contains(attribute.getKey())) {
              to.writeFieldName(attribute.getKey());
              OtlpValues.write(attribute.getValue(), to);
            }
          }
        });
  }

  /** Writes scope and resource as members of the object that is being written. */
  void writeOrigin(JsonGenerator to) throws IOException {
    if (ofResource == null) {
      ofResource =
          OtlpValues.text(
              OtlpValues.object(
                  json -> OtlpValues.writeMembers(resource.getAttributesList(), json)));
      ofScope = OtlpValues.text(OtlpValues.object(this::writeScope));
    }
    if (ofResource.length() + ofScope.length() > maxOriginBytes) {
      to.writeBooleanField("resource_left_out", true);
      return;
    }
    writeJson("resource", ofResource, to);
    writeJson("scope", ofScope, to);
  }

  private void writeScope(JsonGenerator to) throws IOException {
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
