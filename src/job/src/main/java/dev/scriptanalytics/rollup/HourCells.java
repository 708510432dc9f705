package dev.scriptanalytics.rollup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The minute cells of one script and deployment version that share hour of start and arrival hour:
 * which there are, for which deployment ids, and whether the hour's rows say the same as they do.
 *
 * <p>It holds keys only, and follows from the keys of the cells in state, so it is no state itself.
 *
 * <p><b>Deployment ids.</b> A producer may name a new id in every run. So the number of ids has a
 * limit; the runs of any further id count under {@link #OTHER}. Which ids came first depends on the
 * order of arrival, which another attempt of the job need not repeat. So the rows of a new id are
 * written only after a checkpoint has confirmed it: no row of an id remains that a later attempt
 * counts under {@code other}.
 */
final class HourCells {
  /** Stands for all deployment ids beyond the limit. */
  static final String OTHER = "other";

  private static final Comparator<CellKey> BY_MINUTE = Comparator.comparingLong(CellKey::minute);

  private final CellKey key;
  private final List<CellKey> cells = new ArrayList<>(2);
  private final Set<String> ids = new HashSet<>(2);
  private final Set<String> unconfirmed = new HashSet<>(0);
  // The ids whose hour row does not say what their cells say.
  private final Set<String> stale = new HashSet<>(2);

  /**
   * An hour without cells.
   *
   * @param key see {@link CellKey#ofHour}
   */
  HourCells(CellKey key) {
    this.key = key;
  }

  /** The key that stands for the hour. */
  CellKey key() {
    return key;
  }

  /** The hour of the runs' starts, in seconds since 1970. */
  long hour() {
    return key.minute();
  }

  /** Enters a new cell. */
  void add(CellKey cell) {
    cells.add(cell);
    ids.add(cell.deploymentId());
  }

  /** All cells. */
  List<CellKey> cells() {
    return cells;
  }

  /** The cells of a deployment id, by minute. */
  List<CellKey> cells(String id) {
    return cells.stream().filter(cell -> cell.deploymentId().equals(id)).sorted(BY_MINUTE).toList();
  }

  /** True if cells of this id can be written: it has cells already, or there is room for it. */
  boolean admits(String id, int limit) {
    return ids.contains(id) || ids.size() < limit;
  }

  /** True if no cell of this id has been entered. */
  boolean isNew(String id) {
    return !ids.contains(id);
  }

  /** Holds back the rows of an id until {@link #confirm}. */
  void holdBack(String id) {
    unconfirmed.add(id);
  }

  /** Lets the rows of an id be written: a checkpoint contains it. */
  void confirm(String id) {
    unconfirmed.remove(id);
  }

  /** True if rows of this id may be written. */
  boolean isConfirmed(String id) {
    return !unconfirmed.contains(id);
  }

  /** True if rows of every id may be written. */
  boolean isConfirmed() {
    return unconfirmed.isEmpty();
  }

  /** Notes that cells of an id have changed, so that its hour row has become stale. */
  void outdate(String id) {
    stale.add(id);
  }

  /** True if the hour row of any id is stale. */
  boolean isStale() {
    return !stale.isEmpty();
  }

  /** Takes out the ids whose hour rows are stale and may be written. */
  List<String> takeStale() {
    List<String> taken = stale.stream().filter(this::isConfirmed).toList();
    taken.forEach(stale::remove);
    return taken;
  }
}
