package dev.scriptanalytics.testkit.sample;

import java.util.SplittableRandom;

/**
 * Lets some runs wait for a worker. Their platform tells that they are queued, and later that they
 * run: what it told first is when the run was executed, and the response time counts from the
 * start.
 */
final class Queue {
  /** Runs, of platforms that tell starts, that have to wait. */
  static final double SHARE = 0.02;

  // Longer than the network reorders events.
  private static final long SHORTEST_MILLIS = 300;
  private static final double MEAN_MILLIS = 2_000;

  private final double share;
  private final SplittableRandom random;

  Queue(double share, SplittableRandom random) {
    this.share = share;
    this.random = random;
  }

  /** How long the next run of that script waits, in milliseconds; 0 if it does not. */
  long waits(ScriptProfile profile) {
    boolean waits = random.nextDouble() < share;
    long millis = SHORTEST_MILLIS + (long) (-StrictMath.log(1 - random.nextDouble()) * MEAN_MILLIS);
    return waits && profile.tellsStarts() && profile.logging() != Logging.SPANS ? millis : 0;
  }
}
