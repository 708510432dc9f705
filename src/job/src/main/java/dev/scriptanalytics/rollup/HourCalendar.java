package dev.scriptanalytics.rollup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A calendar of hours: each is due once the watermark says that it is over, spread over the {@link
 * #SPREAD} that follows. A hundred thousand scripts make millions of cells per hour, which would
 * hold up everything behind them if all were due at once.
 *
 * <p>The calendar follows from the keys, so it is no state: one timer per cell would be a third of
 * the cell's bytes in a checkpoint.
 */
final class HourCalendar {
  /** Over how much watermark time the hours that end together are due. */
  static final Duration SPREAD = Duration.ofMinutes(10);

  private static final int STEPS = 600;
  private static final long STEP_MILLIS = SPREAD.toMillis() / STEPS;

  private final long graceMillis;
  // By the watermark at which they are due, in milliseconds since 1970.
  private final NavigableMap<Long, List<HourCells>> byWatermark = new TreeMap<>();

  /**
   * An empty calendar.
   *
   * @param grace how long after its end an arrival hour is over
   */
  HourCalendar(Duration grace) {
    this.graceMillis = grace.toMillis();
  }

  /** Enters an hour that is not in the calendar yet. */
  void add(HourCells hour) {
    byWatermark.computeIfAbsent(dueAt(hour.key()), created -> new ArrayList<>()).add(hour);
  }

  private long dueAt(CellKey hour) {
    int step = Math.floorMod(hour.hashCode(), STEPS);
    return ArrivalHour.end(hour.arrival(), graceMillis) + step * STEP_MILLIS;
  }

  /** Takes out the hours of the earliest step that is due at a watermark; none if no step is. */
  List<HourCells> takeDue(long watermark) {
    Map.Entry<Long, List<HourCells>> earliest = byWatermark.firstEntry();
    if (earliest == null || earliest.getKey() > watermark) {
      return List.of();
    }
    byWatermark.pollFirstEntry();
    return earliest.getValue();
  }
}
