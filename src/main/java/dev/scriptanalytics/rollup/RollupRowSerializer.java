package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link RollupRow}. */
final class RollupRowSerializer extends RollupSerializer<RollupRow> {
  private static final long serialVersionUID = 1;

  /** A row is handed on and never changed, its arrays included. */
  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public RollupRow copy(RollupRow from) {
    return from;
  }

  @Override
  public void serialize(RollupRow row, DataOutputView out) throws IOException {
    writeScript(row.script(), out);
    out.writeLong(row.minute());
    out.writeInt(row.deploymentVersion());
    out.writeLong(row.arrival());
    out.writeLong(row.facts());
    out.writeLong(row.seen());
    out.writeLong(row.succeeded());
    out.writeLong(row.failed());
    out.writeDouble(row.responseTimeSum());
    out.writeDouble(row.responseTimeMin());
    out.writeDouble(row.responseTimeMax());
    out.writeInt(row.means().length);
    for (int i = 0; i < row.means().length; i++) {
      out.writeFloat(row.means()[i]);
      out.writeLong(row.weights()[i]);
    }
  }

  @Override
  public RollupRow deserialize(DataInputView in) throws IOException {
    Script script = readScript(in);
    long minute = in.readLong();
    int deploymentVersion = in.readInt();
    long arrival = in.readLong();
    long facts = in.readLong();
    long seen = in.readLong();
    long succeeded = in.readLong();
    long failed = in.readLong();
    double sum = in.readDouble();
    double min = in.readDouble();
    double max = in.readDouble();
    float[] means = new float[in.readInt()];
    long[] weights = new long[means.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = in.readFloat();
      weights[i] = in.readLong();
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

  /** Version 1 of a row's bytes. */
  public static final class Snapshot extends RollupSerializer.Snapshot<RollupRow> {
    public Snapshot() {
      super(new RollupRowSerializer(), 1);
    }
  }
}
