package dev.scriptanalytics.decode;

import java.util.Arrays;

/**
 * The meanings of the words that were looked up last, by their bytes. Producers send a handful of
 * words over and over, so a word that was seen before costs a comparison and no allocation. A newer
 * word may take the place of another one. Reusable, not thread-safe.
 *
 * @param <M> what a word means
 */
final class KnownWords<M> {
  private static final int SLOTS = 64;

  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  private record Known<M>(byte[] word, M meaning) {}

  @SuppressWarnings("unchecked") // Only this class puts anything into the array.
  private final Known<M>[] slots = (Known<M>[]) new Known<?>[SLOTS];

  /** What the word from {@code from} up to {@code to} means; null if it is not known here. */
  M meaningOf(byte[] text, int from, int to) {
    Known<M> known = slots[slotOf(text, from, to)];
    return known != null && Arrays.equals(known.word, 0, known.word.length, text, from, to)
        ? known.meaning
        : null;
  }

  /** Keeps the meaning of a word, and the array. */
  void put(byte[] word, M meaning) {
    slots[slotOf(word, 0, word.length)] = new Known<>(word, meaning);
  }

  /** A hash of length, beginning and end, which differ between most words. */
  private static int slotOf(byte[] text, int from, int to) {
    if (from == to) {
      return 0;
    }
    int length = to - from;
    return (length * 31 + text[from] * 7 + text[to - 1]) & (SLOTS - 1);
  }
}
