package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.RunStatusWords;
import dev.scriptanalytics.event.RunStatusWords.Meaning;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the meaning of a run's status word. Producers send a handful of words over and over, so the
 * last ones are kept by their bytes: a word that was seen before costs a comparison and no
 * allocation. Reusable, not thread-safe.
 */
final class RunStatusReader {
  private static final int SLOTS = 64;

  private final RunStatusWords words;
  private final byte[][] seen = new byte[SLOTS][];
  private final Meaning[] meanings = new Meaning[SLOTS];

  RunStatusReader(RunStatusWords words) {
    this.words = words;
  }

  /** What the word from {@code from} up to {@code to} means; null for an unknown one. */
  Meaning meaningOf(byte[] text, int from, int to) {
    int slot = slotOf(text, from, to);
    byte[] word = seen[slot];
    if (word != null && Arrays.equals(word, 0, word.length, text, from, to)) {
      return meanings[slot];
    }
    Meaning meaning = words.meaningOf(new String(text, from, to - from, StandardCharsets.UTF_8));
    if (meaning != null) {
      seen[slot] = Arrays.copyOfRange(text, from, to);
      meanings[slot] = meaning;
    }
    return meaning;
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
