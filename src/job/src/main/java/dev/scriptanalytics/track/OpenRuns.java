package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.function.Predicate;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The runs of one key group of which only the start has come: an open-addressing table of the
 * events themselves, because the end will be merged with all of it.
 */
final class OpenRuns {
  private static final byte FORMAT = 1;
  private static final int MIN_CAPACITY = 8;
  private static final int INITIAL_BYTES = 4 << 10;

  private final ScriptEventSerializer serializer = new ScriptEventSerializer();
  private ScriptEvent[] table = new ScriptEvent[MIN_CAPACITY];
  // The first half of each event's hash once more: where it is another one the event need not be
  // looked at, which is somewhere else in memory.
  private long[] hashes = new long[MIN_CAPACITY];
  private int size;
  private boolean changed;

  /** How many there are. */
  int size() {
    return size;
  }

  /** The event that is kept of the run; null if there is none. */
  ScriptEvent get(long high, long low) {
    return size == 0 ? null : table[find(high, low)];
  }

  /** Keeps the event of a run that has none here yet. */
  void add(ScriptEvent event) {
    if (4 * (size + 1) > 3 * table.length) {
      resize(2 * table.length);
    }
    enter(event);
    size++;
    changed = true;
  }

  /** Keeps this event of a run instead of the one that is kept. */
  void replace(ScriptEvent event) {
    table[find(event.hashHigh, event.hashLow)] = event;
    changed = true;
  }

  /** Forgets the run, and gives what was kept of it; null if nothing was. */
  ScriptEvent remove(long high, long low) {
    int at = find(high, low);
    ScriptEvent removed = table[at];
    if (removed == null) {
      return null;
    }
    // Moves back what had to give way, so that a search may stop at the first empty place.
    int mask = table.length - 1;
    int hole = at;
    for (int next = (hole + 1) & mask; table[next] != null; next = (next + 1) & mask) {
      int home = home(hashes[next], mask);
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        table[hole] = table[next];
        hashes[hole] = hashes[next];
        hole = next;
      }
    }
    table[hole] = null;
    size--;
    changed = true;
    if (table.length > MIN_CAPACITY && 8 * size < table.length) {
      resize(table.length / 2);
    }
    return removed;
  }

  /** Those events that the predicate takes; none may be added or removed meanwhile. */
  void collect(Predicate<ScriptEvent> which, Collection<ScriptEvent> into) {
    for (ScriptEvent event : table) {
      if (event != null && which.test(event)) {
        into.add(event);
      }
    }
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
      to.writeInt(size);
      for (ScriptEvent event : table) {
        if (event != null) {
          serializer.serialize(event, to);
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
        throw new IllegalStateException("Unknown format of open runs: " + format);
      }
      for (int left = from.readInt(); left > 0; left--) {
        add(serializer.deserialize(from));
      }
      changed = false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int find(long high, long low) {
    int mask = table.length - 1;
    int at = home(high, mask);
    while (table[at] != null && (hashes[at] != high || table[at].hashLow != low)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void resize(int capacity) {
    ScriptEvent[] old = table;
    table = new ScriptEvent[capacity];
    hashes = new long[capacity];
    for (ScriptEvent event : old) {
      if (event != null) {
        enter(event);
      }
    }
  }

  private void enter(ScriptEvent event) {
    int at = find(event.hashHigh, event.hashLow);
    table[at] = event;
    hashes[at] = event.hashHigh;
  }

  // The upper half of the hash: the lower one chose the key group.
  private static int home(long high, int mask) {
    return (int) (high >>> 32) & mask;
  }
}
