package dev.scriptanalytics.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Copies bytes: everything that costs was done when the event was decoded. */
public final class ScriptEventSerializer extends ValueSerializer<ScriptEvent> {
  private static final long serialVersionUID = 1;

  /** What Flink is told of the type. */
  public static final ValueTypeInfo<ScriptEvent> TYPE =
      new ValueTypeInfo<>(ScriptEvent.class, new ScriptEventSerializer());

  // Topics are few and the same for millions of events.
  private transient String lastTopic;

  @Override
  public ScriptEventSerializer duplicate() {
    return new ScriptEventSerializer();
  }

  @Override
  public void serialize(ScriptEvent event, DataOutputView target) throws IOException {
    target.writeLong(event.hashHigh);
    target.writeLong(event.hashLow);
    target.writeLong(event.arrival);
    Origin origin = event.origin;
    target.writeUTF(origin.topic());
    target.writeInt(origin.partition());
    target.writeLong(origin.offset());
    target.writeInt(origin.item());
    writeBytes(event.row, target);
    writeBytes(event.stdout, target);
    writeBytes(event.stderr, target);
  }

  @Override
  public ScriptEvent deserialize(DataInputView source) throws IOException {
    long hashHigh = source.readLong();
    long hashLow = source.readLong();
    long arrival = source.readLong();
    String topic = source.readUTF();
    if (topic.equals(lastTopic)) {
      topic = lastTopic;
    } else {
      lastTopic = topic;
    }
    Origin origin = new Origin(topic, source.readInt(), source.readLong(), source.readInt());
    return new ScriptEvent(
        hashHigh,
        hashLow,
        arrival,
        origin,
        readBytes(source),
        readBytes(source),
        readBytes(source));
  }

  @Override
  public TypeSerializerSnapshot<ScriptEvent> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ScriptEvent> {
    public Snapshot() {
      super(ScriptEventSerializer::new);
    }
  }
}
