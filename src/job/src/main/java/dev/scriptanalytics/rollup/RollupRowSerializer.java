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
    target.writeLong(row.minute());
    target.writeInt(row.deploymentVersion());
    target.writeLong(row.arrival());
    target.writeLong(row.facts());
    target.writeLong(row.seen());
    target.writeLong(row.succeeded());
    target.writeLong(row.failed());
    target.writeDouble(row.responseTimeSum());
    target.writeDouble(row.responseTimeMin());
    target.writeDouble(row.responseTimeMax());
    target.writeInt(row.means().length);
    for (int i = 0; i < row.means().length; i++) {
      target.writeFloat(row.means()[i]);
      target.writeLong(row.weights()[i]);
    }
  }

  @Override
  public RollupRow deserialize(DataInputView source) throws IOException {
    Script script = Script.read(source);
    long minute = source.readLong();
    int deploymentVersion = source.readInt();
    long arrival = source.readLong();
    long facts = source.readLong();
    long seen = source.readLong();
    long succeeded = source.readLong();
    long failed = source.readLong();
    double sum = source.readDouble();
    double min = source.readDouble();
    double max = source.readDouble();
    float[] means = new float[source.readInt()];
    long[] weights = new long[means.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = source.readFloat();
      weights[i] = source.readLong();
    }
    return new RollupRow(
        script,
        minute,
        deploymentVersion,
        arrival,
        facts,
        seen,
        succeeded,
        failed,
        sum,
        min,
        max,
        means,
        weights);
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
