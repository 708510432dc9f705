package dev.scriptanalytics.event;

import dev.scriptanalytics.serialize.ValueSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes events by copying bytes; the costly work was done when they were decoded. */
public final class ScriptEventSerializer extends ValueSerializer<ScriptEvent> {
  private static final long serialVersionUID = 1;

  /** The type information by which Flink finds this serializer. */
  public static final ValueTypeInfo<ScriptEvent> TYPE =
      new ValueTypeInfo<>(ScriptEvent.class, new ScriptEventSerializer());

  private static final ScriptEvent.Kind[] KINDS = {
    ScriptEvent.Kind.RUN,
    ScriptEvent.Kind.LOG,
    ScriptEvent.Kind.QUEUED_RUN,
    ScriptEvent.Kind.UNTIMED_END
  };

  // A job has few topics, each with millions of events.
  private transient String lastTopic;
  private transient String lastEncodedTopic;
  private transient byte[] encodedTopic;

  @Override
  public ScriptEventSerializer duplicate() {
    return new ScriptEventSerializer();
  }

  @Override
  public void serialize(ScriptEvent event, DataOutputView target) throws IOException {
    target.writeByte(code(event.kind));
    target.writeLong(event.hashHigh);
    target.writeLong(event.hashLow);
    target.writeLong(event.arrival);
    if (event.kind == ScriptEvent.Kind.LOG) {
      writeBytes(event.row, target);
      return;
    }
    Origin origin = event.origin;
    target.write(encoded(origin.topic()));
    target.writeInt(origin.partition());
    target.writeLong(origin.offset());
    target.writeInt(origin.item());
    writeBytes(event.row, target);
    writeBytes(event.stdout, target);
    writeBytes(event.stderr, target);
  }

  @Override
  public ScriptEvent deserialize(DataInputView source) throws IOException {
    int code = source.readByte();
    if (code < 0 || code >= KINDS.length) {
      throw new IOException("Unknown kind of event: " + code);
    }
    ScriptEvent.Kind kind = KINDS[code];
    long hashHigh = source.readLong();
    long hashLow = source.readLong();
    long arrival = source.readLong();
    if (kind == ScriptEvent.Kind.LOG) {
      return ScriptEvent.ofLog(hashHigh, hashLow, arrival, readBytes(source));
    }
    String topic = source.readUTF();
    if (topic.equals(lastTopic)) {
      topic = lastTopic;
    } else {
      lastTopic = topic;
    }
    Origin origin = new Origin(topic, source.readInt(), source.readLong(), source.readInt());
    return ScriptEvent.ofRun(
        kind,
        hashHigh,
        hashLow,
        arrival,
        origin,
        readBytes(source),
        readBytes(source),
        readBytes(source));
  }

  /** The topic as {@link DataOutputView#writeUTF} writes it, which is too slow for every event. */
  private byte[] encoded(String topic) throws IOException {
    if (!topic.equals(lastEncodedTopic)) {
      DataOutputSerializer bytes = new DataOutputSerializer(2 + topic.length());
      bytes.writeUTF(topic);
      encodedTopic = bytes.getCopyOfBuffer();
      lastEncodedTopic = topic;
    }
    return encodedTopic;
  }

  /** The position in {@link #KINDS}. */
  private static byte code(ScriptEvent.Kind kind) {
    return switch (kind) {
      case RUN -> 0;
      case LOG -> 1;
      case QUEUED_RUN -> 2;
      case UNTIMED_END -> 3;
    };
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
