package dev.scriptanalytics.decode;

import java.util.LinkedHashMap;
import java.util.Map;

/** Where the time of a run went, in milliseconds by name. Reusable, not thread-safe. */
public final class Phases {
  /** How many names a run may have; what comes later is added up. */
  static final int MAX_NAMES = 32;

  /** The name that stands for all beyond {@link #MAX_NAMES}. */
  static final String OTHER = "other";

  /** Longer than any run, so that sums stay finite. */
  private static final double MAX_MILLIS = 1e18;

  private final Map<String, Double> millis = new LinkedHashMap<>();

  /** Forgets all phases. */
  public void reset() {
    millis.clear();
  }

  /** Whether that is a time that a phase can take. */
  public static boolean isTime(double millis) {
    return millis >= 0 && millis <= MAX_MILLIS;
  }

  /** Sets the time of a phase; of equal names the last one counts. */
  public void put(String name, double time) {
    String key = keyOf(name);
    if (key.equals(OTHER)) {
      add(key, time);
    } else {
      // JSON has a -0.
      millis.put(key, time + 0.0);
    }
  }

  /** Adds to the time of a phase. */
  public void add(String name, double time) {
    millis.merge(keyOf(name), time + 0.0, Double::sum);
  }

  private String keyOf(String name) {
    return millis.containsKey(name) || millis.size() < MAX_NAMES ? name : OTHER;
  }

  /** The times by name, in the order of their first appearance. */
  public Map<String, Double> millis() {
    return millis;
  }
}
