package dev.scriptanalytics.testkit.ledger;

/**
 * How far an estimated quantile is from the exact one, measured in ranks: the only measure in which
 * t-digests promise anything.
 */
public final class RankError {
  private RankError() {}

  /**
   * The distance of {@code q} from the ranks that {@code estimate} has among {@code sorted}.
   *
   * <p>A value takes up the ranks from the share of values below it to the share of values up to
   * it, so that the exact quantile by nearest rank has no error, and neither has a value that many
   * share. An estimate has the ranks of the value that is nearest to it: a digest interpolates, and
   * where times are whole milliseconds and many runs took 30 of them, 30.02 is as good an answer as
   * 30.
   *
   * @param sorted ascending, at least one
   * @return between 0 and 1
   */
  public static double of(double[] sorted, double estimate, double q) {
    double value = nearest(sorted, estimate);
    double below = (double) countBelow(sorted, value) / sorted.length;
    double upTo = (double) countBelow(sorted, Math.nextUp(value)) / sorted.length;
    return Math.max(0, Math.max(below - q, q - upTo));
  }

  private static double nearest(double[] sorted, double estimate) {
    int next = countBelow(sorted, estimate);
    if (next == 0) {
      return sorted[0];
    }
    if (next == sorted.length) {
      return sorted[next - 1];
    }
    boolean isNearerToNext = sorted[next] - estimate < estimate - sorted[next - 1];
    return isNearerToNext ? sorted[next] : sorted[next - 1];
  }

  /**
   * The error that is granted to an estimate from {@code count} values: half a percent, or one
   * value where that is more, because an estimate may lie anywhere between two values.
   */
  public static double allowed(int count) {
    return Math.max(0.005, 1.0 / count);
  }

  /** How many values are less than {@code bound}. */
  private static int countBelow(double[] sorted, double bound) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < bound) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
