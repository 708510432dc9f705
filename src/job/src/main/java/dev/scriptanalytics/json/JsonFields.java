package dev.scriptanalytics.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An index of the names of fields: finds a field by the bytes of its name. Not thread-safe.
 *
 * <p>Producers keep the order of their fields, so the index remembers which field followed which,
 * and most names are compared with one only. Any other name is looked up by a hash.
 */
final class JsonFields {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[][] names;
  private final int longestName;

  /** Open addressing: field + 1 by the hash of its name, 0 for a free slot. */
  private final short[] fieldsByHash;

  /**
   * For each field, and last for the object's beginning: the field that followed when it was last
   * seen, or -1.
   */
  private final int[] successors;

  private final byte[] decodedName;

  /**
   * An index of these names; a field's number is its position here.
   *
   * @throws IllegalArgumentException if a name is given twice
   */
  JsonFields(String... names) {
    this.names = new byte[names.length][];
    fieldsByHash = new short[Math.max(16, Integer.highestOneBit(names.length) * 8)];
    successors = new int[names.length + 1];
    Arrays.fill(successors, -1);
    int longest = 0;
    for (int field = 0; field < names.length; field++) {
      byte[] name = names[field].getBytes(StandardCharsets.UTF_8);
      if (fieldOf(name, 0, name.length) >= 0) {
        throw new IllegalArgumentException("Field named twice: " + names[field]);
      }
      this.names[field] = name;
      int slot = slotOf(name, 0, name.length);
      while (fieldsByHash[slot] != 0) {
        slot = (slot + 1) & (fieldsByHash.length - 1);
      }
      fieldsByHash[slot] = (short) (field + 1);
      longest = Math.max(longest, name.length);
    }
    longestName = longest;
    // An escape of six bytes may stand for each byte of a name.
    decodedName = new byte[JsonText.UNICODE_ESCAPE_BYTES * longest];
  }

  int count() {
    return names.length;
  }

  String name(int field) {
    return new String(names[field], StandardCharsets.UTF_8);
  }

  int lengthOfName(int field) {
    return names[field].length;
  }

  /**
   * The field that is likely to follow another one, if its name and a quote stand at {@code start};
   * -1 if not.
   *
   * @param previous the field before it; {@link #count} at the object's beginning
   */
  int expectedAt(byte[] json, int start, int to, int previous) {
    int expected = successors[previous];
    if (expected < 0) {
      return -1;
    }
    byte[] name = names[expected];
    int end = start + name.length;
    boolean found =
        end < to && json[end] == '"' && Arrays.equals(name, 0, name.length, json, start, end);
    return found ? expected : -1;
  }

  /** The field that these bytes name; -1 for an unknown one. Remembers what it followed. */
  int find(byte[] json, int start, int end, boolean escaped, int previous) {
    if (escaped) {
      return fieldOfEscaped(json, start, end);
    }
    int field = fieldOf(json, start, end);
    // A name with a quote or a backslash in it is always escaped, and so never expected.
    if (field >= 0) {
      successors[previous] = field;
    }
    return field;
  }

  private int fieldOf(byte[] bytes, int start, int end) {
    int slot = slotOf(bytes, start, end);
    while (true) {
      int field = fieldsByHash[slot] - 1;
      if (field < 0) {
        return -1;
      }
      byte[] name = names[field];
      if (Arrays.equals(name, 0, name.length, bytes, start, end)) {
        return field;
      }
      slot = (slot + 1) & (fieldsByHash.length - 1);
    }
  }

  private int fieldOfEscaped(byte[] json, int start, int end) {
    // No escape stands for less than a sixth of its length.
    if (end - start > JsonText.UNICODE_ESCAPE_BYTES * longestName) {
      return -1;
    }
    return fieldOf(decodedName, 0, JsonText.unescape(json, start, end, decodedName, 0));
  }

  /** A hash of the name's length, beginning and end, which distinguish most names. */
  private int slotOf(byte[] bytes, int start, int end) {
    int length = end - start;
    long first = 0;
    long last = 0;
    if (length >= Long.BYTES) {
      first = (long) LONG.get(bytes, start);
      last = (long) LONG.get(bytes, end - Long.BYTES);
    } else {
      for (int at = start; at < end; at++) {
        first = first << 8 | bytes[at];
      }
    }
    long hash = (first + Long.rotateLeft(last, 29) + length) * 0x9E3779B97F4A7C15L;
    return (int) (hash >>> 40) & (fieldsByHash.length - 1);
  }
}
