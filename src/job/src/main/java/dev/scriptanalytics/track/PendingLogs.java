package dev.scriptanalytics.track;

import dev.scriptanalytics.row.RunDeployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The runs of one key group whose log entries, all written already, may have to be written again:
 * because more of the run will be known, or because what was captured of it will turn out to have
 * been streamed too.
 */
final class PendingLogs {
  private static final byte FORMAT = 1;
  private static final int INITIAL_BYTES = 4 << 10;
  // What an object of a run and its place in the tables cost beside its rows.
  private static final int BYTES_PER_RUN = 200;
  private static final int BYTES_PER_ROW = 24;

  private record Run(long hashHigh, long hashLow) {}

  /** What is pending of one run. */
  static final class OfRun {
    final long hashHigh;
    final long hashLow;

    /** When the first of it arrived, in milliseconds since 1970. */
    final long since;

    /** Rows of entries as they came, in which something is missing that the run may bring. */
    final List<byte[]> rows = new ArrayList<>();

    /** Whether entries of the run have been streamed. */
    boolean streamed;

    /** What the rows were last enriched with; null if nothing is known of the run. */
    RunDeployment identity;

    /** The rows of captured lines that go once an entry is streamed; null where there are none. */
    CapturedLogs.LibraryLines libraryLines;

    private int bytes = BYTES_PER_RUN;

    private OfRun(long hashHigh, long hashLow, long since) {
      this.hashHigh = hashHigh;
      this.hashLow = hashLow;
      this.since = since;
    }

    /** About how many bytes of memory it takes. */
    int bytes() {
      return bytes + (libraryLines == null ? 0 : libraryLines.bytes());
    }

    void add(byte[] row) {
      rows.add(row);
      bytes += row.length + BYTES_PER_ROW;
    }

    void removeRows() {
      rows.clear();
      bytes = BYTES_PER_RUN;
    }
  }

  private final Map<Run, OfRun> runs = new HashMap<>();
  private boolean changed;

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** What is pending of a run; null if nothing is. */
  OfRun get(long hashHigh, long hashLow) {
    return runs.isEmpty() ? null : runs.get(new Run(hashHigh, hashLow));
  }

  /** Begins to keep what is pending of a run of which nothing is. */
  OfRun add(long hashHigh, long hashLow, long since) {
    OfRun run = new OfRun(hashHigh, hashLow, since);
    runs.put(new Run(hashHigh, hashLow), run);
    changed = true;
    return run;
  }

  void remove(OfRun run) {
    runs.remove(new Run(run.hashHigh, run.hashLow));
    changed = true;
  }

  void forEach(Consumer<OfRun> action) {
    runs.values().forEach(action);
  }

  /** Notes that something kept here was changed. */
  void setChanged() {
    changed = true;
  }

  /** Whether anything changed since {@link #toBytes} was called last. */
  boolean isChanged() {
    return changed;
  }

  /** Everything that is kept, for {@link #load}. */
  byte[] toBytes() {
    try {
      DataOutputSerializer to = new DataOutputSerializer(INITIAL_BYTES);
      to.writeByte(FORMAT);
      to.writeInt(runs.size());
      for (OfRun run : runs.values()) {
        to.writeLong(run.hashHigh);
        to.writeLong(run.hashLow);
        to.writeLong(run.since);
        to.writeBoolean(run.streamed);
        to.writeBoolean(run.libraryLines != null);
        if (run.libraryLines != null) {
          run.libraryLines.writeTo(to);
        }
        to.writeInt(run.rows.size());
        for (byte[] row : run.rows) {
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

  /** Takes over what {@link #toBytes} gave. */
  void load(byte[] bytes) {
    try {
      DataInputDeserializer from = new DataInputDeserializer(bytes);
      byte format = from.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException("Unknown format of pending logs: " + format);
      }
      for (int left = from.readInt(); left > 0; left--) {
        OfRun run = add(from.readLong(), from.readLong(), from.readLong());
        run.streamed = from.readBoolean();
        if (from.readBoolean()) {
          run.libraryLines = CapturedLogs.LibraryLines.readFrom(from);
        }
        for (int rows = from.readInt(); rows > 0; rows--) {
          byte[] row = new byte[from.readInt()];
          from.readFully(row);
          run.add(row);
        }
      }
      changed = false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
