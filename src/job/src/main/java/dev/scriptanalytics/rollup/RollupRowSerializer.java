package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link RollupRow}. */
public final class RollupRowSerializer extends ValueSerializer<RollupRow> {
  /** How Flink handles this type. */
  public static final TypeInformation<RollupRow> TYPE =
      new ValueTypeInfo<>(RollupRow.class, new RollupRowSerializer());

  private static final long serialVersionUID = 1;

  @Override
  public void serialize(RollupRow row, DataOutputView target) throws IOException {
    row.script().write(target);
    target.writeLong(row.start());
    target.writeInt(row.deploymentVersion());
    CellKeySerializer.writeText(row.deploymentId(), target);
    target.writeLong(row.arrival());
    RollupRow.Counts counts = row.counts();
    target.writeLong(counts.firstMinute());
    target.writeLong(counts.lastMinute());
    target.writeLong(counts.facts());
    target.writeLong(counts.seen());
    target.writeLong(counts.succeeded());
    target.writeLong(counts.failed());
    target.writeDouble(counts.responseTimeSum());
    target.writeDouble(counts.responseTimeMin());
    target.writeDouble(counts.responseTimeMax());
    target.writeInt(row.means().length);
    for (int i = 0; i < row.means().length; i++) {
      target.writeFloat(row.means()[i]);
      target.writeLong(row.weights()[i]);
    }
  }

  @Override
  public RollupRow deserialize(DataInputView source) throws IOException {
    Script script = Script.read(source);
    long start = source.readLong();
    int deploymentVersion = source.readInt();
    String deploymentId = CellKeySerializer.readText(source);
    long arrival = source.readLong();
    RollupRow.Counts counts =
        new RollupRow.Counts(
            source.readLong(),
            source.readLong(),
            source.readLong(),
            source.readLong(),
            source.readLong(),
            source.readLong(),
            source.readDouble(),
            source.readDouble(),
            source.readDouble());
    float[] means = new float[source.readInt()];
    long[] weights = new long[means.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = source.readFloat();
      weights[i] = source.readLong();
    }
    return new RollupRow(
        script, start, deploymentVersion, deploymentId, arrival, counts, means, weights);
  }

  @Override
  public TypeSerializerSnapshot<RollupRow> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<RollupRow> {
    public Snapshot() {
      super(RollupRowSerializer::new);
    }
  }
}
