package dev.scriptanalytics.track;

import dev.scriptanalytics.event.RunStatus;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The finished runs of one key group: enough of each to know a duplicate and a contradiction.
 *
 * <p>An open-addressing table of two longs and a float a run: 104 bits of the run's hash, the hour
 * it finished in, how it ended, its response time. What changed since the last checkpoint is kept
 * beside it as bytes, so that a checkpoint writes only that ({@link #drain}).
 */
final class FinishedRuns {
  /** No such run. */
  static final int NONE = -1;

  private static final byte FORMAT = 1;
  private static final int HEADER_BYTES = 1;
  private static final int ENTRY_BYTES = 20;

  private static final long STATUS_MASK = 0x3;
  private static final long TIMED_OUT = 0x4;
  private static final long START_SEEN = 0x8;
  private static final int HOUR_SHIFT = 4;
  // Hours since 1970 fit into 20 bits until the year 2089.
  private static final long HOUR_MASK = 0xfffff;
  private static final int HASH_SHIFT = 24;

  private static final int MIN_CAPACITY = 16;
  private static final double MAX_LOAD = 0.75;
  // Below 2, so that a table that has just grown is still half full: memory is what a run costs.
  private static final double GROWTH = 1.45;

  private long[] slots = new long[2 * MIN_CAPACITY];
  private float[] responseTimes = new float[MIN_CAPACITY];
  private int size;
  private byte[] changes = new byte[0];
  private int changesEnd;

  /** How many runs are remembered. */
  int size() {
    return size;
  }

  /** How many bytes of memory this takes. */
  long memoryBytes() {
    return 8L * slots.length + 4L * responseTimes.length + changes.length;
  }

  /** Where the run stands, for the accessors below and until the next change; or {@link #NONE}. */
  int find(long high, long low) {
    long first = nonZero(high);
    int capacity = responseTimes.length;
    int at = home(first, capacity);
    while (true) {
      long slot = slots[2 * at];
      if (slot == 0) {
        return NONE;
      }
      if (slot == first && slots[2 * at + 1] >>> HASH_SHIFT == low >>> HASH_SHIFT) {
        return at;
      }
      at = at + 1 == capacity ? 0 : at + 1;
    }
  }

  RunStatus status(int at) {
    return RunStatus.ofCode((int) (slots[2 * at + 1] & STATUS_MASK));
  }

  /** Whether the run failed by {@code run.timeout}. */
  boolean timedOut(int at) {
    return (slots[2 * at + 1] & TIMED_OUT) != 0;
  }

  /** Whether the run's start has come. */
  boolean startSeen(int at) {
    return (slots[2 * at + 1] & START_SEEN) != 0;
  }

  /** In milliseconds, rounded to a float; NaN where the run has none. */
  float responseTime(int at) {
    return responseTimes[at];
  }

  /** Remembers a run that is not yet here. */
  void add(
      long high,
      long low,
      int hour,
      RunStatus status,
      boolean timedOut,
      boolean startSeen,
      double responseTime) {
    long meta =
        status.code()
            | (timedOut ? TIMED_OUT : 0)
            | (startSeen ? START_SEEN : 0)
            | (hour & HOUR_MASK) << HOUR_SHIFT;
    long first = nonZero(high);
    long second = low >>> HASH_SHIFT << HASH_SHIFT | meta;
    put(first, second, (float) responseTime);
    logChange(first, second, (float) responseTime);
  }

  /** Notes that the start of the run at that place has come. */
  void setStartSeen(int at) {
    slots[2 * at + 1] |= START_SEEN;
    logChange(slots[2 * at], slots[2 * at + 1], responseTimes[at]);
  }

  /** What changed since the last call, for {@link #load}; null if nothing did. */
  byte[] drain() {
    if (changesEnd == 0) {
      return null;
    }
    byte[] drained = Arrays.copyOf(changes, changesEnd);
    drained[0] = FORMAT;
    changesEnd = 0;
    // The next interval will bring about as many changes; a spike must not be kept for ever.
    changes = new byte[Math.min(changes.length, 2 * drained.length)];
    return drained;
  }

  /**
   * Takes over what {@link #drain} gave, later blobs after earlier ones.
   *
   * @param oldestHour runs that finished before it are left out
   */
  void load(byte[] blob, int oldestHour) {
    if (blob[0] != FORMAT) {
      throw new IllegalStateException("Unknown format of remembered runs: " + blob[0]);
    }
    ByteBuffer from = ByteBuffer.wrap(blob, HEADER_BYTES, blob.length - HEADER_BYTES);
    while (from.hasRemaining()) {
      long first = from.getLong();
      long second = from.getLong();
      float responseTime = from.getFloat();
      if (hour(second) >= oldestHour) {
        put(first, second, responseTime);
      }
    }
  }

  /** One blob that says what these say, in order. */
  static byte[] concatenate(byte[] earlier, byte[] later) {
    byte[] both = Arrays.copyOf(earlier, earlier.length + later.length - HEADER_BYTES);
    System.arraycopy(later, HEADER_BYTES, both, earlier.length, later.length - HEADER_BYTES);
    return both;
  }

  /** The latest hour, since 1970, in which a run of the blob finished. */
  static int latestHour(byte[] blob) {
    int latest = 0;
    for (int at = HEADER_BYTES; at < blob.length; at += ENTRY_BYTES) {
      latest = Math.max(latest, hour(ByteBuffer.wrap(blob).getLong(at + Long.BYTES)));
    }
    return latest;
  }

  /** Forgets runs that finished before that hour. */
  void expire(int oldestHour) {
    long[] oldSlots = slots;
    float[] oldTimes = responseTimes;
    int kept = 0;
    for (int at = 0; at < oldTimes.length; at++) {
      if (oldSlots[2 * at] != 0 && hour(oldSlots[2 * at + 1]) >= oldestHour) {
        kept++;
      }
    }
    if (kept == size) {
      return;
    }
    allocate(Math.max(MIN_CAPACITY, (int) (kept / MAX_LOAD * 1.2)));
    for (int at = 0; at < oldTimes.length; at++) {
      if (oldSlots[2 * at] != 0 && hour(oldSlots[2 * at + 1]) >= oldestHour) {
        put(oldSlots[2 * at], oldSlots[2 * at + 1], oldTimes[at]);
      }
    }
  }

  private void put(long first, long second, float responseTime) {
    if (size + 1 > responseTimes.length * MAX_LOAD) {
      grow();
    }
    int capacity = responseTimes.length;
    int at = home(first, capacity);
    while (slots[2 * at] != 0) {
      if (slots[2 * at] == first && slots[2 * at + 1] >>> HASH_SHIFT == second >>> HASH_SHIFT) {
        slots[2 * at + 1] = second;
        responseTimes[at] = responseTime;
        return;
      }
      at = at + 1 == capacity ? 0 : at + 1;
    }
    slots[2 * at] = first;
    slots[2 * at + 1] = second;
    responseTimes[at] = responseTime;
    size++;
  }

  private void grow() {
    long[] oldSlots = slots;
    float[] oldTimes = responseTimes;
    allocate((int) (oldTimes.length * GROWTH) + 1);
    for (int at = 0; at < oldTimes.length; at++) {
      if (oldSlots[2 * at] != 0) {
        put(oldSlots[2 * at], oldSlots[2 * at + 1], oldTimes[at]);
      }
    }
  }

  private void allocate(int capacity) {
    slots = new long[2 * capacity];
    responseTimes = new float[capacity];
    size = 0;
  }

  private void logChange(long first, long second, float responseTime) {
    int start = Math.max(changesEnd, HEADER_BYTES);
    if (start + ENTRY_BYTES > changes.length) {
      changes = Arrays.copyOf(changes, Math.max(256, 2 * (start + ENTRY_BYTES)));
    }
    ByteBuffer.wrap(changes, start, ENTRY_BYTES)
        .putLong(first)
        .putLong(second)
        .putFloat(responseTime);
    changesEnd = start + ENTRY_BYTES;
  }

  private static int hour(long second) {
    return (int) (second >>> HOUR_SHIFT & HOUR_MASK);
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
