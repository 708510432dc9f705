package dev.scriptanalytics.rollup;

import dev.scriptanalytics.serialize.CopyingSerializer;
import dev.scriptanalytics.serialize.ValueTypeInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link Cell}, and leaves it as it is. */
final class CellSerializer extends CopyingSerializer<Cell> {
  /** How Flink handles this type. */
  static final TypeInformation<Cell> TYPE = new ValueTypeInfo<>(Cell.class, new CellSerializer());

  private static final long serialVersionUID = 1;

  private static final int FIXED_BYTES = 4 * Long.BYTES + 3 * Double.BYTES;

  @Override
  public Cell copy(Cell from) {
    return from.copy();
  }

  @Override
  public void serialize(Cell cell, DataOutputView target) throws IOException {
    // One call: in a checkpoint every call passes through several layers of streams.
    ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + cell.digest().bytes());
    bytes.putLong(cell.facts()).putLong(cell.seen());
    bytes.putLong(cell.succeeded()).putLong(cell.failed());
    bytes.putDouble(cell.sum()).putDouble(cell.min()).putDouble(cell.max());
    cell.digest().write(bytes);
    target.write(bytes.array());
  }

  @Override
  public Cell deserialize(DataInputView source) throws IOException {
    long facts = source.readLong();
    long seen = source.readLong();
    long succeeded = source.readLong();
    long failed = source.readLong();
    double sum = source.readDouble();
    double min = source.readDouble();
    double max = source.readDouble();
    return new Cell(facts, seen, succeeded, failed, sum, min, max, Digest.read(source));
  }

  @Override
  public TypeSerializerSnapshot<Cell> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format above, version 1. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Cell> {
    public Snapshot() {
      super(CellSerializer::new);
    }
  }
}
