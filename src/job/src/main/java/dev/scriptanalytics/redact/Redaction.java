package dev.scriptanalytics.redact;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What is to be masked: patterns by their names, in the order of these. */
public final class Redaction implements Serializable {
  private static final long serialVersionUID = 1;

  /** Nothing is masked. */
  public static final Redaction NONE = new Redaction(Map.of());

  // Patterns are serializable. Sorted, so that of two that match alike the same one always wins.
  private final TreeMap<String, Pattern> patterns;

  /**
   * With patterns by name.
   *
   * @param patterns names are of letters, digits, '-' and '_', so that a mask is no part of JSON's
   *     syntax
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
