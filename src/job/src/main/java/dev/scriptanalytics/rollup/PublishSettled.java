package dev.scriptanalytics.rollup;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Publishes the hour before which all hours are settled in every instance of {@link KeepCells}: an
 * hour in seconds since 1970, to be written into {@code rollup_progress}.
 *
 * <p>Each instance reports before a barrier how far it has settled. The lowest report is decided at
 * the barrier, and published when the checkpoint is complete: then ClickHouse has stored every row
 * that the reports rest on. A report that is behind makes readers slower and never wrong, so there
 * is no state; a new attempt learns everything from the next reports.
 */
public final class PublishSettled extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<SettledProgress, Long> {
  private static final long serialVersionUID = 1;

  private static final String NAME = "Publish settled hours";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "publish-settled";

  private transient Map<Integer, Long> byInstance;
  private transient int instances;
  // What to publish, by the checkpoint that must be complete first.
  private transient NavigableMap<Long, Long> decided;
  private transient long published;

  PublishSettled() {}

  /** Publishes the progress that the instances report. */
  public static SingleOutputStreamOperator<Long> on(DataStream<SettledProgress> progress) {
    return progress
        .transform(NAME, Types.LONG, new PublishSettled())
        .uid(UID)
        // Its max parallelism stays that of the job: Flink chains it in a job of one slot, and then
        // a
        // savepoint has that of the whole chain.
        .setParallelism(1);
  }

  @Override
  public void open() throws Exception {
    super.open();
    byInstance = new HashMap<>();
    decided = new TreeMap<>();
    published = Long.MIN_VALUE;
  }

  @Override
  public void processElement(StreamRecord<SettledProgress> element) {
    SettledProgress progress = element.getValue();
    byInstance.put(progress.instance(), progress.settled());
    instances = progress.instances();
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (!byInstance.isEmpty() && byInstance.size() == instances) {
      long lowest = byInstance.values().stream().mapToLong(Long::longValue).min().orElseThrow();
      decided.put(checkpointId, lowest);
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    Map.Entry<Long, Long> complete = decided.floorEntry(checkpointId);
    if (complete == null) {
      return;
    }
    decided.headMap(checkpointId, true).clear();
    if (complete.getValue() > published) {
      published = complete.getValue();
      output.collect(new StreamRecord<>(published));
    }
  }
}
