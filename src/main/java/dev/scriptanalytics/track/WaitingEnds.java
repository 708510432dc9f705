package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongToIntFunction;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The ends of runs whose start has not come, oldest first, to be merged with it if it comes.
 *
 * <p>Where producers send no starts every run passes through here, so an end costs a copy of its
 * bytes and no object: the entries stand one behind the other in a buffer, which is tidied up when
 * it is full, and a table finds them by the run's hash. As objects they were a third of the
 * tracker's time, most of it the garbage collector's and the memory's.
 */
final class WaitingEnds {
  private static final byte FORMAT = 1;
  // Length, hash and arrival of an entry, before the event itself.
  private static final int HEADER_BYTES = Integer.BYTES + 3 * Long.BYTES;
  private static final int HIGH = Integer.BYTES;
  private static final int LOW = HIGH + Long.BYTES;
  private static final int ARRIVAL = LOW + Long.BYTES;

  private static final int MIN_BYTES = 16 << 10;
  private static final int MIN_CAPACITY = 64;

  private final long maxBytes;
  private final ScriptEventSerializer serializer = new ScriptEventSerializer();
  private final DataOutputSerializer scratch = new DataOutputSerializer(1 << 10);

  // The entries, from the oldest one on; one that was taken out has the negative of its length.
  private byte[] buffer = new byte[MIN_BYTES];
  private ByteBuffer entries = ByteBuffer.wrap(buffer);
  private int oldest;
  private int end;
  private int size;
  private long liveBytes;

  // Open addressing: a slot holds the upper half of the hash's first half, and below it where the
  // entry is, plus one; 0 is an empty one.
  private long[] slots = new long[MIN_CAPACITY];

  /**
   * Nothing yet.
   *
   * @param maxBytes how many bytes may wait, at most half of what an array can hold
   */
  WaitingEnds(long maxBytes) {
    this.maxBytes = Math.min(maxBytes, Integer.MAX_VALUE / 4);
  }

  /** How many there are. */
  int size() {
    return size;
  }

