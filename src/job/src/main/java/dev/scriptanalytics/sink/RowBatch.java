package dev.scriptanalytics.sink;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Rows for one insert, as bytes one after the other. */
final class RowBatch {
  private static final int INITIAL_BYTES = 64 * 1024;

  private final int maxRows;
  private final int maxBytes;
  private byte[] bytes = new byte[INITIAL_BYTES];
  private int size;
  private int rows;

  RowBatch(int maxRows, int maxBytes) {
    this.maxRows = maxRows;
    this.maxBytes = maxBytes;
  }

  int rows() {
    return rows;
  }

  /** The number of bytes of all rows. */
  int size() {
    return size;
  }

  boolean isEmpty() {
    return rows == 0;
  }

  boolean isFull() {
    return rows >= maxRows || size >= maxBytes;
  }

  /** Whether a row of that many bytes fits; an empty batch takes any row. */
  boolean hasRoomFor(int length) {
    return rows == 0 || (rows < maxRows && (long) size + length <= maxBytes);
  }

  /** Adds a row: the first {@code length} of these bytes. */
  void add(byte[] row, int length) {
    int needed = Math.addExact(size, length);
    if (needed > bytes.length) {
      long doubled = Math.min(2L * bytes.length, maxBytes);
      bytes = Arrays.copyOf(bytes, (int) Math.max(doubled, needed));
    }
    System.arraycopy(row, 0, bytes, size, length);
    size = needed;
    rows++;
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  void clear() {
    size = 0;
    rows = 0;
    if (bytes.length > maxBytes) {
      bytes = new byte[INITIAL_BYTES];
    }
  }
}
