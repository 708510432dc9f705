package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunRow.Column;
import dev.scriptanalytics.row.RunRowWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Gathers the fields of an event that no column holds, as sent, into one JSON object. The object is
 * always well-formed: a field that does not fit is left out as a whole.
 *
 * <p>Fields of a nested object stay in an object of its name, apart from equally named fields of
 * the event. Reusable, not thread-safe.
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

  /** Opens a nested object: fields are added to it until {@link #leave}. */
  void enter(String name) {
    parent = quoted(name);
  }

  /** Closes the nested object. */
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

  /** Adds a known field as it was sent, unless it is absent or null. */
  <F extends Enum<F>> void add(EventFields<F> fields, F field) {
    Kind kind = fields.kind(field);
    if (kind == Kind.ABSENT || kind == Kind.NULL) {
      return;
    }
    int quote = kind == Kind.STRING ? 1 : 0;
    add(fields.source(), fields.nameStart(field), fields.end(field) + quote);
  }

  /** Adds all fields that the scanner was not asked for. */
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
   * Masks the object; returns whether there was anything to mask. If masks make the object too
   * long, nothing of it is kept.
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

  /** Writes the object, or nothing without fields, as the run's {@code extra}. */
  void writeTo(RunRowWriter row) {
    close();
    row.text(Column.EXTRA, json.buffer(), 0, json.size());
    json.reset();
  }

  /** The object in UTF-8; no bytes without fields. */
  byte[] toJson() {
    close();
    byte[] object = json.copy();
    json.reset();
    return object;
  }

  private void close() {
    if (json.size() > 0) {
      json.uint8('}');
    }
  }

  /** Writes what precedes a field of that length, if the field fits as a whole. */
  private boolean makeRoom(int bytes) {
    boolean open = parent != null && !parentOpen;
    int before = 1 + (open ? parent.length + 1 : 0);
    int behind = parent == null ? 1 : 2;
    if ((long) json.size() + before + bytes + behind > maxBytes) {
      incomplete = true;
      return false;
    }
    json.uint8(json.size() == 0 ? '{' : ',');
    if (open) {
      json.raw(parent, 0, parent.length);
      json.uint8('{');
      parentOpen = true;
    }
    return true;
  }

  private static byte[] quoted(String name) {
    return ('"' + name + "\":").getBytes(StandardCharsets.UTF_8);
  }
}