  /** Keeps an end that is not here yet; the oldest ones leave where there is no room for it. */
  void add(ScriptEvent event) {
    byte[] bytes;
    int length;
    try {
      scratch.clear();
      serializer.serialize(event, scratch);
      bytes = scratch.getSharedBuffer();
      length = HEADER_BYTES + scratch.length();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (length > maxBytes) {
      return;
    }
    while (liveBytes + length > maxBytes) {
      removeOldest();
    }
    makeRoom(length);
    entries.putInt(end, length);
    entries.putLong(end + HIGH, event.hashHigh);
    entries.putLong(end + LOW, event.hashLow);
    entries.putLong(end + ARRIVAL, event.arrival);
    entries.put(end + HEADER_BYTES, bytes, 0, length - HEADER_BYTES);
    if (4 * (size + 1) > 3 * slots.length) {
      index(2 * slots.length);
    }
    enter(event.hashHigh, end);
    end += length;
    size++;
    liveBytes += length;
  }

  /** Takes the end of a run out; null if it is not here. */
  ScriptEvent take(long high, long low) {
    int mask = slots.length - 1;
    for (int at = home(high, mask); slots[at] != 0; at = (at + 1) & mask) {
      int place = place(slots[at]);
      if ((slots[at] ^ high) >>> 32 == 0
          && entries.getLong(place + HIGH) == high
          && entries.getLong(place + LOW) == low) {
        ScriptEvent event = event(place);
        remove(at, place);
        return event;
      }
    }
    return null;
  }

  /** Lets the oldest ones go, as long as their arrival is one that the predicate takes. */
  void letGo(LongPredicate isOver) {
    while (size > 0) {
      skipRemoved();
      if (!isOver.test(entries.getLong(oldest + ARRIVAL))) {
        return;
      }
      removeOldest();
    }
  }

  /** Says which runs' ends shall stay. */
  interface Filter {
    boolean keeps(long high, long low);
  }

  /** Lets all those go that the filter does not keep. */
  void retain(Filter filter) {
    for (int place = oldest; place < end; place += Math.abs(entries.getInt(place))) {
      long high = entries.getLong(place + HIGH);
      if (entries.getInt(place) > 0 && !filter.keeps(high, entries.getLong(place + LOW))) {
        remove(slotOf(high, place), place);
      }
    }
  }

  /**
   * Everything that waits, for {@link #read}: a blob for each key group, null where nothing does.
   *
   * @param keyGroup from 0, of the first half of a hash
   */
  byte[][] toBytes(int keyGroups, LongToIntFunction keyGroup) {
    int[] counts = new int[keyGroups];
    int[] lengths = new int[keyGroups];
    for (int place = oldest; place < end; place += Math.abs(entries.getInt(place))) {
      if (entries.getInt(place) > 0) {
        int group = keyGroup.applyAsInt(entries.getLong(place + HIGH));
        counts[group]++;
        lengths[group] += entries.getInt(place) - HEADER_BYTES;
      }
    }
    byte[][] blobs = new byte[keyGroups][];
    int[] written = new int[keyGroups];
    for (int place = oldest; place < end; place += Math.abs(entries.getInt(place))) {
      if (entries.getInt(place) > 0) {
        int group = keyGroup.applyAsInt(entries.getLong(place + HIGH));
        if (blobs[group] == null) {
          blobs[group] = new byte[1 + Integer.BYTES + lengths[group]];
          ByteBuffer.wrap(blobs[group]).put(FORMAT).putInt(counts[group]);
          written[group] = 1 + Integer.BYTES;
        }
        int length = entries.getInt(place) - HEADER_BYTES;
        entries.get(place + HEADER_BYTES, blobs[group], written[group], length);
        written[group] += length;
      }
    }
    return blobs;
  }

  /** Gives the ends that {@link #toBytes} has put into a blob. */
  static void read(byte[] blob, Consumer<ScriptEvent> into) {
    try {
      DataInputDeserializer from = new DataInputDeserializer(blob);
      byte format = from.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException("Unknown format of waiting ends: " + format);
      }
      ScriptEventSerializer serializer = new ScriptEventSerializer();
      for (int left = from.readInt(); left > 0; left--) {
        into.accept(serializer.deserialize(from));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ScriptEvent event(int place) {
    try {
      return serializer.deserialize(
          new DataInputDeserializer(
              buffer, place + HEADER_BYTES, entries.getInt(place) - HEADER_BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void removeOldest() {
    skipRemoved();
    remove(slotOf(entries.getLong(oldest + HIGH), oldest), oldest);
  }

  private void skipRemoved() {
    while (entries.getInt(oldest) < 0) {
      oldest -= entries.getInt(oldest);
    }
  }

  private int slotOf(long high, int place) {
    int mask = slots.length - 1;
    int at = home(high, mask);
    while (place(slots[at]) != place) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void remove(int slot, int place) {
    int length = entries.getInt(place);
    entries.putInt(place, -length);
    size--;
    liveBytes -= length;
    // Moves back what had to give way, so that a search may stop at the first empty slot.
    int mask = slots.length - 1;
    int hole = slot;
    for (int next = (hole + 1) & mask; slots[next] != 0; next = (next + 1) & mask) {
      if (((next - home(slots[next], mask)) & mask) >= ((next - hole) & mask)) {
        slots[hole] = slots[next];
        hole = next;
      }
    }
    slots[hole] = 0;
    if (size == 0) {
      oldest = 0;
      end = 0;
    }
  }

  /** Moves the entries to the front, and into a larger or smaller buffer where that pays. */
  private void makeRoom(int length) {
    if (end + length <= buffer.length) {
      return;
    }
    // Twice of what is needed, so that this comes once for each time that the content changes.
    long wanted = Math.max(MIN_BYTES, 2 * (liveBytes + length));
    byte[] target =
        wanted > buffer.length || 4 * wanted < buffer.length
            ? new byte[(int) Math.min(2 * maxBytes + HEADER_BYTES, 2 * wanted)]
            : buffer;
    int to = 0;
    int entry;
    for (int from = oldest; from < end; from += entry) {
      int signed = entries.getInt(from);
      entry = Math.abs(signed);
      if (signed > 0) {
        System.arraycopy(buffer, from, target, to, entry);
        to += entry;
      }
    }
    if (target != buffer) {
      buffer = target;
      entries = ByteBuffer.wrap(target);
    }
    oldest = 0;
    end = to;
    boolean isTooLarge = slots.length > MIN_CAPACITY && 8 * size < slots.length;
    index(isTooLarge ? slots.length / 2 : slots.length);
  }

  private void index(int capacity) {
    if (capacity == slots.length) {
      Arrays.fill(slots, 0);
    } else {
      slots = new long[capacity];
    }
    for (int place = oldest; place < end; place += Math.abs(entries.getInt(place))) {
      if (entries.getInt(place) > 0) {
        enter(entries.getLong(place + HIGH), place);
      }
    }
  }

  private void enter(long high, int place) {
    int mask = slots.length - 1;
    int at = home(high, mask);
    while (slots[at] != 0) {
      at = (at + 1) & mask;
    }
    slots[at] = high >>> 32 << 32 | (place + 1);
  }

  private static int place(long slot) {
    return (int) slot - 1;
  }

  // The upper half of the hash: the lower one chose the key group.
  private static int home(long high, int mask) {
    return (int) (high >>> 32) & mask;
  }
}
