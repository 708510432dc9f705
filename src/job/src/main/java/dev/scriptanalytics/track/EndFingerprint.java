package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.row.RunRow;

/**
 * 32 bits by which a second end of a run is compared with the first, of which nothing else is kept.
 *
 * <pre>
 *   | hash of the end time, 16 bits | hash of the response time, 16 bits |
 * </pre>
 *
 * <p>A half of 0 was not told and equals any other. A missing value has a hash like any other
 * value. One of 65,535 other ends is taken for the same. The hashes are part of state and never
 * change.
 */
final class EndFingerprint {
  /** The fingerprint of a run that no end has finished. */
  static final int NONE = 0;

  private static final int HALF_BITS = 16;
  private static final int HALF = 0xffff;
  // No time is so early.
  private static final long MISSING_END = Long.MIN_VALUE;

  private EndFingerprint() {}

  /**
   * The fingerprint of an end. An untimed end tells no response time.
   *
   * @param row the event's row
   */
  static int of(ScriptEvent end, RunRow row) {
    int endedOn = hash(row.hasEnded() ? row.endedOn() : MISSING_END);
    int responseTime =
        end.kind == ScriptEvent.Kind.UNTIMED_END
            ? 0
            : hash(Double.doubleToLongBits(row.responseTime()));
    return endedOn << HALF_BITS | responseTime;
  }

  /** Whether two ends may have the same end time. */
  static boolean sameEndedOn(int fingerprint, int other) {
    return sameOrUntold(fingerprint >>> HALF_BITS, other >>> HALF_BITS);
  }

  /** Whether two ends may have the same response time. */
  static boolean sameResponseTime(int fingerprint, int other) {
    return sameOrUntold(fingerprint & HALF, other & HALF);
  }

  private static boolean sameOrUntold(int half, int other) {
    return half == other || half == 0 || other == 0;
  }

  /** 16 bits that are not all 0: the finalizer of MurmurHash3. */
  private static int hash(long value) {
    long mixed = value ^ value >>> 33;
    mixed *= 0xff51afd7ed558ccdL;
    mixed ^= mixed >>> 33;
    mixed *= 0xc4ceb9fe1a85ec53L;
    int bits = (int) (mixed >>> (Long.SIZE - HALF_BITS));
    return bits == 0 ? 1 : bits;
  }
}
