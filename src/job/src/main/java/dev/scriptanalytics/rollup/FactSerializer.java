package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.serialize.CopyingSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link Fact}. */
public final class FactSerializer extends CopyingSerializer<Fact> {
  /** How Flink handles this type. */
  public static final TypeInformation<Fact> TYPE =
      new ValueTypeInfo<>(Fact.class, new FactSerializer());

  private static final long serialVersionUID = 1;

  @Override
  public Fact copy(Fact from) {
    Fact copy = new Fact();
    copy.kind = from.kind;
    copy.script = from.script;
    copy.deploymentVersion = from.deploymentVersion;
    copy.deploymentId = from.deploymentId;
    copy.minute = from.minute;
    copy.arrivalHour = from.arrivalHour;
    copy.responseTime = from.responseTime;
    return copy;
  }

  @Override
  public void serialize(Fact fact, DataOutputView target) throws IOException {
    target.writeByte(codeOf(fact.kind));
    fact.script.write(target);
    target.writeInt(fact.deploymentVersion);
    CellKeySerializer.writeText(fact.deploymentId, target);
    target.writeLong(fact.minute);
    target.writeLong(fact.arrivalHour);
    target.writeDouble(fact.responseTime);
  }

  @Override
  public Fact deserialize(DataInputView source) throws IOException {
    Fact fact = new Fact();
    fact.kind = kindOf(source.readByte());
    fact.script = Script.read(source);
    fact.deploymentVersion = source.readInt();
    fact.deploymentId = CellKeySerializer.readText(source);
    fact.minute = source.readLong();
    fact.arrivalHour = source.readLong();
    fact.responseTime = source.readDouble();
    return fact;
  }

  private static int codeOf(Fact.Kind kind) {
    return switch (kind) {
      case SEEN -> 1;
      case UNSEEN -> 2;
      case SUCCEEDED -> 3;
      case FAILED -> 4;
      case SEEN_SUCCEEDED -> 5;
      case SEEN_FAILED -> 6;
    };
  }

  private static Fact.Kind kindOf(int code) throws IOException {
    return switch (code) {
      case 1 -> Fact.Kind.SEEN;
      case 2 -> Fact.Kind.UNSEEN;
      case 3 -> Fact.Kind.SUCCEEDED;
      case 4 -> Fact.Kind.FAILED;
      case 5 -> Fact.Kind.SEEN_SUCCEEDED;
      case 6 -> Fact.Kind.SEEN_FAILED;
      default -> throw new IOException("No kind of fact has the code " + code);
    };
  }

  @Override
  public TypeSerializerSnapshot<Fact> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Fact> {
    public Snapshot() {
      super(FactSerializer::new);
    }
  }
}
