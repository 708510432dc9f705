package dev.scriptanalytics.row;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads values in RowBinary, as {@link RowBinaryBuffer} writes them: those of fixed width from a
 * known place, the others one after another. Nothing is checked, because rows are the job's own.
 */
public final class RowBinaryReader {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private int position;

  /** A reader that begins at {@code from}. */
  public RowBinaryReader(byte[] bytes, int from) {
    this.bytes = bytes;
    this.position = from;
  }

  /** The UInt16 at {@code at}. */
  static int uint16(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xffff;
  }

  /** The Int32, or the bits of the UInt32, at {@code at}. */
  static int int32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  /** The Int64 at {@code at}. */
  static long int64(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** Where the next value begins. */
  public int position() {
    return position;
  }

  /** A length, of a String in bytes or of an Array in items; an unsigned LEB128 number. */
  public int varint() {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes[position++];
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  /** Passes so many bytes. */
  public void skip(int length) {
    position += length;
  }

  /** Passes a Nullable whose value has so many bytes. */
  void skipNullable(int length) {
    position += bytes[position] == 0 ? 1 + length : 1;
  }

  /** Passes an Array(String). */
  void skipStrings() {
    for (int left = varint(); left > 0; left--) {
      skip(varint());
    }
  }

  /** Passes a Map(String, Float64). */
  void skipNumbers() {
    for (int left = varint(); left > 0; left--) {
      skip(varint());
      skip(Double.BYTES);
    }
  }

  /** The entries of a Map(String, Float64), in their order. */
  Map<String, Double> numbers() {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (int left = varint(); left > 0; left--) {
      int length = varint();
      String name = new String(bytes, position, length, StandardCharsets.UTF_8);
      skip(length);
      numbers.put(name, Double.longBitsToDouble(int64(bytes, position)));
      skip(Double.BYTES);
    }
    return numbers;
  }

  /** The items of an Array(String), each once, in their order. */
  Set<String> strings() {
    Set<String> strings = new LinkedHashSet<>();
    for (int left = varint(); left > 0; left--) {
      int length = varint();
      strings.add(new String(bytes, position, length, StandardCharsets.UTF_8));
      skip(length);
    }
    return strings;
  }
}
