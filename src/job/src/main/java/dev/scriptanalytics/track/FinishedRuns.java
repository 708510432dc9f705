package dev.scriptanalytics.track;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.row.RunDeployment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The finished runs of one key group: enough of each to know a duplicate and a contradiction, and
 * to tell a log entry what it ran.
 *
 * <p>An open-addressing table of 20 bytes a run: 80 bits of the run's hash, the hour it finished
 * in, how it ended, its {@link Deployments identity}, its response time. Of a hundred million runs
 * a day that are remembered for a day, one is taken for another in 300,000 years. What changed
 * since the last checkpoint is kept beside it as bytes, so that a checkpoint writes only that
 * ({@link #drain}).
 */
final class FinishedRuns {
  /** No such run. */
  static final int NONE = -1;

  private static final byte FORMAT = 2;
  // That of 0.1.0, which spelled identities out in full and had more of the hash.
  private static final byte FIRST_FORMAT = 1;
  private static final int HEADER_BYTES = 1;
  private static final int ENTRY_BYTES = 17;
  private static final int IDENTITY_OF_ENTRY = 10;

  private static final long STATUS_MASK = 0x3;
  private static final long TIMED_OUT = 0x4;
  private static final long START_SEEN = 0x8;
  private static final long FLAGS = 0xf;
  private static final int HOUR_SHIFT = 4;
  // Hours since 1970 fit into 20 bits until the year 2089.
  private static final int MAX_HOUR = 0xfffff;
  private static final int IDENTITY_SHIFT = 24;
  private static final int HASH_SHIFT = 48;

  private static final int MIN_CAPACITY = 16;
  private static final double MAX_LOAD = 0.8;
  // Below 2, so that a table that has just grown is still well filled: memory is what a run costs.
  private static final double GROWTH = 1.35;

  private final Deployments identities;
  // Two a run, one behind the other: that is one access to memory, not two. The first half of the
  // hash; some of the second, with identity, hour and how it ended.
  private long[] slots = new long[2 * MIN_CAPACITY];
  // As bits of a float; asked for only where an end comes again.
  private int[] responseTimes = new int[MIN_CAPACITY];
  private int capacity = MIN_CAPACITY;
  private int size;
  // By the hour that the runs finished in.
  private final NavigableMap<Integer, Changes> changes = new TreeMap<>();
  // Those of the last change, nearly always of the next one too; null where there are none.
  private Changes latest;
  // The identities that what was drained of an hour has spelled out.
  private final NavigableMap<Integer, BitSet> spelledOut = new TreeMap<>();

  FinishedRuns(Deployments identities) {
    this.identities = identities;
  }

  /** How many runs are remembered. */
  int size() {
    return size;
  }

  /** How many bytes of memory this takes. */
  long memoryBytes() {
    long bytes = 8L * slots.length + 4L * responseTimes.length;
    for (Changes ofHour : changes.values()) {
      bytes += ofHour.entries.capacity();
    }
    return bytes;
  }

  /** Where the run stands, for the accessors below and until the next change; or {@link #NONE}. */
  int find(long high, long low) {
    long first = nonZero(high);
    int at = 2 * home(first, capacity);
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
    return Float.intBitsToFloat(responseTimes[at / 2]);
  }

  /** The number of the run's identity, {@link Deployments#UNKNOWN} where it is not known. */
  int identity(int at) {
    return identity(slots[at + 1]);
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
    long flags = status.code() | (timedOut ? TIMED_OUT : 0) | (startSeen ? START_SEEN : 0);
    long first = nonZero(high);
    long second = second(low, identity, Math.min(hour, MAX_HOUR), flags);
    int responseTimeBits = Float.floatToRawIntBits((float) responseTime);
    put(first, second, responseTimeBits);
    logChange(first, second, responseTimeBits);
  }

  private static long second(long low, int identity, int hour, long flags) {
    return low >>> HASH_SHIFT << HASH_SHIFT
        | (long) identity << IDENTITY_SHIFT
        | (long) hour << HOUR_SHIFT
        | flags;
  }

  /** Notes that the start of the run at that place has come, and what is known by it. */
  void setStartSeen(int at, int identity) {
    long old = slots[at + 1];
    slots[at + 1] = second(old, identity, hour(old), (old & FLAGS) | START_SEEN);
    logChange(slots[at], slots[at + 1], responseTimes[at / 2]);
  }

  /** Adds the numbers of all identities in use. */
  void collectIdentities(BitSet into) {
    for (int at = 0; at < slots.length; at += 2) {
      into.set(identity(slots[at + 1]));
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

    // Everything but the hour.
    void add(long first, long second, int responseTime) {
      if (entries.remaining() < ENTRY_BYTES) {
        entries = ByteBuffer.allocate(2 * entries.capacity()).put(entries.flip());
      }
      entries.putLong(first);
      entries.putShort((short) (second >>> HASH_SHIFT));
      int identityAndFlags = identity(second) << HOUR_SHIFT | (int) (second & FLAGS);
      entries.putShort((short) (identityAndFlags >>> Byte.SIZE)).put((byte) identityAndFlags);
      entries.putInt(responseTime);
    }

    void collectIdentities(BitSet into) {
      for (int at = 0; at < entries.position(); at += ENTRY_BYTES) {
        into.set(identityAt(at));
      }
    }

    private int identityAt(int at) {
      return threeBytes(entries, at + IDENTITY_OF_ENTRY) >>> HOUR_SHIFT;
    }

    byte[] drain() {
      int end = entries.position();
      DeploymentDeltaCodec newIdentities = new DeploymentDeltaCodec();
      BitSet spelled = spelledOut.computeIfAbsent(hour, created -> new BitSet());
      for (int at = 0; at < end; at += ENTRY_BYTES) {
        int identity = identityAt(at);
        if (identity != Deployments.UNKNOWN && !spelled.get(identity)) {
          spelled.set(identity);
          newIdentities.add(identity, identities.get(identity));
        }
      }
      ByteBuffer blob =
          ByteBuffer.allocate(HEADER_BYTES + newIdentities.size() + Integer.BYTES + end);
      blob.put(FORMAT);
      newIdentities.writeTo(blob);
      blob.putInt(end / ENTRY_BYTES).put(entries.array(), 0, end);
      // The next interval will bring about as many; a spike must not be kept for ever.
      entries = entries.capacity() <= 2 * end ? entries.clear() : ByteBuffer.allocate(2 * end);
      return blob.array();
    }
  }

  private static int threeBytes(ByteBuffer from, int at) {
    return Short.toUnsignedInt(from.getShort(at)) << Byte.SIZE
        | Byte.toUnsignedInt(from.get(at + Short.BYTES));
  }

  /**
   * Takes over a blob that {@link #drain} gave; those of an hour in the order it gave them.
   *
   * @param numbers of the hour's identities, as its blobs number them, the numbers here: empty for
   *     the first of them
   */
  void load(int hour, byte[] blob, Map<Integer, Integer> numbers) {
    if (blob[0] != FORMAT && blob[0] != FIRST_FORMAT) {
      throw new IllegalStateException("Unknown format of remembered runs: " + blob[0]);
    }
    ByteBuffer from = ByteBuffer.wrap(blob, HEADER_BYTES, blob.length - HEADER_BYTES);
    while (from.hasRemaining()) {
      if (blob[0] == FIRST_FORMAT) {
        loadFirstFormat(from, numbers);
        continue;
      }
      DeploymentDeltaCodec.read(from, numbers, identities);
      for (int left = from.getInt(); left > 0; left--) {
        int at = from.position();
        long hash = (long) from.getShort(at + Long.BYTES) << HASH_SHIFT;
        int identityAndFlags = threeBytes(from, at + IDENTITY_OF_ENTRY);
        int identity = numbers.getOrDefault(identityAndFlags >>> HOUR_SHIFT, Deployments.UNKNOWN);
        put(
            from.getLong(at),
            second(hash, identity, hour, identityAndFlags & FLAGS),
            from.getInt(at + ENTRY_BYTES - Integer.BYTES));
        from.position(at + ENTRY_BYTES);
      }
    }
  }

  private void loadFirstFormat(ByteBuffer from, Map<Integer, Integer> numbers) {
    for (int left = from.getInt(); left > 0; left--) {
      int number = from.getInt();
      numbers.put(number, identities.of(readIdentity(from)));
    }
    for (int left = from.getInt(); left > 0; left--) {
      long first = from.getLong();
      // Forty bits of the hash, the hour and the flags.
      long second = from.getLong();
      int responseTime = from.getInt();
      int number = threeBytes(from, from.position());
      from.position(from.position() + 3);
      int identity = numbers.getOrDefault(number, Deployments.UNKNOWN);
      put(first, second(second, identity, hour(second), second & FLAGS), responseTime);
    }
  }

  private static RunDeployment readIdentity(ByteBuffer from) {
    int version = from.getInt();
    return RunDeployment.of(readText(from), version, readText(from), readText(from));
  }

  private static byte[] readText(ByteBuffer from) {
    byte[] text = new byte[from.getInt()];
    from.get(text);
    return text;
  }

  /** Whether such a blob may be put together with those that {@link #drain} gives. */
  static boolean hasPresentFormat(byte[] blob) {
    return blob[0] == FORMAT;
  }

  /** One blob that says what these two of an hour say, in order; both of the present format. */
  static byte[] concatenate(byte[] earlier, byte[] later) {
    byte[] both = Arrays.copyOf(earlier, earlier.length + later.length - HEADER_BYTES);
    System.arraycopy(later, HEADER_BYTES, both, earlier.length, later.length - HEADER_BYTES);
    return both;
  }

  /** Forgets runs that finished before that hour. */
  void expire(int oldestHour) {
    int kept = 0;
    for (int at = 0; at < slots.length; at += 2) {
      if (slots[at] != 0 && hour(slots[at + 1]) >= oldestHour) {
        kept++;
      }
    }
    if (kept == size) {
      return;
    }
    allocate(Math.max(MIN_CAPACITY, (int) (kept / MAX_LOAD * 1.2)), oldestHour);
    // In a job without checkpoints they would grow for ever.
    changes.headMap(oldestHour).clear();
    latest = null;
    spelledOut.headMap(oldestHour).clear();
  }

  private void put(long first, long second, int responseTime) {
    if (size + 1 > capacity * MAX_LOAD) {
      allocate((int) (capacity * GROWTH) + 1, 0);
    }
    int at = 2 * home(first, capacity);
    while (slots[at] != 0) {
      if (slots[at] == first && slots[at + 1] >>> HASH_SHIFT == second >>> HASH_SHIFT) {
        slots[at + 1] = second;
        responseTimes[at / 2] = responseTime;
        return;
      }
      at = next(at);
    }
    slots[at] = first;
    slots[at + 1] = second;
    responseTimes[at / 2] = responseTime;
    size++;
  }

  private int next(int at) {
    return at + 2 == slots.length ? 0 : at + 2;
  }

  /** Moves what finished in that hour or later into a table of another size. */
  private void allocate(int newCapacity, int oldestHour) {
    long[] old = slots;
    int[] oldResponseTimes = responseTimes;
    capacity = newCapacity;
    slots = new long[2 * newCapacity];
    responseTimes = new int[newCapacity];
    size = 0;
    for (int at = 0; at < old.length; at += 2) {
      if (old[at] != 0 && hour(old[at + 1]) >= oldestHour) {
        put(old[at], old[at + 1], oldResponseTimes[at / 2]);
      }
    }
  }

  private void logChange(long first, long second, int responseTime) {
    int hour = hour(second);
    if (latest == null || latest.hour != hour) {
      latest = changes.computeIfAbsent(hour, Changes::new);
    }
    latest.add(first, second, responseTime);
  }

  private static int identity(long second) {
    return (int) (second >>> IDENTITY_SHIFT) & Deployments.MAX_LIMIT;
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
