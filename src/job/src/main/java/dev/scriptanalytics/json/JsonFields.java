package dev.scriptanalytics.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * An index of the names of fields: finds a name by its bytes. A field may have several names. Not
 * thread-safe.
 *
 * <p>Producers keep the order of their fields, so the index remembers which name followed which,
 * and most names are compared with one only. Any other name is looked up by a hash.
 */
final class JsonFields {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The fields' first names, in the order of the fields, then all others. */
  private final byte[][] names;

  /** The field of each name. */
  private final int[] fields;

  private final int longestName;

  /** Open addressing: name + 1 by its hash, 0 for a free slot. */
  private final short[] namesByHash;

  /**
   * For each name, and last for the object's beginning: the name that followed when it was last
   * seen, or -1.
   */
  private final int[] successors;

  private final byte[] decodedName;

  /**
   * An index of these names; a field's number is its position here.
   *
   * @param namesByField the names of each field, the preferred one first
   * @throws IllegalArgumentException if a name is given twice
   */
  JsonFields(List<List<String>> namesByField) {
    int count = namesByField.stream().mapToInt(List::size).sum();
    names = new byte[count][];
    fields = new int[count];
    namesByHash = new short[Math.max(16, Integer.highestOneBit(count) * 8)];
    successors = new int[count + 1];
    Arrays.fill(successors, -1);
    int other = namesByField.size();
    for (int field = 0; field < namesByField.size(); field++) {
      List<String> ofField = namesByField.get(field);
      add(field, field, ofField.get(0));
      for (String name : ofField.subList(1, ofField.size())) {
        add(other++, field, name);
      }
    }
    longestName = Arrays.stream(names).mapToInt(name -> name.length).max().orElse(0);
    // An escape of six bytes may stand for each byte of a name.
    decodedName = new byte[JsonText.UNICODE_ESCAPE_BYTES * longestName];
  }

  private void add(int index, int field, String text) {
    byte[] name = text.getBytes(StandardCharsets.UTF_8);
    if (nameOf(name, 0, name.length) >= 0) {
      throw new IllegalArgumentException("Field named twice: " + text);
    }
    names[index] = name;
    fields[index] = field;
    int slot = slotOf(name, 0, name.length);
    while (namesByHash[slot] != 0) {
      slot = (slot + 1) & (namesByHash.length - 1);
    }
    namesByHash[slot] = (short) (index + 1);
  }

  /** The number of names. */
  int count() {
    return names.length;
  }

  /** The field that a name belongs to. A field's first name has the field's number. */
  int fieldOf(int name) {
    return fields[name];
  }

  String text(int name) {
    return new String(names[name], StandardCharsets.UTF_8);
  }

  int length(int name) {
    return names[name].length;
  }

  /**
   * The name that is likely to follow another one, if it and a quote stand at {@code start}; -1 if
   * not.
   *
   * @param previous the name before it; {@link #count} at the object's beginning
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

  /** The name that these bytes are; -1 for an unknown one. Remembers what it followed. */
  int find(byte[] json, int start, int end, boolean escaped, int previous) {
    int name = find(json, start, end, escaped);
    // A name with a quote or a backslash in it is always escaped, and so never expected.
    if (name >= 0 && !escaped) {
      successors[previous] = name;
    }
    return name;
  }

  /** The name that these bytes are; -1 for an unknown one. */
  int find(byte[] json, int start, int end, boolean escaped) {
    return escaped ? nameOfEscaped(json, start, end) : nameOf(json, start, end);
  }

  private int nameOf(byte[] bytes, int start, int end) {
    int slot = slotOf(bytes, start, end);
    while (true) {
      int index = namesByHash[slot] - 1;
      if (index < 0) {
        return -1;
      }
      byte[] name = names[index];
      if (Arrays.equals(name, 0, name.length, bytes, start, end)) {
        return index;
      }
      slot = (slot + 1) & (namesByHash.length - 1);
    }
  }

  private int nameOfEscaped(byte[] json, int start, int end) {
    // No escape stands for less than a sixth of its length.
    if (end - start > JsonText.UNICODE_ESCAPE_BYTES * longestName) {
      return -1;
    }
    return nameOf(decodedName, 0, JsonText.unescape(json, start, end, decodedName, 0));
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
    return (int) (hash >>> 40) & (namesByHash.length - 1);
  }
}
