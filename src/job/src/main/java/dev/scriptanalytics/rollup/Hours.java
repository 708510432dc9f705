package dev.scriptanalytics.rollup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The hours whose cells are in state: which cells each has, when its rows are written and when its
 * cells leave. It follows from the keys of the cells, so it is no state itself.
 */
final class Hours {
  private final Map<CellKey, HourCells> byKey = new HashMap<>();
  // The hours with stale rows, by the hour of the runs' starts.
  private final NavigableMap<Long, Set<HourCells>> stale = new TreeMap<>();
  private final HourCalendar settling;
  private final HourCalendar leaving;
  // Hours that are due to leave while rows of new deployment ids are held back.
  private List<HourCells> heldBack = new ArrayList<>();
  private long cells;

  /**
   * No hours.
   *
   * @param grace how long after the end of its arrival hour an hour leaves
   * @param settling how long after that end its rows are written at the latest
   */
  Hours(Duration grace, Duration settling) {
    this.leaving = new HourCalendar(grace);
    this.settling = new HourCalendar(settling);
  }

  /** The number of cells in all hours. */
  long cells() {
    return cells;
  }

  /** The hour of a cell. */
  HourCells of(CellKey cell) {
    CellKey key = cell.ofHour();
    HourCells hour = byKey.get(key);
    if (hour == null) {
      hour = new HourCells(key);
      byKey.put(key, hour);
      settling.add(hour);
      leaving.add(hour);
    }
    return hour;
  }

  /** Enters a new cell into its hour. */
  void add(HourCells hour, CellKey cell) {
    hour.add(cell);
    cells++;
  }

  /** Notes that cells of a deployment id have changed. */
  void outdate(HourCells hour, String id) {
    if (!hour.isStale()) {
      stale.computeIfAbsent(hour.hour(), created -> new LinkedHashSet<>()).add(hour);
    }
    hour.outdate(id);
  }

  /** The hours before an hour, in seconds since 1970, whose rows are stale. */
  List<HourCells> staleBefore(long end) {
    NavigableMap<Long, Set<HourCells>> before = stale.headMap(end, false);
    return before.isEmpty() ? List.of() : before.values().stream().flatMap(Set::stream).toList();
  }

  /** Takes out the deployment ids of an hour whose rows are stale and may be written. */
  List<String> takeStale(HourCells hour) {
    List<String> ids = hour.takeStale();
    if (!hour.isStale()) {
      Set<HourCells> ofHour = stale.get(hour.hour());
      if (ofHour != null && ofHour.remove(hour) && ofHour.isEmpty()) {
        stale.remove(hour.hour());
      }
    }
    return ids;
  }

  /** Takes out the hours that are so old at a watermark that their rows must be written. */
  List<HourCells> takeSettling(long watermark) {
    return takeDue(settling, watermark);
  }

  /** Takes out the hours that leave at a watermark: no fact arrives for them any more. */
  List<HourCells> takeLeaving(long watermark) {
    List<HourCells> due = heldBack;
    heldBack = new ArrayList<>();
    due.addAll(takeDue(leaving, watermark));
    List<HourCells> left = new ArrayList<>();
    for (HourCells hour : due) {
      if (hour.isConfirmed()) {
        byKey.remove(hour.key());
        cells -= hour.cells().size();
        left.add(hour);
      } else {
        heldBack.add(hour);
      }
    }
    return left;
  }

  private static List<HourCells> takeDue(HourCalendar calendar, long watermark) {
    List<HourCells> due = calendar.takeDue(watermark);
    if (due.isEmpty()) {
      return due;
    }
    List<HourCells> all = new ArrayList<>();
    for (; !due.isEmpty(); due = calendar.takeDue(watermark)) {
      all.addAll(due);
    }
    return all;
  }
}
