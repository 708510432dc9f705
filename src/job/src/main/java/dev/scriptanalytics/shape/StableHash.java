package dev.scriptanalytics.shape;

import dev.scriptanalytics.hash.SipHash;

/**
 * The 64-bit hash of what is stored: the same in every process and release.
 *
 * <p>Its key is public and never changes, since a hash under another key would not meet the rows
 * that are stored already. Reusable, not thread-safe.
 */
final class StableHash {
  /** The ASCII characters {@code shapes and error}. */
  private static final String KEY = "73686170657320616e64206572726f72";

  private final SipHash hash = new SipHash(KEY);

  /** The hash of bytes; never 0, which stands for a missing value. */
  long of(byte[] bytes, int from, int to) {
    hash.hash(bytes, from, to);
    return hash.high() == 0 ? 1 : hash.high();
  }
}
