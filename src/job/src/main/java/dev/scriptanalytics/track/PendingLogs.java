package dev.scriptanalytics.track;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The runs of one key group of whose log entries something must be remembered. */
final class PendingLogs {
  private static final byte FORMAT = 1;
  private static final int INITIAL_BYTES = 4 << 10;

  private record Key(long hashHigh, long hashLow) {}

  private final Map<Key, PendingRun> runs = new HashMap<>();
  private boolean changed;

  /** The pending entries of a run; null if it has none. */
  PendingRun get(long hashHigh, long hashLow) {
    return runs.isEmpty() ? null : runs.get(new Key(hashHigh, hashLow));
  }

  /** Adds a run that is not here, without entries. */
  PendingRun add(long hashHigh, long hashLow, long since) {
    PendingRun run = new PendingRun(this, hashHigh, hashLow, since);
    runs.put(new Key(hashHigh, hashLow), run);
    changed = true;
    return run;
  }

  void remove(PendingRun run) {
    runs.remove(new Key(run.hashHigh, run.hashLow));
    changed = true;
  }

  /** All runs, in no particular order. */
  Collection<PendingRun> runs() {
    return runs.values();
  }

  /** Notes that a run here was changed. */
  void setChanged() {
    changed = true;
  }

  /** True if anything changed since the last {@link #toBytes}. */
  boolean isChanged() {
    return changed;
  }

  /** All runs, for {@link #load}. */
  byte[] toBytes() {
    try {
      DataOutputSerializer to = new DataOutputSerializer(INITIAL_BYTES);
      to.writeByte(FORMAT);
      to.writeInt(runs.size());
      for (PendingRun run : runs.values()) {
        to.writeLong(run.hashHigh);
        to.writeLong(run.hashLow);
        to.writeLong(run.since);
        to.writeBoolean(run.isIncomplete);
        to.writeBoolean(run.streamed() != null);
        if (run.streamed() != null) {
          run.streamed().writeTo(to);
        }
        to.writeBoolean(run.retractable != null);
        if (run.retractable != null) {
          run.retractable.writeTo(to);
        }
        to.writeInt(run.rows().size());
        for (byte[] row : run.rows()) {
          to.writeInt(row.length);
          to.write(row);
        }
      }
      changed = false;
      return to.getCopyOfBuffer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds the runs of a blob of {@link #toBytes}.
   *
   * @throws IllegalStateException if the blob has another format
   */
  void load(byte[] bytes) {
    try {
      DataInputDeserializer from = new DataInputDeserializer(bytes);
      byte format = from.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException("Unknown format of pending logs: " + format);
      }
      for (int left = from.readInt(); left > 0; left--) {
        PendingRun run = add(from.readLong(), from.readLong(), from.readLong());
        run.isIncomplete = from.readBoolean();
        if (from.readBoolean()) {
          run.setStreamed(StreamedEntries.readFrom(from));
        }
        if (from.readBoolean()) {
          run.retractable = RetractableLines.readFrom(from);
        }
        for (int rows = from.readInt(); rows > 0; rows--) {
          byte[] row = new byte[from.readInt()];
          from.readFully(row);
          run.addRow(row);
        }
      }
      changed = false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
