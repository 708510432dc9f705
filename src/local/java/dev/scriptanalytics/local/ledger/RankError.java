package dev.scriptanalytics.local.ledger;

/**
 * How far an estimated quantile is from the exact one, measured in ranks: the only measure in which
 * t-digests promise anything.
 */
public final class RankError {
  // Digests keep single-precision means, and the mean of equal values is not quite that value.
  private static final double SAME = 1e-6;

  private RankError() {}

  /**
   * The distance of {@code q} from the ranks that {@code estimate} has among {@code sorted}.
   *
   * <p>A value takes up the ranks from the share of values below it to the share of values up to
   * it, so that the exact quantile by nearest rank has no error, and neither has a value that many
   * share. Between two values there is one rank. Values within a millionth are the same.
   *
   * @param sorted ascending, at least one
   * @return between 0 and 1
   */
  public static double of(double[] sorted, double estimate, double q) {
    double tolerance = SAME * Math.abs(estimate);
    double below = (double) countBelow(sorted, estimate - tolerance) / sorted.length;
    double upTo = (double) countBelow(sorted, Math.nextUp(estimate + tolerance)) / sorted.length;
    return Math.max(0, Math.max(below - q, q - upTo));
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
