package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;

/**
 * A row of {@code run_rollups} or {@code run_rollups_hourly}: the cells of a minute or an hour at
 * one moment. It replaces every earlier row of its key.
 *
 * @param start the minute, or the hour, of the runs' starts, in seconds since 1970
 * @param deploymentVersion 0 if unknown
 * @param deploymentId empty unless the version is 0
 * @param arrival the hour in which the facts arrived, in seconds since 1970
 * @param counts what is counted
 * @param means the digest's centroids, in milliseconds
 * @param weights the number of response times of each centroid
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record RollupRow(
    Script script,
    long start,
    int deploymentVersion,
    String deploymentId,
    long arrival,
    Counts counts,
    float[] means,
    long[] weights) {

  /**
   * The counts of a row.
   *
   * @param firstMinute the minute in which the first of these runs started, in seconds since 1970
   * @param lastMinute the minute in which the last of them started
   * @param facts the number of facts; the row's version, so that a fuller row wins
   * @param seen runs heard of; negative in a cell from which more runs moved away than came
   * @param responseTimeSum in milliseconds
   * @param responseTimeMin in milliseconds; NaN where no response time is known
   * @param responseTimeMax in milliseconds; NaN where no response time is known
   */
  public record Counts(
      long firstMinute,
      long lastMinute,
      long facts,
      long seen,
      long succeeded,
      long failed,
      double responseTimeSum,
      double responseTimeMin,
      double responseTimeMax) {

    /** These and other counts together. */
    Counts plus(Counts other) {
      return new Counts(
          Math.min(firstMinute, other.firstMinute),
          Math.max(lastMinute, other.lastMinute),
          facts + other.facts,
          seen + other.seen,
          succeeded + other.succeeded,
          failed + other.failed,
          responseTimeSum + other.responseTimeSum,
          lesser(responseTimeMin, other.responseTimeMin),
          -lesser(-responseTimeMax, -other.responseTimeMax));
    }

    /** The lesser of two numbers of which either may be NaN. */
    private static double lesser(double one, double other) {
      return one <= other || Double.isNaN(other) ? one : other;
    }
  }
}
