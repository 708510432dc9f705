package dev.scriptanalytics.bench.api;

import java.util.Arrays;
import java.util.Locale;

/** Figures and how they look in a table. */
final class Figures {
  private Figures() {}

  /** The value by nearest rank; not a number if there is no value. */
  static double quantile(double[] values, double q) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(q * sorted.length) - 1)];
  }

  static double median(double[] values) {
    return quantile(values, 0.5);
  }

  /** A figure that should be at most as great as a bound. */
  static String atMost(double bound, double value) {
    return number(value) + (value <= bound ? "" : ", **not met**");
  }

  /** A figure that should be at least as great as a bound. */
  static String atLeast(double bound, double value) {
    return number(value) + (value >= bound ? "" : ", **not met**");
  }

  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%,.0f", value);
  }
}
