package dev.scriptanalytics.rollup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A calendar of when cells leave: as the watermark says that their arrival hour is over, spread
 * over the {@link #EXPIRY_SPREAD} that follows. A hundred thousand scripts make millions of cells
 * an hour, which would hold up everything behind them if all left at once.
 *
 * <p>The calendar follows from the keys, so it is no state: one timer per cell would take a third
 * of a cell's bytes in a checkpoint.
 */
final class LeavingCells {
  /** Over how much watermark time the cells of an arrival hour leave. */
  static final Duration EXPIRY_SPREAD = Duration.ofMinutes(10);

  private static final int STEPS = 600;
  private static final long STEP_MILLIS = EXPIRY_SPREAD.toMillis() / STEPS;

  private final long graceMillis;
  // The cells by the watermark at which they leave, in milliseconds since 1970.
  private final NavigableMap<Long, List<CellKey>> byWatermark = new TreeMap<>();
  private long size;

  /**
   * An empty calendar.
   *
   * @param grace how long after its end an arrival hour is over
   */
  LeavingCells(Duration grace) {
    this.graceMillis = grace.toMillis();
  }

  /** How many cells have not left. */
  long size() {
    return size;
  }

  /** Enters a cell that is not in the calendar yet. */
  void add(CellKey key) {
    byWatermark.computeIfAbsent(leavesAt(key), created -> new ArrayList<>()).add(key);
    size++;
  }

  private long leavesAt(CellKey key) {
    int step = Math.floorMod(key.hashCode(), STEPS);
    return ArrivalHour.end(key.arrival(), graceMillis) + step * STEP_MILLIS;
  }

  /** Takes out the cells of the earliest step that is due at a watermark; none if no step is. */
  List<CellKey> takeDue(long watermark) {
    Map.Entry<Long, List<CellKey>> earliest = byWatermark.firstEntry();
    if (earliest == null || earliest.getKey() > watermark) {
      return List.of();
    }
    byWatermark.pollFirstEntry();
    size -= earliest.getValue().size();
    return earliest.getValue();
  }
}
