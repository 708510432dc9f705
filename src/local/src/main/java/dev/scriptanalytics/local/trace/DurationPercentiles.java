package dev.scriptanalytics.local.trace;

import java.util.Arrays;
import java.util.List;

/**
 * The durations of a function's runs: the percentiles of the trace, with linear interpolation
 * between them.
 */
public final class DurationPercentiles {
  /** The percentiles of the trace, ascending. */
  static final List<Integer> PERCENTS = List.of(0, 1, 25, 50, 75, 99, 100);

  private final double[] millis;

  /**
   * @param millis the duration at each of {@link #PERCENTS}
   * @throws IllegalArgumentException if they are not ascending from 0 or above
   */
  DurationPercentiles(double... millis) {
    if (millis.length != PERCENTS.size()) {
      throw new IllegalArgumentException(
          "%d percentiles where %d are needed".formatted(millis.length, PERCENTS.size()));
    }
    double before = 0;
    for (double duration : millis) {
      if (!(duration >= before)) {
        throw new IllegalArgumentException(
            "percentiles must ascend from 0, and these do not: " + Arrays.toString(millis));
      }
      before = duration;
    }
    this.millis = millis.clone();
  }

  /** The duration, in milliseconds, below which a share {@code q} of the runs stays. */
  public double at(double q) {
    double percent = 100 * q;
    int above = 1;
    while (above < millis.length - 1 && percent > PERCENTS.get(above)) {
      above++;
    }
    double low = PERCENTS.get(above - 1);
    double high = PERCENTS.get(above);
    double part = (percent - low) / (high - low);
    return millis[above - 1] + part * (millis[above] - millis[above - 1]);
  }
}
