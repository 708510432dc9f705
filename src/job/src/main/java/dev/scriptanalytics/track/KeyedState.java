package dev.scriptanalytics.track;

import java.util.function.Consumer;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;

/**
 * The tracker's state in Flink: blobs, under one key per key group.
 *
 * <p>Flink's usual way is an entry in the state backend for each run, which is looked up for each
 * record. That costs more than everything else in the tracker together. So the tracker uses keyed
 * state in an unusual way:
 *
 * <ul>
 *   <li>Runs live in tables of the tracker's own, one {@link KeyGroupState} per key group.
 *   <li>All runs of a key group have the same key, its {@link KeyGroups#representative
 *       representative}. Flink routes records by it, and the state of the key group is written
 *       under it. Rescaling moves key groups, and with each of them its blobs.
 *   <li>No record needs a current key: {@link TrackRuns#hasKeyContext1} tells Flink not to set any.
 *   <li>Before each barrier, and once at the start, the tracker selects one representative after
 *       another ({@link #select}) and writes or reads the blobs of its key group. The snapshot that
 *       follows the barrier contains them.
 * </ul>
 *
 * <p>The names of the descriptors are part of every savepoint.
 */
final class KeyedState {
  /** Blobs of finished runs, see {@link FinishedRunsLog}. */
  static final MapStateDescriptor<Long, byte[]> FINISHED =
      new MapStateDescriptor<>(
          "finished-runs", LongSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);

  /** One blob with all open runs, see {@link OpenRuns}. */
  static final ValueStateDescriptor<byte[]> OPEN =
      new ValueStateDescriptor<>("open-runs", BytePrimitiveArraySerializer.INSTANCE);

  /** One blob with the written ends that await their start, see {@link EndsAwaitingStart}. */
  static final ValueStateDescriptor<byte[]> WAITING_ENDS =
      new ValueStateDescriptor<>("waiting-ends", BytePrimitiveArraySerializer.INSTANCE);

  /**
   * One blob with the ends that cannot be written before their start arrives, see {@link
   * EndsAwaitingStart}.
   */
  static final ValueStateDescriptor<byte[]> UNTIMED_ENDS =
      new ValueStateDescriptor<>("untimed-ends", BytePrimitiveArraySerializer.INSTANCE);

  /** One blob with the log entries that may have to be written again, see {@link PendingLogs}. */
  static final ValueStateDescriptor<byte[]> PENDING_LOGS =
      new ValueStateDescriptor<>("pending-logs", BytePrimitiveArraySerializer.INSTANCE);

  final MapState<Long, byte[]> finishedRuns;
  final ValueState<byte[]> openRuns;
  final ValueState<byte[]> waitingEnds;
  final ValueState<byte[]> untimedEnds;
  final ValueState<byte[]> pendingLogs;
  private final Consumer<Object> setCurrentKey;

  /**
   * Opens the state.
   *
   * @param setCurrentKey the operator's method of that name
   */
  KeyedState(KeyedStateStore store, Consumer<Object> setCurrentKey) {
    this.finishedRuns = store.getMapState(FINISHED);
    this.openRuns = store.getState(OPEN);
    this.waitingEnds = store.getState(WAITING_ENDS);
    this.untimedEnds = store.getState(UNTIMED_ENDS);
    this.pendingLogs = store.getState(PENDING_LOGS);
    this.setCurrentKey = setCurrentKey;
  }

  /** Makes the key current whose entries all states read and write from now on. */
  void select(Integer key) {
    setCurrentKey.accept(key);
  }
}
