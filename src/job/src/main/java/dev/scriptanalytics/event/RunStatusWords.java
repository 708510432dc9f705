package dev.scriptanalytics.event;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The words that producers have for the states of a run. Case, blanks, {@code -} and {@code _} do
 * not matter, and so camel case does not either: {@code timed_out}, {@code TimedOut} and {@code
 * TIMED OUT} are one word.
 */
public final class RunStatusWords implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The words, in their normal form, whose event tells no start of an execution. */
  public static final Set<String> QUEUED = Set.of("queued", "pending", "scheduled");

  /** What a word means. */
  public enum Meaning {
    QUEUED(RunStatus.IN_PROGRESS),
    IN_PROGRESS(RunStatus.IN_PROGRESS),
    SUCCESS(RunStatus.SUCCESS),
    FAILED(RunStatus.FAILED);

    private final RunStatus status;

    Meaning(RunStatus status) {
      this.status = status;
    }

    /** The state of a run with that word. */
    public RunStatus status() {
      return status;
    }
  }

  private final HashMap<String, Meaning> meanings = new HashMap<>();

  /** The words of each state; a word of two states has the first. */
  public RunStatusWords(List<String> inProgress, List<String> success, List<String> failed) {
    inProgress.forEach(word -> put(word, Meaning.IN_PROGRESS));
    success.forEach(word -> put(word, Meaning.SUCCESS));
    failed.forEach(word -> put(word, Meaning.FAILED));
  }

  private void put(String word, Meaning meaning) {
    String normal = normalForm(word);
    boolean queued = meaning == Meaning.IN_PROGRESS && QUEUED.contains(normal);
    meanings.putIfAbsent(normal, queued ? Meaning.QUEUED : meaning);
  }

  /** What a word in any spelling means; null for an unknown one. */
  public Meaning meaningOf(String word) {
    return meanings.get(normalForm(word));
  }

  /** Every word in its normal form, with its meaning. */
  public Map<String, Meaning> meanings() {
    return Map.copyOf(meanings);
  }

  /** The form that all spellings of a word share. */
  public static String normalForm(String word) {
    StringBuilder normal = new StringBuilder(word.length());
    for (int i = 0; i < word.length(); i++) {
      char character = word.charAt(i);
      if (character != '_' && character != '-' && !Character.isWhitespace(character)) {
        normal.append(character);
      }
    }
    return normal.toString().toLowerCase(Locale.ROOT);
  }
}
