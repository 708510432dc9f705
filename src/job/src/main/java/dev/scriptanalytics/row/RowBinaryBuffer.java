package dev.scriptanalytics.row;

import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonText;
import dev.scriptanalytics.json.Utf8;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Writes values in ClickHouse's <a
 * href="https://clickhouse.com/docs/interfaces/formats/RowBinary">RowBinary</a> format into a
 * growing buffer: numbers in their fixed width, little endian; a String as its length and bytes; a
 * Nullable as a byte and, if that is 0, the value; an Array as its length and items.
 *
 * <p>Values are not checked against the range of their type: surplus high bits are lost. Reusable
 * for row after row, not thread-safe.
 */
public final class RowBinaryBuffer {
  private static final int INITIAL_CAPACITY = 4 << 10;

  /** A buffer that a large row grew beyond this size is dropped with the row. */
  private static final int KEPT_CAPACITY = 256 << 10;

  private static final int MAX_VARINT = 10;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] buffer = new byte[INITIAL_CAPACITY];
  private int size;

  /** Drops everything written. */
  public void reset() {
    size = 0;
    if (buffer.length > KEPT_CAPACITY) {
      buffer = new byte[INITIAL_CAPACITY];
    }
  }

  /** Overwrites a UInt64 or Int64 in bytes that are RowBinary already. */
  static void setInt64(byte[] bytes, int at, long value) {
    LONG.set(bytes, at, value);
  }

  /** The number of bytes written since the last {@link #reset}. */
  public int size() {
    return size;
  }

  /** An array that begins with the bytes written; valid until the next write or reset. */
  public byte[] buffer() {
    return buffer;
  }

  /** The bytes written, in an array of their own. */
  public byte[] copy() {
    return Arrays.copyOf(buffer, size);
  }

  /** Bytes that are RowBinary already. */
  public void raw(byte[] bytes, int from, int to) {
    reserve(to - from);
    System.arraycopy(bytes, from, buffer, size, to - from);
    size += to - from;
  }

  /** A UInt8, Int8, Bool or Enum8. */
  public void uint8(int value) {
    reserve(Byte.BYTES);
    buffer[size++] = (byte) value;
  }

  /** A UInt16 or Int16. */
  public void uint16(int value) {
    reserve(Short.BYTES);
    SHORT.set(buffer, size, (short) value);
    size += Short.BYTES;
  }

  /** A UInt32, Int32 or DateTime. */
  public void uint32(long value) {
    reserve(Integer.BYTES);
    INT.set(buffer, size, (int) value);
    size += Integer.BYTES;
  }

  /** An Int64, UInt64 or DateTime64. */
  public void int64(long value) {
    reserve(Long.BYTES);
    LONG.set(buffer, size, value);
    size += Long.BYTES;
  }

  /** A Float32. */
  public void float32(float value) {
    uint32(Float.floatToRawIntBits(value));
  }

  /** A Float64. */
  public void float64(double value) {
    int64(Double.doubleToRawLongBits(value));
  }

  /** A Nullable(Float64): NULL for NaN. */
  public void nullableFloat64(double value) {
    nullableInt64(Double.doubleToRawLongBits(value), !Double.isNaN(value));
  }

  /** A Nullable(Int64), Nullable(UInt64) or Nullable(DateTime64): NULL if not {@code present}. */
  public void nullableInt64(long value, boolean present) {
    // Written here and not by int64: C2 inlines a limited number of levels, and this one is hot.
    reserve(1 + Long.BYTES);
    buffer[size] = (byte) (present ? 0 : 1);
    size++;
    if (present) {
      LONG.set(buffer, size, value);
      size += Long.BYTES;
    }
  }

  /** A Nullable(UInt8) or Nullable(Bool): NULL if not {@code present}. */
  public void nullableUInt8(int value, boolean present) {
    uint8(present ? 0 : 1);
    if (present) {
      uint8(value);
    }
  }

  /** The length of an Array, whose items are then written one by one; an unsigned LEB128 number. */
  public void varint(long value) {
    reserve(MAX_VARINT);
    size = writeVarint(value, size);
  }

  /** A String. */
  public void string(byte[] utf8, int from, int to) {
    int length = to - from;
    reserve(MAX_VARINT + length);
    size = writeVarint(length, size);
    System.arraycopy(utf8, from, buffer, size, length);
    size += length;
  }

  /** A String. */
  public void string(byte[] utf8) {
    string(utf8, 0, utf8.length);
  }

  /**
   * A String: the text of a JSON string, cut between two characters after at most {@code maxBytes}.
   *
   * @param from where the JSON string begins, behind its quote
   * @param to where it ends, before its quote
   * @param escaped whether it contains a backslash, as {@link JsonObjectScanner#escaped} says
   * @return whether the text was cut
   */
  public boolean jsonString(byte[] json, int from, int to, boolean escaped, int maxBytes) {
    if (!escaped) {
      int end = Utf8.cut(json, from, to, maxBytes);
      string(json, from, end);
      return end < to;
    }
    int atMost = to - from;
    reserve(MAX_VARINT + atMost);
    // The length comes first but is known last, so the text starts behind room for a usual length.
    int start = size + varintLength(Math.min(atMost, maxBytes));
    int end = JsonText.unescape(json, from, to, buffer, start);
    int cut = Utf8.cut(buffer, start, end, maxBytes);
    int text = writeVarint(cut - start, size);
    if (text != start) {
      System.arraycopy(buffer, start, buffer, text, cut - start);
    }
    size = text + (cut - start);
    return cut < end;
  }

  private void reserve(int bytes) {
    if (bytes > buffer.length - size) {
      buffer = Arrays.copyOf(buffer, Math.max(Math.addExact(size, bytes), 2 * buffer.length));
    }
  }

  private int writeVarint(long value, int start) {
    long rest = value;
    int at = start;
    while ((rest & ~0x7FL) != 0) {
      buffer[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[at++] = (byte) rest;
    return at;
  }

  private static int varintLength(int value) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(value | 1) + 6) / 7;
  }
}
