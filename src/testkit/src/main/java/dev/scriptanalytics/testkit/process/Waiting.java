package dev.scriptanalytics.testkit.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits by polling, for other processes give no signal. */
public final class Waiting {

  private static final Duration POLL = Duration.ofMillis(50);

  private Waiting() {}

  /**
   * Polls until the condition holds.
   *
   * @return false if the time is over or the thread is interrupted before it holds
   */
  public static boolean until(Duration atMost, BooleanSupplier condition) {
    return until(atMost, POLL, condition);
  }

  /** As {@link #until(Duration, BooleanSupplier)}, with a given pause between two polls. */
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
