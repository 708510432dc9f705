package dev.scriptanalytics.track;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The bytes that pending log entries take, over all key groups of an instance, and the order in
 * which they are given up: oldest first.
 *
 * <p>It remembers with each run the bytes that it has counted, so that a caller who has changed a
 * run only says so ({@link #resize}).
 */
final class PendingBudget {
  private final long maxBytes;
  // Oldest first.
  private final Set<PendingRun> runs = new LinkedHashSet<>();
  private long bytes;

  /**
   * Creates an empty budget.
   *
   * @param maxBytes the bytes that all runs may take together
   */
  PendingBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The number of runs. */
  int size() {
    return runs.size();
  }

  /** The bytes of all runs. */
  long bytes() {
    return bytes;
  }

  /** Counts a run that is not counted yet, as the newest one. */
  void add(PendingRun run) {
    runs.add(run);
    resize(run);
  }

  /** Counts a run again that has changed. */
  void resize(PendingRun run) {
    int now = run.bytes();
    bytes += now - run.countedBytes;
    run.countedBytes = now;
  }

  /** Stops counting a run. */
  void remove(PendingRun run) {
    runs.remove(run);
    bytes -= run.countedBytes;
    run.countedBytes = 0;
  }

  /** The oldest run; null if there is none. */
  PendingRun oldest() {
    Iterator<PendingRun> oldestFirst = runs.iterator();
    return oldestFirst.hasNext() ? oldestFirst.next() : null;
  }

  /** Removes the oldest run if all take more than they may; null if they do not. */
  PendingRun evict() {
    if (bytes <= maxBytes) {
      return null;
    }
    PendingRun evicted = oldest();
    remove(evicted);
    return evicted;
  }
}
