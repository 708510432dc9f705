package dev.scriptanalytics.local.trace;

import java.util.function.LongSupplier;

/** When each record of a trace is due, at a multiple of the trace's own speed. */
final class ReplayPace {
  private static final double NANOS_PER_MILLI = 1e6;

  private final double speed;
  private final LongSupplier nanoTime;
  private final long begun;
  private long first = -1;

  /**
   * The pace of a replay that begins now.
   *
   * @param speed how many times as fast as the trace; 0 if every record is due at once
   * @param nanoTime a clock such as {@link System#nanoTime}
   */
  ReplayPace(double speed, LongSupplier nanoTime) {
    this.speed = speed;
    this.nanoTime = nanoTime;
    this.begun = nanoTime.getAsLong();
  }

  /**
   * How many nanoseconds remain until a record is due; 0 if it is due already. The first record
   * that is asked for is due at the beginning.
   *
   * @param at the record's time in the trace, in milliseconds
   */
  long nanosUntilDue(long at) {
    first = first < 0 ? at : first;
    if (speed == 0) {
      return 0;
    }
    long due = begun + (long) ((at - first) * NANOS_PER_MILLI / speed);
    return Math.max(0, due - nanoTime.getAsLong());
  }
}
