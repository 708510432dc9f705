package dev.scriptanalytics.pattern;

import dev.scriptanalytics.serialize.CopyingSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes {@link ScriptPatterns}. */
final class ScriptPatternsSerializer extends CopyingSerializer<ScriptPatterns> {
  /** How Flink handles this type. */
  static final TypeInformation<ScriptPatterns> TYPE =
      new ValueTypeInfo<>(ScriptPatterns.class, new ScriptPatternsSerializer());

  private static final long serialVersionUID = 1;

  @Override
  public ScriptPatterns copy(ScriptPatterns from) {
    return from.copy();
  }

  @Override
  public void serialize(ScriptPatterns patterns, DataOutputView target) throws IOException {
    patterns.write(target);
  }

  @Override
  public ScriptPatterns deserialize(DataInputView source) throws IOException {
    return ScriptPatterns.read(source);
  }

  @Override
  public TypeSerializerSnapshot<ScriptPatterns> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format of {@link ScriptPatterns#write}, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ScriptPatterns> {
    public Snapshot() {
      super(ScriptPatternsSerializer::new);
    }
  }
}
