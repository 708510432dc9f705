package dev.scriptanalytics.kafka;

import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes records; used only if a source is not chained to its decoder. */
public final class KafkaRecordSerializer extends ValueSerializer<KafkaRecord> {
  private static final long serialVersionUID = 1;

  /** The type information by which Flink finds this serializer. */
  public static final ValueTypeInfo<KafkaRecord> TYPE =
      new ValueTypeInfo<>(KafkaRecord.class, new KafkaRecordSerializer());

  @Override
  public void serialize(KafkaRecord record, DataOutputView target) throws IOException {
    target.writeUTF(record.topic());
    target.writeInt(record.partition());
    target.writeLong(record.offset());
    target.writeLong(record.timestamp());
    writeBytes(record.value(), target);
  }

  @Override
  public KafkaRecord deserialize(DataInputView source) throws IOException {
    return new KafkaRecord(
        source.readUTF(),
        source.readInt(),
        source.readLong(),
        source.readLong(),
        readBytes(source));
  }

  @Override
  public TypeSerializerSnapshot<KafkaRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<KafkaRecord> {
    public Snapshot() {
      super(KafkaRecordSerializer::new);
    }
  }
}
