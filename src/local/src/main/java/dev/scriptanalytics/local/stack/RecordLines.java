package dev.scriptanalytics.local.stack;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of a stream as bytes. A line feed ends a line; the end of the stream ends the last one
 * unless it is empty. A carriage return is part of its line.
 */
final class RecordLines implements Closeable {

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 20];
  private int position;
  private int limit;

  RecordLines(InputStream in) {
    this.in = in;
  }

  /** The next line; null when there is none. */
  byte[] next() throws IOException {
    ByteArrayOutputStream begun = null;
    while (position < limit || fill()) {
      for (int end = position; end < limit; end++) {
        if (buffer[end] == '\n') {
          byte[] line = line(begun, end);
          position = end + 1;
          return line;
        }
      }
      begun = begun == null ? new ByteArrayOutputStream() : begun;
      begun.write(buffer, position, limit - position);
      position = limit;
    }
    return begun == null ? null : begun.toByteArray();
  }

  private byte[] line(ByteArrayOutputStream begun, int end) {
    if (begun == null) {
      return Arrays.copyOfRange(buffer, position, end);
    }
    begun.write(buffer, position, end - position);
    return begun.toByteArray();
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
