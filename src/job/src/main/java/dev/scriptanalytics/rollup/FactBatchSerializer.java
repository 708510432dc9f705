package dev.scriptanalytics.rollup;

import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link FactBatch}. */
public final class FactBatchSerializer extends ValueSerializer<FactBatch> {
  /** How Flink handles this type. */
  public static final TypeInformation<FactBatch> TYPE =
      new ValueTypeInfo<>(FactBatch.class, new FactBatchSerializer());

  private static final long serialVersionUID = 1;

  private final CellKeySerializer keys = new CellKeySerializer();

  @Override
  public void serialize(FactBatch batch, DataOutputView target) throws IOException {
    keys.serialize(batch.key(), target);
    target.writeLong(batch.facts());
    target.writeLong(batch.seen());
    target.writeLong(batch.succeeded());
    target.writeLong(batch.failed());
    target.writeInt(batch.timed());
    for (int i = 0; i < batch.timed(); i++) {
      target.writeDouble(batch.responseTime(i));
    }
  }

  @Override
  public FactBatch deserialize(DataInputView source) throws IOException {
    CellKey key = keys.deserialize(source);
    long facts = source.readLong();
    long seen = source.readLong();
    long succeeded = source.readLong();
    long failed = source.readLong();
    double[] responseTimes = new double[source.readInt()];
    for (int i = 0; i < responseTimes.length; i++) {
      responseTimes[i] = source.readDouble();
    }
    return new FactBatch(key, facts, seen, succeeded, failed, responseTimes);
  }

  @Override
  public TypeSerializerSnapshot<FactBatch> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<FactBatch> {
    public Snapshot() {
      super(FactBatchSerializer::new);
    }
  }
}
