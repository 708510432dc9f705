package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.hash.Probing;
import dev.scriptanalytics.row.RunRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.function.Predicate;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The runs of one key group whose start has arrived and whose end has not, each with its start
 * event, and when its execution began if the start event only told that it was queued.
 *
 * <p>An open-addressing table of the events themselves, because the end is merged with the whole
 * start. The first half of each hash stands in an array of its own, so that a search reads no event
 * of another run, which lies elsewhere in memory.
 *
 * <pre>
 *   hashes[i]  | first half of the hash 64 bits |
 *   starts[i]  | the start event; null in an empty slot |
 *   begun[i]   | of a queued run: when its execution began, in milliseconds since 1970 64 bits |
 * </pre>
 */
final class OpenRuns {
  /** The slot of a run that is not here. */
  static final int NONE = -1;

  private static final byte FORMAT = 1;
  private static final int MIN_CAPACITY = 8;
  private static final double MAX_LOAD = 0.75;
  // A table shrinks to half when it is this empty; far from full then, so that it does not grow at
  // once.
  private static final int SHRINKS_BELOW_ONE_IN = 8;
  private static final int INITIAL_BYTES = 4 << 10;

  private final ScriptEventSerializer serializer = new ScriptEventSerializer();
  private ScriptEvent[] starts = new ScriptEvent[MIN_CAPACITY];
  private long[] hashes = new long[MIN_CAPACITY];
  private long[] begun = new long[MIN_CAPACITY];
  private int maxSize = Probing.maxEntries(MIN_CAPACITY, MAX_LOAD);
  private int size;
  private boolean changed;

  /** The number of runs. */
  int size() {
    return size;
  }

  /** The slot of a run, valid until a run is added or removed; or {@link #NONE}. */
  int find(long high, long low) {
    if (size == 0) {
      return NONE;
    }
    int slot = search(high, low);
    return starts[slot] == null ? NONE : slot;
  }

  /** The start event of the run in a slot. */
  ScriptEvent start(int slot) {
    return starts[slot];
  }

  /**
   * When the execution of the run in a slot began, in milliseconds since 1970; {@link
   * FinishedRuns#NO_START} if that is unknown.
   */
  long begun(int slot) {
    return starts[slot].kind == ScriptEvent.Kind.QUEUED_RUN
        ? begun[slot]
        : RunRow.executedOn(starts[slot].row);
  }

  /** Notes when the execution of the queued run in a slot began. */
  void setBegun(int slot, long millis) {
    begun[slot] = millis;
    changed = true;
  }

  /** Adds a run that is not here yet. */
  void add(ScriptEvent start) {
    if (size >= maxSize) {
      resize(2 * starts.length);
    }
    enter(start, FinishedRuns.NO_START);
    size++;
    changed = true;
  }

  /** Removes a run; without effect if it is not here. */
  void remove(long high, long low) {
    int slot = find(high, low);
    if (slot == NONE) {
      return;
    }
    closeGap(slot);
    size--;
    changed = true;
    if (starts.length > MIN_CAPACITY && size < starts.length / SHRINKS_BELOW_ONE_IN) {
      resize(starts.length / 2);
    }
  }

  /** Empties a slot and moves runs that probed past it, since a search ends at an empty slot. */
  private void closeGap(int slot) {
    int capacity = starts.length;
    int gap = slot;
    for (int next = Probing.next(gap, capacity);
        starts[next] != null;
        next = Probing.next(next, capacity)) {
      int home = home(hashes[next], capacity);
      if (Probing.distance(home, next, capacity) >= Probing.distance(gap, next, capacity)) {
        move(next, gap);
        gap = next;
      }
    }
    starts[gap] = null;
  }

  private void move(int from, int to) {
    starts[to] = starts[from];
    hashes[to] = hashes[from];
    begun[to] = begun[from];
  }

  /** Adds the start events that match to a collection; it must not add or remove runs here. */
  void collect(Predicate<ScriptEvent> matches, Collection<ScriptEvent> into) {
    for (ScriptEvent start : starts) {
      if (start != null && matches.test(start)) {
        into.add(start);
      }
    }
  }

  /** True if anything changed since the last {@link #toBytes}. */
  boolean isChanged() {
    return changed;
  }

  /** All runs, for {@link #load}. When a queued run began stands behind its start event. */
  byte[] toBytes() {
    try {
      DataOutputSerializer to = new DataOutputSerializer(INITIAL_BYTES);
      to.writeByte(FORMAT);
      to.writeInt(size);
      for (int slot = 0; slot < starts.length; slot++) {
        if (starts[slot] != null) {
          serializer.serialize(starts[slot], to);
          if (starts[slot].kind == ScriptEvent.Kind.QUEUED_RUN) {
            to.writeLong(begun[slot]);
          }
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
        throw new IllegalStateException("Unknown format of open runs: " + format);
      }
      for (int left = from.readInt(); left > 0; left--) {
        ScriptEvent start = serializer.deserialize(from);
        add(start);
        if (start.kind == ScriptEvent.Kind.QUEUED_RUN) {
          setBegun(find(start.hashHigh, start.hashLow), from.readLong());
        }
      }
      changed = false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The slot of a run, or the empty slot where the search for it ends. */
  private int search(long high, long low) {
    int capacity = starts.length;
    int slot = home(high, capacity);
    while (starts[slot] != null && (hashes[slot] != high || starts[slot].hashLow != low)) {
      slot = Probing.next(slot, capacity);
    }
    return slot;
  }

  private void resize(int capacity) {
    ScriptEvent[] oldStarts = starts;
    long[] oldBegun = begun;
    starts = new ScriptEvent[capacity];
    hashes = new long[capacity];
    begun = new long[capacity];
    maxSize = Probing.maxEntries(capacity, MAX_LOAD);
    for (int slot = 0; slot < oldStarts.length; slot++) {
      if (oldStarts[slot] != null) {
        enter(oldStarts[slot], oldBegun[slot]);
      }
    }
  }

  private void enter(ScriptEvent start, long begunAt) {
    int slot = search(start.hashHigh, start.hashLow);
    starts[slot] = start;
    hashes[slot] = start.hashHigh;
    begun[slot] = begunAt;
  }

  // The upper half of the hash: the lower half chose the key group.
  private static int home(long high, int capacity) {
    return Probing.home((int) (high >>> Integer.SIZE), capacity);
  }
}
