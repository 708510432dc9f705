package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
    byte[] id = key.deploymentId().getBytes(StandardCharsets.UTF_8);
    target.write(
        ByteBuffer.allocate(2 * Integer.BYTES + id.length + 2 * Long.BYTES)
            .putInt(key.deploymentVersion())
            .putInt(id.length)
            .put(id)
            .putLong(key.minute())
            .putLong(key.arrival())
            .array());
  }

  @Override
  public CellKey deserialize(DataInputView source) throws IOException {
    Script script = SCRIPTS.known(Script.read(source));
    int deploymentVersion = source.readInt();
    String deploymentId = readText(source);
    long minute = source.readLong();
    return new CellKey(script, deploymentVersion, deploymentId, minute, source.readLong());
  }

  /** Writes a text of any length: its length in UTF-8, then its bytes. */
  static void writeText(String text, DataOutputView target) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    target.writeInt(utf8.length);
    target.write(utf8);
  }

  /** Reads a text that {@link #writeText} wrote. */
  static String readText(DataInputView source) throws IOException {
    int length = source.readInt();
    if (length == 0) {
      return CellKey.NO_ID;
    }
    byte[] utf8 = new byte[length];
    source.readFully(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
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
