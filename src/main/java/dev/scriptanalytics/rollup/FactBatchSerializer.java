package dev.scriptanalytics.rollup;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link FactBatch}. */
final class FactBatchSerializer extends RollupSerializer<FactBatch> {
  private static final long serialVersionUID = 1;

  private final CellKeySerializer keys = new CellKeySerializer();

  @Override
  public FactBatch copy(FactBatch from) {
    return from.copy();
  }

  @Override
  public void serialize(FactBatch batch, DataOutputView out) throws IOException {
    keys.serialize(batch.key(), out);
    out.writeLong(batch.facts());
    out.writeLong(batch.seen());
    out.writeLong(batch.succeeded());
    out.writeLong(batch.failed());
    out.writeInt(batch.timed());
    for (int i = 0; i < batch.timed(); i++) {
      out.writeDouble(batch.responseTime(i));
    }
  }

  @Override
  public FactBatch deserialize(DataInputView in) throws IOException {
    CellKey key = keys.deserialize(in);
    long facts = in.readLong();
    long seen = in.readLong();
    long succeeded = in.readLong();
    long failed = in.readLong();
    double[] responseTimes = new double[in.readInt()];
    for (int i = 0; i < responseTimes.length; i++) {
      responseTimes[i] = in.readDouble();
    }
    return new FactBatch(key, facts, seen, succeeded, failed, responseTimes);
  }

  @Override
  public TypeSerializerSnapshot<FactBatch> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Version 1 of a batch's bytes. */
  public static final class Snapshot extends RollupSerializer.Snapshot<FactBatch> {
    public Snapshot() {
      super(new FactBatchSerializer(), 1);
    }
  }
}
