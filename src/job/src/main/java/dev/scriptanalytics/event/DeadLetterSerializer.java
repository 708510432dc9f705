package dev.scriptanalytics.event;

import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Serializes dead letters between operators; they are never state. */
public final class DeadLetterSerializer extends ValueSerializer<DeadLetter> {
  private static final long serialVersionUID = 1;

  /** The type information by which Flink finds this serializer. */
  public static final ValueTypeInfo<DeadLetter> TYPE =
      new ValueTypeInfo<>(DeadLetter.class, new DeadLetterSerializer());

  @Override
  public void serialize(DeadLetter letter, DataOutputView target) throws IOException {
    StringValue.writeString(letter.topic(), target);
    target.writeInt(letter.partition());
    target.writeLong(letter.offset());
    target.writeInt(letter.item());
    target.writeLong(letter.arrivedAt());
    StringValue.writeString(letter.account(), target);
    StringValue.writeString(letter.resource(), target);
    StringValue.writeString(letter.reason().name(), target);
    StringValue.writeString(letter.detail(), target);
    writeBytes(letter.bytes(), target);
  }

  @Override
  public DeadLetter deserialize(DataInputView source) throws IOException {
    return new DeadLetter(
        StringValue.readString(source),
        source.readInt(),
        source.readLong(),
        source.readInt(),
        source.readLong(),
        StringValue.readString(source),
        StringValue.readString(source),
        DeadLetterReason.valueOf(StringValue.readString(source)),
        StringValue.readString(source),
        readBytes(source));
  }

  @Override
  public TypeSerializerSnapshot<DeadLetter> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<DeadLetter> {
    public Snapshot() {
      super(DeadLetterSerializer::new);
    }
  }
}
