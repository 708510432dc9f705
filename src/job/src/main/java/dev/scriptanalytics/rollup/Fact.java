package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;

/**
 * What happened to a run, for the one cell that it counts in.
 *
 * <p>Mutable and reused by its producer: whoever wants to keep one copies it.
 */
public final class Fact {

  /** What happened. */
  public enum Kind {
    /** The run was heard of for the first time. */
    SEEN,
    /** Takes a {@link #SEEN} back: the run's deployment version became known and is another one. */
    UNSEEN,
    /** The run ended well. */
    SUCCEEDED,
    /** The run failed. */
    FAILED,
    /** {@link #SEEN} and {@link #SUCCEEDED} of one event, where the end is the first to come. */
    SEEN_SUCCEEDED,
    /** {@link #SEEN} and {@link #FAILED} of one event. */
    SEEN_FAILED;

    /** How many facts this is. */
    int facts() {
      return this == SEEN_SUCCEEDED || this == SEEN_FAILED ? 2 : 1;
    }
  }

  private static final long MINUTE_MILLIS = 60_000;
  private static final long MINUTE_SECONDS = 60;

  public Kind kind;
  public Script script;
  public int deploymentVersion;

  /** The minute of the run's start: seconds since 1970, a multiple of 60. */
  public long minute;

  /** The hour in which the event that made this fact arrived: seconds since 1970, of 3600. */
  public long arrival;

  /** In milliseconds; NaN where there is none. Only of a run that ended well. */
  public double responseTime;

  /** The minute, in seconds since 1970, that holds an instant in milliseconds since 1970. */
  public static long minuteOf(long instant) {
    return Math.floorDiv(instant, MINUTE_MILLIS) * MINUTE_SECONDS;
  }
}
