package dev.scriptanalytics.bench.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void takesQuantilesByNearestRankInAnyOrder() {
    double[] values = {5, 1, 3, 2, 4};

    assertThat(Figures.median(values)).isEqualTo(3);
    assertThat(Figures.quantile(values, 0.95)).isEqualTo(5);
    assertThat(values).startsWith(5);
    assertThat(Figures.median(new double[0])).isNaN();
  }

  @Test
  void marksWhatMissesItsBound() {
    assertThat(Figures.atMost(5, 4.996)).isEqualTo("5.00");
    assertThat(Figures.atMost(5, 6)).isEqualTo("6.00, **not met**");
    assertThat(Figures.atLeast(1500, 1499)).isEqualTo("1,499, **not met**");
    assertThat(Figures.atLeast(0.85, Double.NaN)).contains("not met");
  }
}
