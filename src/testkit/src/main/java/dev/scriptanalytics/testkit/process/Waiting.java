package dev.scriptanalytics.testkit.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other processes do, which tell nobody when it is done. */
public final class Waiting {

  private static final Duration POLL = Duration.ofMillis(50);

  private Waiting() {}

  /**
   * Polls until the condition holds.
   *
   * @return whether it did before the time was over or the thread was interrupted
   */
  public static boolean until(Duration atMost, BooleanSupplier condition) {
    return until(atMost, POLL, condition);
  }

  /** As {@link #until(Duration, BooleanSupplier)}, with a pause after each look. */
  public static boolean until(Duration atMost, Duration pause, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > atMost.toNanos() || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(pause.toNanos());
    }
    return true;
  }
}
