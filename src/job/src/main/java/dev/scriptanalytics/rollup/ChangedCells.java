package dev.scriptanalytics.rollup;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The cells that have changed since their rows were last written, and the pace at which the rows
 * are written again.
 *
 * <p>Rows are written in steps, those first whose cells have waited longest. A step writes a fixed
 * number of rows, and more where cells would otherwise wait for longer than the cold interval: then
 * just as many in each step as it takes. When load ends, a step writes all, since none of them will
 * change again soon. So a quiet system shows what happened within a second, and one with 100,000
 * busy scripts rewrites each cell every ten.
 */
final class ChangedCells {
  private static final int LOAD_DECAY = 8;

  private final long stepMillis;
  private final long longestWaitMillis;
  private final int rowsPerStep;
  // When each cell changed, in milliseconds since 1970; in that order.
  private final Map<CellKey, Long> changedAt = new LinkedHashMap<>();
  private long batches;
  // Batches per step, decaying by 8 in quiet steps, so that a short pause does not count as the end
  // of load.
  private long recentBatches;

  /**
   * No changed cells.
   *
   * @param step the time between two steps
   * @param longestWait how long a change waits at most
   * @param rowsPerStep how many rows a step writes, unless cells would wait for too long
   */
  ChangedCells(Duration step, Duration longestWait, int rowsPerStep) {
    this.stepMillis = step.toMillis();
    this.longestWaitMillis = longestWait.toMillis();
    this.rowsPerStep = rowsPerStep;
  }

  /** Takes over the cells that had changed before a restart: they count as load. */
  void restore(Collection<CellKey> keys, long now) {
    keys.forEach(key -> changedAt.put(key, now));
    recentBatches = changedAt.size();
  }

  /**
   * Notes that a batch of facts has changed a cell.
   *
   * @param now in milliseconds since 1970
   * @return whether the cell had not changed before
   */
  boolean add(CellKey key, long now) {
    batches++;
    return changedAt.putIfAbsent(key, now) == null;
  }

  /** Takes a cell out, and says whether it had changed. */
  boolean remove(CellKey key) {
    return changedAt.remove(key) != null;
  }

  /** How many cells have changed. */
  int size() {
    return changedAt.size();
  }

  boolean isEmpty() {
    return changedAt.isEmpty();
  }

  /** Takes out the cell that has waited longest; there must be one. */
  CellKey takeOldest() {
    Iterator<CellKey> keys = changedAt.keySet().iterator();
    CellKey oldest = keys.next();
    keys.remove();
    return oldest;
  }

  /**
   * Begins a step.
   *
   * @param now in milliseconds since 1970
   * @return how many rows it is to write, at most {@link #size}
   */
  int beginStep(long now) {
    recentBatches = Math.max(batches, recentBatches / LOAD_DECAY);
    batches = 0;
    return recentBatches > rowsPerStep ? rowsDue(now) : changedAt.size();
  }

  /**
   * Each cell has some steps left before it has waited for too long, and by its last one all that
   * have waited for longer must have been written as well.
   */
  private int rowsDue(long now) {
    long due = rowsPerStep;
    if (changedAt.size() > due) {
      long position = 0;
      for (long since : changedAt.values()) {
        position++;
        long stepsLeft = Math.max(1, (since + longestWaitMillis - now) / stepMillis);
        due = Math.max(due, (position + stepsLeft - 1) / stepsLeft);
      }
    }
    return (int) Math.min(due, changedAt.size());
  }
}
