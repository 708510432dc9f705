package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.RunStatusWords;
import dev.scriptanalytics.event.RunStatusWords.Meaning;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds the meaning of a run's status word. Reusable, not thread-safe. */
final class RunStatusReader {
  private final RunStatusWords words;
  private final KnownWords<Meaning> known = new KnownWords<>();

  RunStatusReader(RunStatusWords words) {
    this.words = words;
  }

  /** What the word from {@code from} up to {@code to} means; null for an unknown one. */
  Meaning meaningOf(byte[] text, int from, int to) {
    Meaning meaning = known.meaningOf(text, from, to);
    if (meaning == null) {
      meaning = words.meaningOf(new String(text, from, to - from, StandardCharsets.UTF_8));
      if (meaning != null) {
        known.put(Arrays.copyOfRange(text, from, to), meaning);
      }
    }
    return meaning;
  }
}
