package dev.scriptanalytics.track;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.row.RunIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The finished runs of one key group: enough of each to know a duplicate and a contradiction, and
 * to tell a log entry what it ran.
 *
 * <p>An open-addressing table of three longs a run: 104 bits of the run's hash, the hour it
 * finished in, how it ended, its response time, its {@link Identities identity}. What changed since
 * the last checkpoint is kept beside it as bytes, so that a checkpoint writes only that ({@link
 * #drain}).
 */
final class FinishedRuns {
  /** No such run. */
  static final int NONE = -1;

  private static final byte FORMAT = 1;
  private static final int HEADER_BYTES = 1;
  private static final int ENTRY_BYTES = 23;
  private static final int IDENTITY_OF_ENTRY = 20;

  private static final long STATUS_MASK = 0x3;
  private static final long TIMED_OUT = 0x4;
  private static final long START_SEEN = 0x8;
  private static final int HOUR_SHIFT = 4;
  // Hours since 1970 fit into 20 bits until the year 2089.
  private static final int MAX_HOUR = 0xfffff;
  private static final int HASH_SHIFT = 24;

  private static final int MIN_CAPACITY = 16;
  private static final double MAX_LOAD = 0.75;
  // Below 2, so that a table that has just grown is still half full: memory is what a run costs.
  private static final double GROWTH = 1.3;

  private final Identities identities;
  // Three a run, one behind the other: that is one access to memory, not three. The first half of
  // the hash; most of the second, with the hour and how it ended; response time and identity.
  private long[] slots = new long[3 * MIN_CAPACITY];
  private int capacity = MIN_CAPACITY;
  private int size;
  // By the hour that the runs finished in.
  private final NavigableMap<Integer, Changes> changes = new TreeMap<>();
  // Those of the last change, nearly always of the next one too; null where there are none.
  private Changes latest;
  // The identities that what was drained of an hour has spelled out.
  private final NavigableMap<Integer, BitSet> spelledOut = new TreeMap<>();

  FinishedRuns(Identities identities) {
    this.identities = identities;
  }

  /** How many runs are remembered. */
  int size() {
    return size;
  }

  /** How many bytes of memory this takes. */
  long memoryBytes() {
    long bytes = 8L * slots.length;
    for (Changes ofHour : changes.values()) {
      bytes += ofHour.entries.capacity();
    }
    return bytes;
  }

  /** Where the run stands, for the accessors below and until the next change; or {@link #NONE}. */
  int find(long high, long low) {
    long first = nonZero(high);
    int at = 3 * home(first, capacity);
    while (true) {
      long slot = slots[at];
      if (slot == 0) {
        return NONE;
      }
      if (slot == first && slots[at + 1] >>> HASH_SHIFT == low >>> HASH_SHIFT) {
        return at;
      }
      at = next(at);
    }
  }

  RunStatus status(int at) {
    return RunStatus.ofCode((int) (slots[at + 1] & STATUS_MASK));
  }

  /** Whether the run failed by {@code run.timeout}. */
  boolean timedOut(int at) {
    return (slots[at + 1] & TIMED_OUT) != 0;
  }

  /** Whether the run's start has come. */
  boolean startSeen(int at) {
    return (slots[at + 1] & START_SEEN) != 0;
  }

  /** In milliseconds, rounded to a float; NaN where the run has none. */
  float responseTime(int at) {
    return responseTime(slots[at + 2]);
  }

  /** The number of the run's identity, {@link Identities#UNKNOWN} where it is not known. */
  int identity(int at) {
    return identity(slots[at + 2]);
  }

  /**
   * Remembers a run that is not yet here.
   *
   * @param hour in which it finished, since 1970
   * @param identity its number
   */
  void add(
      long high,
      long low,
      int hour,
      RunStatus status,
      boolean timedOut,
      boolean startSeen,
      double responseTime,
      int identity) {
    long meta =
        status.code()
            | (timedOut ? TIMED_OUT : 0)
            | (startSeen ? START_SEEN : 0)
            | (long) Math.min(hour, MAX_HOUR) << HOUR_SHIFT;
    long first = nonZero(high);
    long second = low >>> HASH_SHIFT << HASH_SHIFT | meta;
    long third = (long) Float.floatToRawIntBits((float) responseTime) << 32 | identity;
    put(first, second, third);
    logChange(first, second, third);
  }

  /** Notes that the start of the run at that place has come, and what is known by it. */
  void setStartSeen(int at, int identity) {
    slots[at + 1] |= START_SEEN;
    slots[at + 2] = slots[at + 2] >>> 32 << 32 | identity;
    logChange(slots[at], slots[at + 1], slots[at + 2]);
  }

  /** Adds the numbers of all identities in use. */
  void collectIdentities(BitSet into) {
    for (int at = 0; at < slots.length; at += 3) {
      into.set(identity(slots[at + 2]));
    }
    for (Changes ofHour : changes.values()) {
      ofHour.collectIdentities(into);
    }
  }

  /** Says that these numbers will soon stand for other identities. */
  void forgetIdentities(BitSet forgotten) {
    spelledOut.values().forEach(numbers -> numbers.andNot(forgotten));
  }

  /**
   * What changed since the last call, by the hour that the runs finished in, for {@link #load}: the
   * identities that no earlier blob of the hour spells out, and the runs.
   *
   * <p>By hour, because runs are forgotten by the hour: a blob of several would outlive most of
   * what it tells, for months where one record bears a date of next year.
   */
  NavigableMap<Integer, byte[]> drain() {
    changes.values().removeIf(Changes::isEmpty);
    latest = null;
    NavigableMap<Integer, byte[]> blobs = new TreeMap<>();
    changes.forEach((hour, ofHour) -> blobs.put(hour, ofHour.drain()));
    return blobs;
  }

  /** What changed in runs of an hour: entries of {@value #ENTRY_BYTES} bytes. */
  private final class Changes {
    private final int hour;
    // Written up to its position.
    private ByteBuffer entries = ByteBuffer.allocate(16 * ENTRY_BYTES);

    private Changes(int hour) {
      this.hour = hour;
    }

    boolean isEmpty() {
      return entries.position() == 0;
    }

    void add(long first, long second, long third) {
      if (entries.remaining() < ENTRY_BYTES) {
        entries = ByteBuffer.allocate(2 * entries.capacity()).put(entries.flip());
      }
      int identity = identity(third);
      entries.putLong(first).putLong(second).putFloat(FinishedRuns.responseTime(third));
      entries.putShort((short) (identity >>> 8)).put((byte) identity);
    }

    void collectIdentities(BitSet into) {
      for (int at = 0; at < entries.position(); at += ENTRY_BYTES) {
        into.set(identityAt(at));
      }
    }

    private int identityAt(int at) {
      return identityIn(
          entries.getShort(at + IDENTITY_OF_ENTRY), entries.get(at + IDENTITY_OF_ENTRY + 2));
    }

    byte[] drain() {
      int end = entries.position();
      DataOutputSerializer newIdentities = new DataOutputSerializer(64);
      int newIdentityCount = 0;
      BitSet spelled = spelledOut.computeIfAbsent(hour, created -> new BitSet());
      try {
        for (int at = 0; at < end; at += ENTRY_BYTES) {
          int identity = identityAt(at);
          if (identity != Identities.UNKNOWN && !spelled.get(identity)) {
            spelled.set(identity);
            newIdentities.writeInt(identity);
            write(identities.get(identity), newIdentities);
            newIdentityCount++;
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      byte[] blob =
          ByteBuffer.allocate(HEADER_BYTES + 8 + newIdentities.length() + end)
              .put(FORMAT)
              .putInt(newIdentityCount)
              .put(newIdentities.getSharedBuffer(), 0, newIdentities.length())
              .putInt(end / ENTRY_BYTES)
              .put(entries.array(), 0, end)
              .array();
      // The next interval will bring about as many; a spike must not be kept for ever.
      entries = entries.capacity() <= 2 * end ? entries.clear() : ByteBuffer.allocate(2 * end);
      return blob;
    }
  }

  private static void write(RunIdentity identity, DataOutputView to) throws IOException {
    to.writeInt(identity.deploymentVersion());
    for (byte[] text :
        new byte[][] {identity.script(), identity.deploymentId(), identity.function()}) {
      to.writeInt(text.length);
      to.write(text);
    }
  }

  private static RunIdentity readIdentity(ByteBuffer from) {
    int version = from.getInt();
    return new RunIdentity(readText(from), version, readText(from), readText(from));
  }

  private static byte[] readText(ByteBuffer from) {
    byte[] text = new byte[from.getInt()];
    from.get(text);
    return text;
  }

  // Three bytes, which is why there may not be more than Identities.MAX_LIMIT.
  private static int identityIn(short high, byte low) {
    return (high & 0xffff) << 8 | (low & 0xff);
  }

  /**
   * Takes over a blob that {@link #drain} gave; those of an hour in the order it gave them.
   *
   * @param numbers of the hour's identities, as its blobs number them, the numbers here: empty for
   *     the first of them
   */
  void load(byte[] blob, Map<Integer, Integer> numbers) {
    if (blob[0] != FORMAT) {
      throw new IllegalStateException("Unknown format of remembered runs: " + blob[0]);
    }
    ByteBuffer from = ByteBuffer.wrap(blob, HEADER_BYTES, blob.length - HEADER_BYTES);
    while (from.hasRemaining()) {
      for (int left = from.getInt(); left > 0; left--) {
        int number = from.getInt();
        numbers.put(number, identities.of(readIdentity(from)));
      }
      for (int left = from.getInt(); left > 0; left--) {
        long first = from.getLong();
        long second = from.getLong();
        float responseTime = from.getFloat();
        int number = identityIn(from.getShort(), from.get());
        int identity = numbers.getOrDefault(number, Identities.UNKNOWN);
        put(first, second, (long) Float.floatToRawIntBits(responseTime) << 32 | identity);
      }
    }
  }

  /** One blob that says what these two of an hour say, in order. */
  static byte[] concatenate(byte[] earlier, byte[] later) {
    byte[] both = Arrays.copyOf(earlier, earlier.length + later.length - HEADER_BYTES);
    System.arraycopy(later, HEADER_BYTES, both, earlier.length, later.length - HEADER_BYTES);
    return both;
  }

  /** Forgets runs that finished before that hour. */
  void expire(int oldestHour) {
    long[] old = slots;
    int kept = 0;
    for (int at = 0; at < old.length; at += 3) {
      if (old[at] != 0 && hour(old[at + 1]) >= oldestHour) {
        kept++;
      }
    }
    if (kept == size) {
      return;
    }
    allocate(Math.max(MIN_CAPACITY, (int) (kept / MAX_LOAD * 1.2)));
    for (int at = 0; at < old.length; at += 3) {
      if (old[at] != 0 && hour(old[at + 1]) >= oldestHour) {
        put(old[at], old[at + 1], old[at + 2]);
      }
    }
    // In a job without checkpoints they would grow for ever.
    changes.headMap(oldestHour).clear();
    latest = null;
    spelledOut.headMap(oldestHour).clear();
  }

  private void put(long first, long second, long third) {
    if (size + 1 > capacity * MAX_LOAD) {
      grow();
    }
    int at = 3 * home(first, capacity);
    while (slots[at] != 0) {
      if (slots[at] == first && slots[at + 1] >>> HASH_SHIFT == second >>> HASH_SHIFT) {
        slots[at + 1] = second;
        slots[at + 2] = third;
        return;
      }
      at = next(at);
    }
    slots[at] = first;
    slots[at + 1] = second;
    slots[at + 2] = third;
    size++;
  }

  private int next(int at) {
    return at + 3 == slots.length ? 0 : at + 3;
  }

  private void grow() {
    long[] old = slots;
    allocate((int) (capacity * GROWTH) + 1);
    for (int at = 0; at < old.length; at += 3) {
      if (old[at] != 0) {
        put(old[at], old[at + 1], old[at + 2]);
      }
    }
  }

  private void allocate(int newCapacity) {
    capacity = newCapacity;
    slots = new long[3 * newCapacity];
    size = 0;
  }

  private void logChange(long first, long second, long third) {
    int hour = hour(second);
    if (latest == null || latest.hour != hour) {
      latest = changes.computeIfAbsent(hour, Changes::new);
    }
    latest.add(first, second, third);
  }

  private static float responseTime(long third) {
    return Float.intBitsToFloat((int) (third >>> 32));
  }

  private static int identity(long third) {
    return (int) third;
  }

  private static int hour(long second) {
    return (int) (second >>> HOUR_SHIFT & MAX_HOUR);
  }

  // 0 marks an empty slot.
  private static long nonZero(long high) {
    return high == 0 ? 1 : high;
  }

  // The upper half of the hash: the lower one chose the key group.
  private static int home(long first, int capacity) {
    return (int) (((first >>> 32) * capacity) >>> 32);
  }
}
