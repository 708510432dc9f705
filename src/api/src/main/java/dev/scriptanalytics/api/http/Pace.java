package dev.scriptanalytics.api.http;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast a client takes an answer. Only the time counts for which the client was waited for,
 * since an answer may be slow for other reasons. Not for several threads at once.
 */
final class Pace {
  private static final Duration WINDOW = Duration.ofSeconds(30);

  private final LongSupplier nanoTime;
  private boolean isWriting;
  private long writingSince;
  private long waited;
  private long taken;

  Pace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** A part of the answer is about to be written; the client may make this wait. */
  void beginWrite() {
    isWriting = true;
    writingSince = nanoTime.getAsLong();
  }

  /** A part of the answer was written. */
  void endWrite(long bytes) {
    waited += nanoTime.getAsLong() - writingSince;
    isWriting = false;
    taken += bytes;
  }

  /**
   * Whether the client takes enough, which is decided after each 30 s of waiting for it.
   *
   * @param minRate the least bytes per second
   */
  boolean isEnough(long minRate) {
    long now = nanoTime.getAsLong();
    if (waited + (isWriting ? now - writingSince : 0) < WINDOW.toNanos()) {
      return true;
    }
    boolean enough = taken >= minRate * WINDOW.toSeconds();
    writingSince = now;
    waited = 0;
    taken = 0;
    return enough;
  }
}
