package dev.scriptanalytics.rollup;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a {@link Cell}, and leaves it as it is. */
final class CellSerializer extends RollupSerializer<Cell> {
  private static final long serialVersionUID = 1;

  @Override
  public Cell copy(Cell from) {
    return from.copy();
  }

  @Override
  public void serialize(Cell cell, DataOutputView out) throws IOException {
    out.writeLong(cell.facts());
    out.writeLong(cell.seen());
    out.writeLong(cell.succeeded());
    out.writeLong(cell.failed());
    out.writeDouble(cell.sum());
    out.writeDouble(cell.min());
    out.writeDouble(cell.max());
    cell.digest().write(out);
  }

  @Override
  public Cell deserialize(DataInputView in) throws IOException {
    long facts = in.readLong();
    long seen = in.readLong();
    long succeeded = in.readLong();
    long failed = in.readLong();
    double sum = in.readDouble();
    double min = in.readDouble();
    double max = in.readDouble();
    return new Cell(facts, seen, succeeded, failed, sum, min, max, Digest.read(in));
  }

  @Override
  public TypeSerializerSnapshot<Cell> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Version 1 of a cell's bytes. */
  public static final class Snapshot extends RollupSerializer.Snapshot<Cell> {
    public Snapshot() {
      super(new CellSerializer(), 1);
    }
  }
}
