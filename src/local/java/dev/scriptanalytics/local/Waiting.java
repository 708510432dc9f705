package dev.scriptanalytics.local;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other processes do, which tell nobody when it is done. */
public final class Waiting {

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private Waiting() {}

  /**
   * Polls until the condition holds.
   *
   * @return whether it did before the time was over or the thread was interrupted
   */
  public static boolean until(Duration atMost, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > atMost.toNanos() || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }
}
