package dev.scriptanalytics.event;

import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link Script}, as a key. */
public final class ScriptSerializer extends ValueSerializer<Script> {
  /** How Flink handles this type. */
  public static final TypeInformation<Script> TYPE =
      new ValueTypeInfo<>(Script.class, new ScriptSerializer());

  private static final long serialVersionUID = 1;

  @Override
  public void serialize(Script script, DataOutputView target) throws IOException {
    script.write(target);
  }

  @Override
  public Script deserialize(DataInputView source) throws IOException {
    return Script.read(source);
  }

  @Override
  public TypeSerializerSnapshot<Script> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Script> {
    public Snapshot() {
      super(ScriptSerializer::new);
    }
  }
}
