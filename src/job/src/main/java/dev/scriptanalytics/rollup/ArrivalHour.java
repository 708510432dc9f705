package dev.scriptanalytics.rollup;

/**
 * The hour in which an event arrived, and when that hour is over: the same for {@link
 * AggregateFacts}, which must send no fact to a cell that has left, and for {@link KeepCells},
 * which lets cells leave.
 *
 * <p>Hours are in seconds since 1970, instants and watermarks in milliseconds since 1970.
 */
public final class ArrivalHour {
  private static final long SECONDS = 3600;
  private static final long MILLIS = SECONDS * 1000;

  private ArrivalHour() {}

  /** The hour that holds an instant in milliseconds since 1970. */
  public static long of(long instant) {
    return Math.floorDiv(instant, MILLIS) * SECONDS;
  }

  /** The watermark at which an hour is over: its end and the grace, in milliseconds since 1970. */
  public static long end(long arrival, long grace) {
    return arrival * 1000 + MILLIS + grace;
  }

  /** The oldest hour that is not over at a watermark, with a grace in milliseconds. */
  static long oldest(long watermark, long grace) {
    return watermark < Long.MIN_VALUE + grace ? of(Long.MIN_VALUE) : of(watermark - grace);
  }
}
