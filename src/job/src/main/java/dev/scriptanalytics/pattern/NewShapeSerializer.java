package dev.scriptanalytics.pattern;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link NewShape}. */
public final class NewShapeSerializer extends ValueSerializer<NewShape> {
  /** How Flink handles this type. */
  public static final TypeInformation<NewShape> TYPE =
      new ValueTypeInfo<>(NewShape.class, new NewShapeSerializer());

  private static final long serialVersionUID = 1;

  @Override
  public void serialize(NewShape shape, DataOutputView target) throws IOException {
    shape.script().write(target);
    target.writeLong(shape.shape());
    writeBytes(shape.text(), target);
    target.writeLong(shape.seen());
  }

  @Override
  public NewShape deserialize(DataInputView source) throws IOException {
    return new NewShape(
        Script.read(source), source.readLong(), readBytes(source), source.readLong());
  }

  @Override
  public TypeSerializerSnapshot<NewShape> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<NewShape> {
    public Snapshot() {
      super(NewShapeSerializer::new);
    }
  }
}
