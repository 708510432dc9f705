package dev.scriptanalytics.rollup;

import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link SettledProgress}. */
public final class SettledProgressSerializer extends ValueSerializer<SettledProgress> {
  /** How Flink handles this type. */
  public static final TypeInformation<SettledProgress> TYPE =
      new ValueTypeInfo<>(SettledProgress.class, new SettledProgressSerializer());

  private static final long serialVersionUID = 1;

  @Override
  public void serialize(SettledProgress progress, DataOutputView target) throws IOException {
    target.writeInt(progress.instance());
    target.writeInt(progress.instances());
    target.writeLong(progress.settled());
  }

  @Override
  public SettledProgress deserialize(DataInputView source) throws IOException {
    return new SettledProgress(source.readInt(), source.readInt(), source.readLong());
  }

  @Override
  public TypeSerializerSnapshot<SettledProgress> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<SettledProgress> {
    public Snapshot() {
      super(SettledProgressSerializer::new);
    }
  }
}
