package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.RunStatus;
import java.util.SplittableRandom;

/**
 * Decides which failed runs their platform tries again, under the same run id: each attempt is a
 * run.
 */
final class Retries {
  /** Failed attempts, of scripts that are retried, after which there is another one. */
  static final double SHARE = 0.5;

  private static final int MOST_ATTEMPTS = 3;
  private static final long SHORTEST_PAUSE_MILLIS = 500;
  private static final long LONGEST_PAUSE_MILLIS = 3_000;

  private final SplittableRandom random;

  Retries(SplittableRandom random) {
    this.random = random;
  }

  /** Whether there is an attempt after that run. */
  boolean isRetried(ScriptProfile profile, SampleRun run) {
    boolean retried = random.nextDouble() < SHARE;
    return retried
        && run.status() == RunStatus.FAILED
        && run.attempt() < MOST_ATTEMPTS
        && canBeRetried(profile);
  }

  /** Only native entries and captured lines can tell the attempt that they belong to. */
  static boolean canBeRetried(ScriptProfile profile) {
    return profile.logging() == Logging.NATIVE || profile.logging() == Logging.PRINT;
  }

  /** When the next attempt starts, in milliseconds since 1970. */
  long startAfter(SampleRun failed) {
    return failed.endedAt() + random.nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
  }
}
