package dev.scriptanalytics.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * SipHash-2-4 with 128 bits: a keyed hash, so that a producer cannot choose two run ids that
 * collide.
 *
 * <p>Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), and the 128-bit
 * variant of their reference implementation. Reusable, not thread-safe.
 */
public final class SipHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long key0;
  private final long key1;
  private long high;
  private long low;

  /** Creates a hash with a key of 32 hexadecimal digits. */
  public SipHash(String hexKey) {
    byte[] key = HexFormat.of().parseHex(hexKey);
    if (key.length != 16) {
      throw new IllegalArgumentException("A hash key has 32 hexadecimal digits");
    }
    this.key0 = (long) LONG.get(key, 0);
    this.key1 = (long) LONG.get(key, 8);
  }

  /** Hashes bytes; {@link #high} and {@link #low} have the result. */
  public void hash(byte[] bytes, int from, int to) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    int position = from;
    // The whole words come first, then the tail with the length.
    long tail = ((long) (to - from)) << 56;
    boolean more = true;
    while (more) {
      long word;
      if (to - position >= Long.BYTES) {
        word = (long) LONG.get(bytes, position);
        position += Long.BYTES;
      } else {
        for (int shift = 0; position < to; position++, shift += 8) {
          tail |= (bytes[position] & 0xffL) << shift;
        }
        word = tail;
        more = false;
      }
      v3 ^= word;
      for (int round = 0; round < 2; round++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    v2 ^= 0xee;
    for (int round = 0; round < 8; round++) {
      if (round == 4) {
        high = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
      }
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
    low = v0 ^ v1 ^ v2 ^ v3;
  }

  /** The first eight bytes of the result, little-endian. */
  public long high() {
    return high;
  }

  /** The last eight bytes of the result, little-endian. */
  public long low() {
    return low;
  }
}
