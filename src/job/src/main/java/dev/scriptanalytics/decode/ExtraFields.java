package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Gathers the fields of an event that no column holds, as they came, into one JSON object: always a
 * well-formed one, because a field that has no room any more is left out as a whole.
 *
 * <p>Fields of a nested object stay in an object of its name, so that they do not mingle with other
 * fields of theirs. Reusable, not thread-safe.
 */
final class ExtraFields {
  private final int maxBytes;
  private final RowBinaryBuffer json = new RowBinaryBuffer();
  private byte[] parent;
  private boolean parentOpen;
  private boolean incomplete;

  /**
   * With the size that the object never exceeds.
   *
   * @param maxBytes in bytes of UTF-8
   */
  ExtraFields(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Forgets all fields. */
  void reset() {
    json.reset();
    parent = null;
    parentOpen = false;
    incomplete = false;
  }

  /** From here on, fields are those of an object of that name, until {@link #leave}. */
  void enter(String name) {
    parent = quoted(name);
  }

  /** From here on, fields are the event's own again. */
  void leave() {
    if (parentOpen) {
      json.uint8('}');
    }
    parent = null;
    parentOpen = false;
  }

  /** Adds a field: its name in quotes, the colon and its value. */
  void add(byte[] source, int from, int to) {
    if (makeRoom(to - from)) {
      json.raw(source, from, to);
    }
  }

  /** Adds a field that a scanner found, unless it is absent or null. */
  void add(JsonObjectScanner source, int field, String name) {
    Kind kind = source.kind(field);
    if (kind == Kind.ABSENT || kind == Kind.NULL) {
      return;
    }
    byte[] nameAndColon = quoted(name);
    int quote = kind == Kind.STRING ? 1 : 0;
    int from = source.start(field) - quote;
    int to = source.end(field) + quote;
    if (makeRoom(nameAndColon.length + to - from)) {
      json.raw(nameAndColon, 0, nameAndColon.length);
      json.raw(source.source(), from, to);
    }
  }

  /** Adds all fields that a scanner found and was not asked for. */
  void addUnknown(JsonObjectScanner source) {
    for (int i = 0; i < source.unknownFields(); i++) {
      add(source.source(), source.unknownStart(i), source.unknownEnd(i));
    }
  }

  /** Whether a field was left out. */
  boolean isIncomplete() {
    return incomplete;
  }

  /**
   * Masks what is to be masked; whether there was anything. Where masks make the object too long,
   * none of it is kept.
   */
  boolean mask(Redactor redactor) {
    if (!redactor.isActive() || json.size() == 0) {
      return false;
    }
    byte[] object = Arrays.copyOf(json.buffer(), json.size() + 1);
    object[json.size()] = '}';
    byte[] masked = redactor.object(object);
    if (masked == object) {
      return false;
    }
    json.reset();
    if (masked.length > maxBytes) {
      incomplete = true;
      return false;
    }
    json.raw(masked, 0, masked.length - 1);
    return true;
  }

  /** Writes the object as a String, an empty one where there is no field. */
  void writeTo(RowBinaryBuffer row) {
    if (json.size() > 0) {
      json.uint8('}');
    }
    row.string(json.buffer(), 0, json.size());
    json.reset();
  }

  /** The object in UTF-8, no bytes where there is no field. */
  byte[] toJson() {
    if (json.size() > 0) {
      json.uint8('}');
    }
    byte[] object = json.copy();
    json.reset();
    return object;
  }

  /** Writes what stands before a field of that length, if there is room for all of it. */
  private boolean makeRoom(int bytes) {
    boolean open = parent != null && !parentOpen;
    int before = 1 + (open ? parent.length + 1 : 0);
    int behind = parent == null ? 1 : 2;
    if ((long) json.size() + before + bytes + behind > maxBytes) {
      incomplete = true;
      return false;
    }
    if (open) {
      json.uint8(json.size() == 0 ? '{' : ',');
      json.raw(parent, 0, parent.length);
      json.uint8('{');
      parentOpen = true;
    } else {
      json.uint8(json.size() == 0 ? '{' : ',');
    }
    return true;
  }

  private static byte[] quoted(String name) {
    return ('"' + name + "\":").getBytes(StandardCharsets.UTF_8);
  }
}
