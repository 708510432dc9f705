package dev.scriptanalytics.redact;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The patterns to mask, by name and sorted by it. */
public final class Redaction implements Serializable {
  private static final long serialVersionUID = 1;

  /** No patterns: nothing is masked. */
  public static final Redaction NONE = new Redaction(Map.of());

  // Sorted, so that of two patterns with the same match the same one always wins.
  private final TreeMap<String, Pattern> patterns;

  /**
   * A redaction by these patterns.
   *
   * @param patterns by name; names consist of letters, digits, '-' and '_', so that a mask needs no
   *     escapes in JSON
   */
  public Redaction(Map<String, Pattern> patterns) {
    this.patterns = new TreeMap<>(patterns);
  }

  Map<String, Pattern> patterns() {
    return Collections.unmodifiableMap(patterns);
  }

  @Override
  public String toString() {
    return patterns.toString();
  }
}
