package dev.scriptanalytics.rollup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The hours whose cells are in state: which cells each has, when its rows are written and when its
 * cells leave. It follows from the keys of the cells, so it is no state itself.
 */
final class Hours {
  private final Map<CellKey, HourCells> byKey = new HashMap<>();
  // The hours that may have stale rows, by the hour of the runs' starts.
  private final NavigableMap<Long, List<HourCells>> stale = new TreeMap<>();
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
    hour.outdate(id);
    list(hour);
  }

  private void list(HourCells hour) {
    if (!hour.isListed()) {
      hour.setListed(true);
      stale.computeIfAbsent(hour.hour(), created -> new ArrayList<>()).add(hour);
    }
  }

  /** Takes the hours before an hour, in seconds since 1970, off the list of stale ones. */
  List<HourCells> takeStaleBefore(long end) {
    NavigableMap<Long, List<HourCells>> before = stale.headMap(end, false);
    if (before.isEmpty()) {
      return List.of();
    }
    List<HourCells> hours = new ArrayList<>();
    before.values().forEach(hours::addAll);
    before.clear();
    hours.forEach(hour -> hour.setListed(false));
    return hours;
  }

  /** Takes out the deployment ids of an hour whose rows are stale and may be written. */
  List<String> takeStale(HourCells hour) {
    List<String> ids = hour.takeStale();
    if (hour.isStale()) {
      list(hour);
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
        cells -= hour.size();
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
