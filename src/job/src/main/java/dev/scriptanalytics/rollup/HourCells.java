package dev.scriptanalytics.rollup;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The minute cells of one script and deployment version that share hour of start and arrival hour:
 * which there are, for which deployment ids, and whether the hour's rows say the same as they do.
 *
 * <p>It holds keys only, and follows from the keys of the cells in state, so it is no state itself.
 * There are as many as cells if each script has a run per hour, so an hour without deployment ids
 * takes one small array.
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
  private CellKey[] cells = new CellKey[1];
  private int size;
  // Whether any hour row does not say what its cells say.
  private boolean stale;
  private boolean listed;
  // Null while no cell has a deployment id.
  private Ids ids;

  /** The deployment ids of an hour. */
  private static final class Ids {
    private final Set<String> known = new HashSet<>();
    private final Set<String> unconfirmed = new HashSet<>();
    private final Set<String> stale = new HashSet<>();
  }

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

  /** The number of cells. */
  int size() {
    return size;
  }

  /** Enters a new cell. */
  void add(CellKey cell) {
    if (size == cells.length) {
      cells = Arrays.copyOf(cells, 2 * size);
    }
    cells[size] = cell;
    size++;
    if (!cell.deploymentId().isEmpty()) {
      ids().known.add(cell.deploymentId());
    }
  }

  private Ids ids() {
    if (ids == null) {
      ids = new Ids();
      if (stale) {
        ids.stale.add(CellKey.NO_ID);
      }
    }
    return ids;
  }

  /** All cells. */
  List<CellKey> cells() {
    return Arrays.asList(cells).subList(0, size);
  }

  /** The cells of a deployment id, by minute. */
  List<CellKey> cells(String id) {
    Stream<CellKey> all = cells().stream();
    return (ids == null ? all : all.filter(cell -> cell.deploymentId().equals(id)))
        .sorted(BY_MINUTE)
        .toList();
  }

  /** True if cells of this id can be entered: it has cells already, or there is room for it. */
  boolean admits(String id, int limit) {
    return ids == null || ids.known.contains(id) || ids.known.size() < limit;
  }

  /** True if no cell of this deployment id has been entered. */
  boolean isNew(String id) {
    return !id.isEmpty() && (ids == null || !ids.known.contains(id));
  }

  /** Holds back the rows of an id until {@link #confirm}. */
  void holdBack(String id) {
    ids().unconfirmed.add(id);
  }

  /** Lets the rows of an id be written: a checkpoint contains it. */
  void confirm(String id) {
    ids().unconfirmed.remove(id);
  }

  /** True if rows of this id may be written. */
  boolean isConfirmed(String id) {
    return ids == null || !ids.unconfirmed.contains(id);
  }

  /** True if rows of every id may be written. */
  boolean isConfirmed() {
    return ids == null || ids.unconfirmed.isEmpty();
  }

  /** Notes that cells of an id have changed, so that its hour row has become stale. */
  void outdate(String id) {
    stale = true;
    if (ids != null) {
      ids.stale.add(id);
    }
  }

  /** True if the hour row of any id is stale. */
  boolean isStale() {
    return stale;
  }

  /** Takes out the ids whose hour rows are stale and may be written. */
  List<String> takeStale() {
    if (!stale) {
      return List.of();
    }
    if (ids == null) {
      stale = false;
      return List.of(CellKey.NO_ID);
    }
    List<String> taken = ids.stale.stream().filter(this::isConfirmed).toList();
    taken.forEach(ids.stale::remove);
    stale = !ids.stale.isEmpty();
    return taken;
  }

  /** Whether {@link Hours} has listed the hour among those that may be stale. */
  boolean isListed() {
    return listed;
  }

  void setListed(boolean isListed) {
    this.listed = isListed;
  }
}
