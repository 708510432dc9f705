package dev.scriptanalytics.track;

import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunDeployment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes deployments as differences from the previous one, because those of one installation are
 * much alike: with many scripts they would otherwise take twice the bytes of the runs.
 *
 * <pre>
 *   | count 4 bytes | deployment | deployment | ...
 *   deployment  | number 3 bytes | prefix varint | suffix varint | length varint | middle |
 * </pre>
 *
 * <p>{@code prefix} and {@code suffix} are the numbers of first and last {@link RunDeployment#bytes
 * bytes} that equal those of the previous deployment; {@code middle} has the bytes between.
 */
final class DeploymentDeltaCodec {
  private static final byte[] NONE = {};

  private final RowBinaryBuffer out = new RowBinaryBuffer();
  private byte[] previous = NONE;
  private int count;

  void add(int number, RunDeployment deployment) {
    byte[] bytes = deployment.bytes();
    int atMost = Math.min(bytes.length, previous.length);
    int prefix = 0;
    while (prefix < atMost && bytes[prefix] == previous[prefix]) {
      prefix++;
    }
    int suffix = 0;
    while (suffix < atMost - prefix
        && bytes[bytes.length - 1 - suffix] == previous[previous.length - 1 - suffix]) {
      suffix++;
    }
    out.uint16(number >>> 8);
    out.uint8(number);
    out.varint(prefix);
    out.varint(suffix);
    out.string(bytes, prefix, bytes.length - suffix);
    previous = bytes;
    count++;
  }

  /** The number of bytes that {@link #writeTo} writes. */
  int size() {
    return Integer.BYTES + out.size();
  }

  /** Writes all deployments. */
  void writeTo(ByteBuffer target) {
    target.putInt(count).put(out.buffer(), 0, out.size());
  }

  /**
   * Reads the deployments of {@link #writeTo}.
   *
   * @param numbers receives, for each written number, the number of its deployment here
   * @param deployments numbers the deployments
   */
  static void read(ByteBuffer from, Map<Integer, Integer> numbers, Deployments deployments) {
    byte[] previous = NONE;
    for (int left = from.getInt(); left > 0; left--) {
      int number = Byte.toUnsignedInt(from.get()) | Byte.toUnsignedInt(from.get()) << 8;
      number = number << 8 | Byte.toUnsignedInt(from.get());
      int prefix = readVarint(from);
      int suffix = readVarint(from);
      int middle = readVarint(from);
      byte[] bytes = Arrays.copyOf(previous, prefix + middle + suffix);
      from.get(bytes, prefix, middle);
      System.arraycopy(previous, previous.length - suffix, bytes, prefix + middle, suffix);
      numbers.put(number, deployments.of(RunDeployment.ofBytes(bytes)));
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
