package dev.scriptanalytics.local.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DurationPercentilesTest {
  private final DurationPercentiles percentiles =
      new DurationPercentiles(125, 550, 713, 816, 979, 2626, 101_008);

  @Test
  void givesThePercentilesThemselves() {
    assertThat(percentiles.at(0)).isEqualTo(125);
    assertThat(percentiles.at(0.01)).isEqualTo(550);
    assertThat(percentiles.at(0.25)).isEqualTo(713);
    assertThat(percentiles.at(0.5)).isEqualTo(816);
    assertThat(percentiles.at(0.75)).isEqualTo(979);
    assertThat(percentiles.at(0.99)).isEqualTo(2626);
    assertThat(percentiles.at(1)).isEqualTo(101_008);
  }

  @Test
  void drawsStraightLinesBetweenThem() {
    assertThat(percentiles.at(0.375)).isEqualTo((713 + 816) / 2.0);
    assertThat(percentiles.at(0.995)).isCloseTo((2626 + 101_008) / 2.0, within(1e-6));
  }

  @Test
  void givesUniformDrawsTheDistributionThatHasThesePercentiles() {
    SplittableRandom random = new SplittableRandom(7);
    int draws = 100_000;
    double[] drawn = new double[draws];
    Arrays.setAll(drawn, i -> percentiles.at(random.nextDouble()));

    assertThat(shareUpTo(drawn, 550)).isCloseTo(0.01, within(0.005));
    assertThat(shareUpTo(drawn, 713)).isCloseTo(0.25, within(0.005));
    assertThat(shareUpTo(drawn, 816)).isCloseTo(0.50, within(0.005));
    assertThat(shareUpTo(drawn, 979)).isCloseTo(0.75, within(0.005));
    assertThat(shareUpTo(drawn, 2626)).isCloseTo(0.99, within(0.005));
    assertThat(shareUpTo(drawn, 101_008)).isEqualTo(1);
    assertThat(shareUpTo(drawn, 124.9)).isZero();
  }

  @Test
  void acceptsAFunctionThatAlwaysTakesTheSame() {
    assertThat(new DurationPercentiles(0, 0, 0, 0, 0, 0, 0).at(0.6)).isZero();
  }

  @Test
  void refusesPercentilesThatDescend() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DurationPercentiles(1, 2, 3, 2, 5, 6, 7))
        .withMessageContaining("ascend");
  }

  @Test
  void refusesPercentilesThatAreNoNumbers() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DurationPercentiles(1, 2, 3, Double.NaN, 5, 6, 7));
  }

  private static double shareUpTo(double[] drawn, double millis) {
    return (double) Arrays.stream(drawn).filter(value -> value <= millis).count() / drawn.length;
  }
}
