package dev.scriptanalytics.track;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The bytes that pending runs take, over all key groups of an instance, and the order in which they
 * are given up: oldest first.
 *
 * <p>It remembers with each run the bytes that it has counted, so that a caller who has changed a
 * run only says so ({@link #resize}).
 */
final class PendingBudget {
  private final long maxBytes;
  // Oldest first. Those that are held leave first, since they have waited longer than the others.
  private final Set<PendingRun> held = new LinkedHashSet<>();
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
    return held.size() + runs.size();
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

  /** Holds a run whose wait is over: it still counts, and {@link #oldest} passes it over. */
  void hold(PendingRun run) {
    runs.remove(run);
    held.add(run);
    resize(run);
  }

  /** Stops counting a run. */
  void remove(PendingRun run) {
    if (!runs.remove(run)) {
      held.remove(run);
    }
    bytes -= run.countedBytes;
    run.countedBytes = 0;
  }

  /** The oldest run that is not held; null if there is none. */
  PendingRun oldest() {
    return first(runs);
  }

  private static PendingRun first(Set<PendingRun> oldestFirst) {
    Iterator<PendingRun> iterator = oldestFirst.iterator();
    return iterator.hasNext() ? iterator.next() : null;
  }

  /** Removes the oldest run if all take more than they may; null if they do not. */
  PendingRun evict() {
    if (bytes <= maxBytes) {
      return null;
    }
    PendingRun evicted = first(held.isEmpty() ? runs : held);
    remove(evicted);
    return evicted;
  }
}
