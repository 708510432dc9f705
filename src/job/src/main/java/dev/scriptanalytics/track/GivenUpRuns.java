package dev.scriptanalytics.track;

import dev.scriptanalytics.hash.Probing;

/**
 * The runs of which the tracker has lately given up what they had streamed, for a metric alone.
 *
 * <p>Each run has one slot, and the one that comes later overwrites the other. So a run may be
 * forgotten, and no run is here that was not given up. State does not have it: after a restart
 * counters begin anew, too.
 */
final class GivenUpRuns {
  private static final int SLOTS = 1 << 16;

  // The first half of each run's hash; null until there is a run.
  private long[] runs;

  /** Adds a run. */
  void add(long hashHigh) {
    if (runs == null) {
      runs = new long[SLOTS];
    }
    runs[slot(hashHigh)] = hashHigh;
  }

  /** Removes a run; true if it was here. */
  boolean remove(long hashHigh) {
    if (runs == null || runs[slot(hashHigh)] != hashHigh) {
      return false;
    }
    runs[slot(hashHigh)] = 0;
    return true;
  }

  private static int slot(long hashHigh) {
    return Probing.home((int) (hashHigh >>> Integer.SIZE), SLOTS);
  }
}
