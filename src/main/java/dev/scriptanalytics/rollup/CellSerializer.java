package dev.scriptanalytics.rollup;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link Cell}, and leaves it as it is. */
final class CellSerializer extends CopyingSerializer<Cell> {
  private static final long serialVersionUID = 1;

  @Override
  public Cell copy(Cell from) {
    return from.copy();
  }

  @Override
  public void serialize(Cell cell, DataOutputView target) throws IOException {
    target.writeLong(cell.facts());
    target.writeLong(cell.seen());
    target.writeLong(cell.succeeded());
    target.writeLong(cell.failed());
    target.writeDouble(cell.sum());
    target.writeDouble(cell.min());
    target.writeDouble(cell.max());
    cell.digest().write(target);
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
