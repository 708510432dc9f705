package dev.scriptanalytics.rollup;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link Fact}. */
final class FactSerializer extends RollupSerializer<Fact> {
  private static final long serialVersionUID = 1;

  @Override
  public Fact copy(Fact from) {
    Fact copy = new Fact();
    copy.kind = from.kind;
    copy.script = from.script;
    copy.deploymentVersion = from.deploymentVersion;
    copy.minute = from.minute;
    copy.arrival = from.arrival;
    copy.responseTime = from.responseTime;
    return copy;
  }

  @Override
  public void serialize(Fact fact, DataOutputView out) throws IOException {
    out.writeByte(codeOf(fact.kind));
    writeScript(fact.script, out);
    out.writeInt(fact.deploymentVersion);
    out.writeLong(fact.minute);
    out.writeLong(fact.arrival);
    out.writeDouble(fact.responseTime);
  }

  @Override
  public Fact deserialize(DataInputView in) throws IOException {
    Fact fact = new Fact();
    fact.kind = kindOf(in.readByte());
    fact.script = readScript(in);
    fact.deploymentVersion = in.readInt();
    fact.minute = in.readLong();
    fact.arrival = in.readLong();
    fact.responseTime = in.readDouble();
    return fact;
  }

  private static int codeOf(Fact.Kind kind) {
    return switch (kind) {
      case SEEN -> 1;
      case UNSEEN -> 2;
      case SUCCEEDED -> 3;
      case FAILED -> 4;
    };
  }

  private static Fact.Kind kindOf(int code) throws IOException {
    return switch (code) {
      case 1 -> Fact.Kind.SEEN;
      case 2 -> Fact.Kind.UNSEEN;
      case 3 -> Fact.Kind.SUCCEEDED;
      case 4 -> Fact.Kind.FAILED;
      default -> throw new IOException("No kind of fact has the code " + code);
    };
  }

  @Override
  public TypeSerializerSnapshot<Fact> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Version 1 of a fact's bytes. */
  public static final class Snapshot extends RollupSerializer.Snapshot<Fact> {
    public Snapshot() {
      super(new FactSerializer(), 1);
    }
  }
}
