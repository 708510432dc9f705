package dev.scriptanalytics.rollup;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The deployment ids whose rows wait for the checkpoint that contains them ({@link HourCells}). */
final class NewDeploymentIds {
  private record NewId(HourCells hour, String id) {}

  // Since the last barrier.
  private List<NewId> latest = new ArrayList<>();
  // By the checkpoint that contains them.
  private final NavigableMap<Long, List<NewId>> byCheckpoint = new TreeMap<>();

  /** Holds back the rows of an id that is new in its hour. */
  void add(HourCells hour, String id) {
    hour.holdBack(id);
    latest.add(new NewId(hour, id));
  }

  /** Notes that the checkpoint of the next barrier contains all ids so far. */
  void barrier(long checkpointId) {
    if (!latest.isEmpty()) {
      byCheckpoint.put(checkpointId, latest);
      latest = new ArrayList<>();
    }
  }

  /**
   * Lets the rows be written whose ids are in a complete checkpoint.
   *
   * @param checkpointId the checkpoint; {@link Long#MAX_VALUE} for all ids
   * @return their cells
   */
  List<CellKey> confirm(long checkpointId) {
    if (checkpointId == Long.MAX_VALUE) {
      barrier(checkpointId);
    }
    if (byCheckpoint.isEmpty()) {
      return List.of();
    }
    List<CellKey> cells = new ArrayList<>();
    NavigableMap<Long, List<NewId>> complete = byCheckpoint.headMap(checkpointId, true);
    for (List<NewId> ids : complete.values()) {
      for (NewId newId : ids) {
        newId.hour().confirm(newId.id());
        cells.addAll(newId.hour().cells(newId.id()));
      }
    }
    complete.clear();
    return cells;
  }
}
