package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link CellKey}. */
public final class CellKeySerializer extends ValueSerializer<CellKey> {
  /** How Flink handles this type. */
  public static final TypeInformation<CellKey> TYPE =
      new ValueTypeInfo<>(CellKey.class, new CellKeySerializer());

  private static final long serialVersionUID = 1;

  // One megabyte; few of 100,000 scripts share a slot.
  private static final ScriptInterner SCRIPTS = new ScriptInterner(1 << 18);

  @Override
  public void serialize(CellKey key, DataOutputView target) throws IOException {
    key.script().write(target);
    // One call: in a checkpoint every call passes through several layers of streams.
    target.write(
        ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES)
            .putInt(key.deploymentVersion())
            .putLong(key.minute())
            .putLong(key.arrival())
            .array());
  }

  @Override
  public CellKey deserialize(DataInputView source) throws IOException {
    Script script = SCRIPTS.known(Script.read(source));
    int deploymentVersion = source.readInt();
    long minute = source.readLong();
    return new CellKey(script, deploymentVersion, minute, source.readLong());
  }

  @Override
  public TypeSerializerSnapshot<CellKey> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<CellKey> {
    public Snapshot() {
      super(CellKeySerializer::new);
    }
  }
}
