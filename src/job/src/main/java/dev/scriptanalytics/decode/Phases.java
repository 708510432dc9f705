package dev.scriptanalytics.decode;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The phases of a run: where its time went, in milliseconds by name. Times of one name are added
 * up. The first 32 names are kept, since every name costs each reader of the column; the time of
 * all further ones is {@code other}. Reusable, not thread-safe.
 */
public final class Phases {
  static final int MAX_NAMES = 32;
  static final String OTHER = "other";

  private final Map<String, Double> millisByName = new LinkedHashMap<>();

  /** Forgets all phases. */
  public void clear() {
    millisByName.clear();
  }

  /**
   * Adds the time of a phase.
   *
   * @param name counts as {@code other} if it is empty
   * @param millis at least 0, and finite
   */
  public void add(String name, double millis) {
    millisByName.merge(isKept(name) ? name : OTHER, millis, Double::sum);
  }

  private boolean isKept(String name) {
    if (name.isEmpty() || millisByName.containsKey(name)) {
      return !name.isEmpty();
    }
    int names = millisByName.size() - (millisByName.containsKey(OTHER) ? 1 : 0);
    return names < MAX_NAMES;
  }

  public boolean isEmpty() {
    return millisByName.isEmpty();
  }

  /** Milliseconds by name, in the order in which the names came. */
  public Map<String, Double> entries() {
    return Collections.unmodifiableMap(millisByName);
  }
}
