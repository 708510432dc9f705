package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link CellKey}. */
final class CellKeySerializer extends RollupSerializer<CellKey> {
  private static final long serialVersionUID = 1;

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public CellKey copy(CellKey from) {
    return from;
  }

  @Override
  public void serialize(CellKey key, DataOutputView out) throws IOException {
    writeScript(key.script(), out);
    out.writeInt(key.deploymentVersion());
    out.writeLong(key.minute());
    out.writeLong(key.arrival());
  }

  @Override
  public CellKey deserialize(DataInputView in) throws IOException {
    Script script = readScript(in);
    int deploymentVersion = in.readInt();
    long minute = in.readLong();
    return new CellKey(script, deploymentVersion, minute, in.readLong());
  }

  @Override
  public TypeSerializerSnapshot<CellKey> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Version 1 of a key's bytes. */
  public static final class Snapshot extends RollupSerializer.Snapshot<CellKey> {
    public Snapshot() {
      super(new CellKeySerializer(), 1);
    }
  }
}
