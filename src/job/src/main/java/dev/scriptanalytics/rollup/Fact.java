package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;

/**
 * Something that happened to a run; it counts in exactly one cell.
 *
 * <p>Mutable and reused by its producer: copy a fact to keep it.
 */
public final class Fact {

  /** What happened. */
  public enum Kind {
    /** The run was heard of for the first time. */
    SEEN,
    /** Undoes a {@link #SEEN}: the run's deployment became known and is another one. */
    UNSEEN,
    /** The run ended well. */
    SUCCEEDED,
    /** The run failed. */
    FAILED,
    /** {@link #SEEN} and {@link #SUCCEEDED} at once: the end arrived first. */
    SEEN_SUCCEEDED,
    /** {@link #SEEN} and {@link #FAILED} at once. */
    SEEN_FAILED;

    /** The number of facts that this kind stands for. */
    int facts() {
      return this == SEEN_SUCCEEDED || this == SEEN_FAILED ? 2 : 1;
    }
  }

  private static final long MINUTE_MILLIS = 60_000;
  private static final long MINUTE_SECONDS = 60;

  public Kind kind;
  public Script script;
  public int deploymentVersion;

  /** The id of the run's deployment where its version is 0; empty if it has a version or no id. */
  public String deploymentId;

  /** The minute of the run's start: seconds since 1970, a multiple of 60. */
  public long minute;

  /** The hour in which the event of this fact arrived: seconds since 1970, a multiple of 3600. */
  public long arrivalHour;

  /** In milliseconds; NaN without one. Only a successful run has a response time. */
  public double responseTime;

  /** The minute, in seconds since 1970, that holds an instant in milliseconds since 1970. */
  public static long minuteOf(long instant) {
    return Math.floorDiv(instant, MINUTE_MILLIS) * MINUTE_SECONDS;
  }
}
