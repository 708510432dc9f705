package dev.scriptanalytics.decode;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts the equal entries of one record, so that each gets an id of its own. A record of a single
 * entry, which most are, costs no allocation. Not thread-safe.
 */
final class EqualEntries {
  /** A table that has grown beyond this is not kept: clearing it would cost each later record. */
  private static final int KEPT = 1024;

  private record Hash(long high, long low) {}

  private Map<Hash, Integer> counts = new HashMap<>();
  private long firstHigh;
  private long firstLow;
  private boolean hasFirst;

  /** Forgets all entries. */
  void clear() {
    hasFirst = false;
    if (counts.size() > KEPT) {
      counts = new HashMap<>();
    } else {
      counts.clear();
    }
  }

  /** Adds an entry by its hash; returns how many equal ones were added before. */
  int add(long high, long low) {
    if (!hasFirst) {
      hasFirst = true;
      firstHigh = high;
      firstLow = low;
      return 0;
    }
    if (counts.isEmpty()) {
      counts.put(new Hash(firstHigh, firstLow), 1);
    }
    return counts.merge(new Hash(high, low), 1, Integer::sum) - 1;
  }
}
