package dev.scriptanalytics.track;

import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunDeployment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * Spells identities out, each by what is not as in the one before: those of an installation are
 * much alike, and with many scripts they would take twice as much as the runs.
 *
 * <p>An identity is its number in three bytes, how many of its {@link RunDeployment#bytes bytes}
 * are the first and how many the last ones of that before, and those between them, as a string.
 */
final class DeploymentDeltaCodec {
  private static final byte[] NONE = {};

  private final RowBinaryBuffer out = new RowBinaryBuffer();
  private byte[] previous = NONE;
  private int count;

  void add(int number, RunDeployment identity) {
    byte[] bytes = identity.bytes();
    int atMost = Math.min(bytes.length, previous.length);
    int first = 0;
    while (first < atMost && bytes[first] == previous[first]) {
      first++;
    }
    int last = 0;
    while (last < atMost - first
        && bytes[bytes.length - 1 - last] == previous[previous.length - 1 - last]) {
      last++;
    }
    out.uint16(number >>> 8);
    out.uint8(number);
    out.varint(first);
    out.varint(last);
    out.string(bytes, first, bytes.length - last);
    previous = bytes;
    count++;
  }

  /** How many bytes {@link #writeTo} takes. */
  int size() {
    return Integer.BYTES + out.size();
  }

  /** Writes how many there are, and all of them. */
  void writeTo(ByteBuffer target) {
    target.putInt(count).put(out.buffer(), 0, out.size());
  }

  /**
   * Reads what {@link #writeTo} wrote.
   *
   * @param numbers for each number that was written, gets that of its identity here
   */
  static void read(ByteBuffer from, Map<Integer, Integer> numbers, Deployments identities) {
    byte[] previous = NONE;
    for (int left = from.getInt(); left > 0; left--) {
      int number = Byte.toUnsignedInt(from.get()) | Byte.toUnsignedInt(from.get()) << 8;
      number = number << 8 | Byte.toUnsignedInt(from.get());
      int first = readVarint(from);
      int last = readVarint(from);
      int between = readVarint(from);
      byte[] bytes = Arrays.copyOf(previous, first + between + last);
      from.get(bytes, first, between);
      System.arraycopy(previous, previous.length - last, bytes, first + between, last);
      numbers.put(number, identities.of(RunDeployment.ofBytes(bytes)));
      previous = bytes;
    }
  }

  private static int readVarint(ByteBuffer from) {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = from.get();
      value |= (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
