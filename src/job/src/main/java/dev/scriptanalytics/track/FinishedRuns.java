package dev.scriptanalytics.track;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.hash.Probing;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The finished runs of one key group: enough of each to recognize a duplicate and a contradiction,
 * and to enrich a log entry with the deployment.
 *
 * <p>An open-addressing table of 24 bytes per slot:
 *
 * <pre>
 *   slots[2i]      | first half of the hash, 64 bits                                    |
 *   slots[2i + 1]  | second half | unused | deployment | hour | start  | timed | status |
 *    (packed)      | 16 bits     | 4      | 20         | 20   | seen 1 | out 1 | 2      |
 *   told[i]        | fingerprint of the end | unused | start |
 *                  | 32 bits                | 8      | 24    |
 * </pre>
 *
 * <p>The two longs of a slot are neighbours, so that a search reads one cache line. What the run's
 * events told is apart, because only a further event is compared with it. The first half is 0 in an
 * empty slot. 80 bits of the hash identify a run: with a hundred million runs per day, remembered
 * for a day, one run is mistaken for another in 300,000 years. Hours count from 1970 and fit until
 * 2089. The start counts whole seconds back from a day after its hour, so that a clock may be a day
 * ahead, and a run 193 days long; all bits are set for a start that does not fit or is unknown.
 *
 * <p>Changes since the last checkpoint are kept beside the table as bytes, by the hour of the run's
 * end, so that a checkpoint writes only those ({@link #takeChanges}). A blob of changes has at
 * least one section, and more when blobs are concatenated:
 *
 * <pre>
 *   | format 1 byte | section | section | ...
 *   section  | new deployments | number of runs 4 bytes | run | run | ...
 *   run      | first half 8 bytes | second half 2 | deployment 20 bits, flags 4 | start 3 | fingerprint 4 |
 * </pre>
 *
 * <p>Deployments have the numbers of the process that wrote the blob. New ones are those that no
 * earlier section of the hour has, in the form of {@link DeploymentDeltaCodec}.
 */
final class FinishedRuns {
  /** The slot of a run that is not here. */
  static final int NONE = -1;

  /** A start that is unknown, or that later events are not compared with. */
  static final long NO_START = Long.MIN_VALUE;

  /** How a run ended. */
  enum Ending {
    /** By an end whose start has not arrived. */
    WITHOUT_START(0),
    /** By an end that arrived after the start. */
    AFTER_START(START_SEEN),
    /** By {@code run.timeout}, after the start. */
    BY_TIMEOUT(START_SEEN | TIMED_OUT);

    private final long flags;

    Ending(long flags) {
      this.flags = flags;
    }
  }

  private static final byte FORMAT = 3;
  private static final int HEADER_BYTES = 1;
  private static final int ENTRY_BYTES = 20;
  private static final int DEPLOYMENT_OF_ENTRY = 10;
  private static final int START_OF_ENTRY = 13;
  private static final int FINGERPRINT_OF_ENTRY = 16;

  private static final long STATUS_MASK = 0x3;
  private static final long TIMED_OUT = 0x4;
  private static final long START_SEEN = 0x8;
  private static final long FLAGS = 0xf;
  private static final int HOUR_SHIFT = 4;
  private static final int MAX_HOUR = 0xfffff;
  private static final int DEPLOYMENT_SHIFT = 24;
  private static final int HASH_SHIFT = 48;

  private static final int FINGERPRINT_SHIFT = 32;
  private static final int START_MASK = 0xffffff;
  private static final int UNCOMPARED = START_MASK;
  // From the beginning of an end's hour to the instant that its start counts back from.
  private static final long START_COUNTS_FROM_MILLIS = Duration.ofHours(25).toMillis();

  private static final long SECOND_MILLIS = 1000;
  private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

  private static final int MIN_CAPACITY = 16;
  private static final double MAX_LOAD = 0.8;
  // Below 2, so that a table that has just grown is still well filled: memory limits the number of
  // runs that an instance can remember.
  private static final double GROWTH = 1.35;
  // Leaves room after an hour is forgotten, so that the table does not grow at once.
  private static final double SPARE_ROOM = 1.2;

  private final Deployments deployments;
  private long[] slots = new long[2 * MIN_CAPACITY];
  private long[] told = new long[MIN_CAPACITY];
  private int capacity = MIN_CAPACITY;
  private int maxSize = Probing.maxEntries(MIN_CAPACITY, MAX_LOAD);
  private int size;
  private int oldestHour;
  // By the hour of the runs' ends.
  private final NavigableMap<Integer, Changes> changes = new TreeMap<>();
  // The changes of the hour that changed last, which nearly always changes next; null if unknown.
  private Changes latest;
  // By hour, the deployments that its blobs contain.
  private final NavigableMap<Integer, BitSet> written = new TreeMap<>();

  FinishedRuns(Deployments deployments) {
    this.deployments = deployments;
  }

  /** The hour since 1970 of an instant in milliseconds since 1970, or the nearest that fits. */
  static int hourOf(long millis) {
    return (int) Math.min(Math.max(Math.floorDiv(millis, HOUR_MILLIS), 0), MAX_HOUR);
  }

  /** The number of runs. */
  int size() {
    return size;
  }

  /** The oldest hour that {@link #expire} has kept. */
  int oldestHour() {
    return oldestHour;
  }

  /** The memory of the table and the changes, in bytes. */
  long memoryBytes() {
    long bytes = 8L * slots.length + 8L * told.length;
    for (Changes ofHour : changes.values()) {
      bytes += ofHour.entries.capacity();
    }
    return bytes;
  }

  /**
   * The place of a run, for the accessors below and until the next change; or {@link #NONE}.
   *
   * @param high the first half of the run's hash
   * @param low the second half
   */
  int find(long high, long low) {
    long first = nonZero(high);
    int slot = home(first);
    while (true) {
      long found = slots[2 * slot];
      if (found == 0) {
        return NONE;
      }
      if (found == first && slots[2 * slot + 1] >>> HASH_SHIFT == low >>> HASH_SHIFT) {
        return slot;
      }
      slot = Probing.next(slot, capacity);
    }
  }

  RunStatus status(int slot) {
    return RunStatus.ofCode((int) (packed(slot) & STATUS_MASK));
  }

  /** True if the run failed by {@code run.timeout}. */
  boolean timedOut(int slot) {
    return (packed(slot) & TIMED_OUT) != 0;
  }

  /** True if the run's start has arrived. */
  boolean startSeen(int slot) {
    return (packed(slot) & START_SEEN) != 0;
  }

  /** The start in milliseconds since 1970, cut to whole seconds; or {@link #NO_START}. */
  long start(int slot) {
    long back = told[slot] & START_MASK;
    return back == UNCOMPARED
        ? NO_START
        : startCountsFrom(hourOfPacked(packed(slot))) - back * SECOND_MILLIS;
  }

  /** The {@link EndFingerprint} of the end. */
  int fingerprint(int slot) {
    return (int) (told[slot] >>> FINGERPRINT_SHIFT);
  }

  /** The number of the run's deployment; {@link Deployments#UNKNOWN} if it is unknown. */
  int deployment(int slot) {
    return deploymentOf(packed(slot));
  }

  private long packed(int slot) {
    return slots[2 * slot + 1];
  }

  /**
   * Remembers a run that is not here yet.
   *
   * @param finishedAt when it ended, in milliseconds since 1970. An instant before the oldest hour
   *     counts in that hour, because the hours before are forgotten.
   * @param start in milliseconds since 1970, or {@link #NO_START}
   * @param fingerprint the {@link EndFingerprint} of the end
   * @param deployment its number
   */
  void add(
      long high,
      long low,
      long finishedAt,
      RunStatus status,
      Ending ending,
      long start,
      int fingerprint,
      int deployment) {
    int hour = Math.max(hourOf(finishedAt), oldestHour);
    long first = nonZero(high);
    long packed = pack(low, deployment, hour, status.code() | ending.flags);
    long toldNow = packTold(fingerprint, secondsBack(start, hour));
    put(first, packed, toldNow);
    logChange(first, packed, toldNow);
  }

  /** The seconds from a start to the instant that it counts back from. */
  private static int secondsBack(long start, int hour) {
    if (start == NO_START) {
      return UNCOMPARED;
    }
    // Rounded up, as the start is cut to whole seconds.
    long back = -Math.floorDiv(start - startCountsFrom(hour), SECOND_MILLIS);
    return back < 0 || back > START_MASK ? UNCOMPARED : (int) back;
  }

  private static long startCountsFrom(int hour) {
    return hour * HOUR_MILLIS + START_COUNTS_FROM_MILLIS;
  }

  private static long packTold(int fingerprint, int secondsBack) {
    return (long) fingerprint << FINGERPRINT_SHIFT | secondsBack;
  }

  private static long pack(long low, int deployment, int hour, long flags) {
    return low >>> HASH_SHIFT << HASH_SHIFT
        | (long) deployment << DEPLOYMENT_SHIFT
        | (long) hour << HOUR_SHIFT
        | flags;
  }

  /** Notes that the run's start has arrived, and its deployment as known with the start. */
  void setStartSeen(int slot, int deployment) {
    long old = packed(slot);
    long packed = pack(old, deployment, hourOfPacked(old), (old & FLAGS) | START_SEEN);
    slots[2 * slot + 1] = packed;
    logChange(slots[2 * slot], packed, told[slot]);
  }

  /** Adds the numbers of all deployments in use. */
  void collectDeployments(BitSet into) {
    for (int slot = 0; slot < capacity; slot++) {
      into.set(deployment(slot));
    }
    for (Changes ofHour : changes.values()) {
      ofHour.collectDeployments(into);
    }
  }

  /** Announces that these numbers are free and may soon stand for other deployments. */
  void forgetDeployments(BitSet forgotten) {
    written.values().forEach(numbers -> numbers.andNot(forgotten));
  }

  /**
   * The changes since the last call, by the hour of the runs' ends, for {@link #applyChanges}.
   *
   * <p>One blob per hour, because runs are forgotten by the hour: a blob of several hours would
   * outlive most of its runs, by months if one record is dated next year.
   */
  NavigableMap<Integer, byte[]> takeChanges() {
    changes.values().removeIf(Changes::isEmpty);
    latest = null;
    NavigableMap<Integer, byte[]> blobs = new TreeMap<>();
    changes.forEach((hour, ofHour) -> blobs.put(hour, ofHour.take()));
    return blobs;
  }

  /** The changed runs of one hour: entries of {@value #ENTRY_BYTES} bytes. */
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

    // The hour is left out, since it is that of the blob.
    void add(long first, long packed, long toldNow) {
      if (entries.remaining() < ENTRY_BYTES) {
        entries = ByteBuffer.allocate(2 * entries.capacity()).put(entries.flip());
      }
      entries.putLong(first);
      entries.putShort((short) (packed >>> HASH_SHIFT));
      int deploymentAndFlags = deploymentOf(packed) << HOUR_SHIFT | (int) (packed & FLAGS);
      putThreeBytes(deploymentAndFlags);
      putThreeBytes((int) toldNow & START_MASK);
      entries.putInt((int) (toldNow >>> FINGERPRINT_SHIFT));
    }

    private void putThreeBytes(int value) {
      entries.putShort((short) (value >>> Byte.SIZE)).put((byte) value);
    }

    void collectDeployments(BitSet into) {
      for (int at = 0; at < entries.position(); at += ENTRY_BYTES) {
        into.set(deploymentAt(at));
      }
    }

    private int deploymentAt(int at) {
      return threeBytes(entries, at + DEPLOYMENT_OF_ENTRY) >>> HOUR_SHIFT;
    }

    byte[] take() {
      int end = entries.position();
      DeploymentDeltaCodec newDeployments = new DeploymentDeltaCodec();
      BitSet writtenOfHour = written.computeIfAbsent(hour, created -> new BitSet());
      for (int at = 0; at < end; at += ENTRY_BYTES) {
        int deployment = deploymentAt(at);
        if (deployment != Deployments.UNKNOWN && !writtenOfHour.get(deployment)) {
          writtenOfHour.set(deployment);
          newDeployments.add(deployment, deployments.get(deployment));
        }
      }
      ByteBuffer blob =
          ByteBuffer.allocate(HEADER_BYTES + newDeployments.size() + Integer.BYTES + end);
      blob.put(FORMAT);
      newDeployments.writeTo(blob);
      blob.putInt(end / ENTRY_BYTES).put(entries.array(), 0, end);
      // The next interval will need about as much; the buffer of a spike must not stay for ever.
      entries = entries.capacity() <= 2 * end ? entries.clear() : ByteBuffer.allocate(2 * end);
      return blob.array();
    }
  }

  private static int threeBytes(ByteBuffer from, int at) {
    return Short.toUnsignedInt(from.getShort(at)) << Byte.SIZE
        | Byte.toUnsignedInt(from.get(at + Short.BYTES));
  }

  /**
   * Applies a blob of {@link #takeChanges}; the blobs of one hour in the order of their writing.
   *
   * @param numbers maps the deployment numbers of the hour's blobs to numbers here; empty for the
   *     hour's first blob, and completed by each
   * @throws IllegalStateException if the blob has another format
   */
  void applyChanges(int hour, byte[] blob, Map<Integer, Integer> numbers) {
    if (blob[0] != FORMAT) {
      throw new IllegalStateException("Unknown format of remembered runs: " + blob[0]);
    }
    ByteBuffer from = ByteBuffer.wrap(blob, HEADER_BYTES, blob.length - HEADER_BYTES);
    while (from.hasRemaining()) {
      DeploymentDeltaCodec.read(from, numbers, deployments);
      for (int left = from.getInt(); left > 0; left--) {
        int at = from.position();
        long hash = (long) from.getShort(at + Long.BYTES) << HASH_SHIFT;
        int deploymentAndFlags = threeBytes(from, at + DEPLOYMENT_OF_ENTRY);
        int deployment =
            numbers.getOrDefault(deploymentAndFlags >>> HOUR_SHIFT, Deployments.UNKNOWN);
        put(
            from.getLong(at),
            pack(hash, deployment, hour, deploymentAndFlags & FLAGS),
            packTold(
                from.getInt(at + FINGERPRINT_OF_ENTRY), threeBytes(from, at + START_OF_ENTRY)));
        from.position(at + ENTRY_BYTES);
      }
    }
  }

  /** One blob with the sections of two blobs of the same hour. */
  static byte[] concatenate(byte[] earlier, byte[] later) {
    byte[] both = Arrays.copyOf(earlier, earlier.length + later.length - HEADER_BYTES);
    System.arraycopy(later, HEADER_BYTES, both, earlier.length, later.length - HEADER_BYTES);
    return both;
  }

  /** Forgets the runs that ended before an hour since 1970. */
  void expire(int oldest) {
    oldestHour = oldest;
    int kept = 0;
    for (int slot = 0; slot < capacity; slot++) {
      if (slots[2 * slot] != 0 && hourOfPacked(packed(slot)) >= oldest) {
        kept++;
      }
    }
    if (kept == size) {
      return;
    }
    allocate(Math.max(MIN_CAPACITY, (int) (Probing.slots(kept, MAX_LOAD) * SPARE_ROOM)));
    // Without checkpoints nobody takes the changes, and they would grow for ever.
    changes.headMap(oldest).clear();
    latest = null;
    written.headMap(oldest).clear();
  }

  private void put(long first, long packed, long toldNow) {
    if (size >= maxSize) {
      allocate((int) (capacity * GROWTH) + 1);
    }
    int slot = home(first);
    while (slots[2 * slot] != 0) {
      if (slots[2 * slot] == first && packed(slot) >>> HASH_SHIFT == packed >>> HASH_SHIFT) {
        slots[2 * slot + 1] = packed;
        told[slot] = toldNow;
        return;
      }
      slot = Probing.next(slot, capacity);
    }
    slots[2 * slot] = first;
    slots[2 * slot + 1] = packed;
    told[slot] = toldNow;
    size++;
  }

  /** Moves the runs of {@link #oldestHour} and later into a table of another capacity. */
  private void allocate(int newCapacity) {
    long[] old = slots;
    long[] oldTold = told;
    capacity = newCapacity;
    maxSize = Probing.maxEntries(newCapacity, MAX_LOAD);
    slots = new long[2 * newCapacity];
    told = new long[newCapacity];
    size = 0;
    for (int slot = 0; slot < oldTold.length; slot++) {
      long packed = old[2 * slot + 1];
      if (old[2 * slot] != 0 && hourOfPacked(packed) >= oldestHour) {
        put(old[2 * slot], packed, oldTold[slot]);
      }
    }
  }

  private void logChange(long first, long packed, long toldNow) {
    int hour = hourOfPacked(packed);
    if (latest == null || latest.hour != hour) {
      latest = changes.computeIfAbsent(hour, Changes::new);
    }
    latest.add(first, packed, toldNow);
  }

  private static int deploymentOf(long packed) {
    return (int) (packed >>> DEPLOYMENT_SHIFT) & Deployments.MAX_LIMIT;
  }

  private static int hourOfPacked(long packed) {
    return (int) (packed >>> HOUR_SHIFT & MAX_HOUR);
  }

  // 0 marks an empty slot.
  private static long nonZero(long high) {
    return high == 0 ? 1 : high;
  }

  // The upper half of the hash: the lower half chose the key group.
  private int home(long first) {
    return Probing.home((int) (first >>> Integer.SIZE), capacity);
  }
}
