package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What the tracker knows about the runs of one key group.
 *
 * <p><b>Owned state:</b> the finished runs and their log in keyed state, the open runs, and the
 * runs with pending log entries. The ends that await their start are bounded per instance, so they
 * live in {@link EndsAwaitingStart}; this object only writes and reads those of its key group.
 *
 * <p><b>Lifecycle:</b> created empty; {@link #restore} once if the job has state; {@link #store}
 * before each barrier. In between the tables are changed directly, and nothing touches Flink.
 */
final class KeyGroupState {
  final FinishedRuns finished;
  final OpenRuns open = new OpenRuns();
  final PendingLogs pending = new PendingLogs();

  private final Integer key;
  private final FinishedRunsLog finishedLog = new FinishedRunsLog();
  private boolean hasStoredEnds;
  private boolean hasStoredUntimedEnds;

  /**
   * Creates the empty state of a key group.
   *
   * @param key the representative of the key group
   */
  KeyGroupState(Integer key, Deployments deployments) {
    this.key = key;
    this.finished = new FinishedRuns(deployments);
  }

  /**
   * Reads everything from keyed state.
   *
   * @param ends takes the written ends that await their start
   * @param untimedEnds takes the ends that cannot be written before their start arrives
   */
  void restore(KeyedState state, Consumer<ScriptEvent> ends, Consumer<ScriptEvent> untimedEnds)
      throws Exception {
    state.select(key);
    finishedLog.readInto(finished, state.finishedRuns);
    byte[] openRuns = state.openRuns.value();
    if (openRuns != null) {
      open.load(openRuns);
    }
    byte[] waitingEnds = state.waitingEnds.value();
    if (waitingEnds != null) {
      hasStoredEnds = true;
      EndsAwaitingStart.read(waitingEnds, ends);
    }
    byte[] untimed = state.untimedEnds.value();
    if (untimed != null) {
      hasStoredUntimedEnds = true;
      EndsAwaitingStart.read(untimed, untimedEnds);
    }
    byte[] pendingLogs = state.pendingLogs.value();
    if (pendingLogs != null) {
      pending.load(pendingLogs);
    }
  }

  /**
   * Writes what has changed since the last call to keyed state.
   *
   * @param ends the blob of the written ends that await their start; null if there are none
   * @param untimedEnds the same of the ends that cannot be written before their start arrives
   */
  void store(KeyedState state, byte[] ends, byte[] untimedEnds) throws Exception {
    Map<Integer, byte[]> finishedChanges = finished.takeChanges();
    boolean isChanged =
        !finishedChanges.isEmpty()
            || finishedLog.reachesBefore(finished.oldestHour())
            || open.isChanged()
            || pending.isChanged()
            || ends != null
            || hasStoredEnds
            || untimedEnds != null
            || hasStoredUntimedEnds;
    if (!isChanged) {
      return;
    }
    state.select(key);
    state.waitingEnds.update(ends);
    hasStoredEnds = ends != null;
    state.untimedEnds.update(untimedEnds);
    hasStoredUntimedEnds = untimedEnds != null;
    finishedLog.forgetBefore(finished.oldestHour(), state.finishedRuns);
    for (Map.Entry<Integer, byte[]> ofHour : finishedChanges.entrySet()) {
      finishedLog.append(ofHour.getKey(), ofHour.getValue(), state.finishedRuns);
    }
    if (open.isChanged()) {
      state.openRuns.update(open.toBytes());
    }
    if (pending.isChanged()) {
      state.pendingLogs.update(pending.toBytes());
    }
  }

  /** The latest arrival of an open run or a pending log entry; {@link Long#MIN_VALUE} for none. */
  long latestArrival() {
    long latest = Long.MIN_VALUE;
    List<ScriptEvent> starts = new ArrayList<>();
    open.collect(start -> true, starts);
    for (ScriptEvent start : starts) {
      latest = Math.max(latest, start.arrival);
    }
    for (PendingRun run : pending.runs()) {
      latest = Math.max(latest, run.since);
    }
    return latest;
  }
}
