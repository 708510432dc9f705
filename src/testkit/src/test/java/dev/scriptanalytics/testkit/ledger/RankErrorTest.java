package dev.scriptanalytics.testkit.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankErrorTest {
  private final double[] oneToThousand = IntStream.rangeClosed(1, 1000).asDoubleStream().toArray();

  @Test
  void isNoneForTheExactQuantileByNearestRank() {
    for (double q : new double[] {0, 0.1, 0.5, 0.9, 0.99, 0.999, 1}) {
      int nearest = Math.min(999, (int) (q * 1000));

      assertThat(RankError.of(oneToThousand, oneToThousand[nearest], q)).isZero();
    }
  }

  @Test
  void isTheShareOfValuesInBetween() {
    assertThat(RankError.of(oneToThousand, 910, 0.9)).isCloseTo(0.009, within(1e-12));
    assertThat(RankError.of(oneToThousand, 890, 0.9)).isCloseTo(0.01, within(1e-12));
    assertThat(RankError.of(oneToThousand, 0, 0.9)).isCloseTo(0.899, within(1e-12));
    assertThat(RankError.of(oneToThousand, 5000, 0.9)).isCloseTo(0.099, within(1e-12));
  }

  @Test
  void isNoneForAValueThatManyShareAsLongAsTheQuantileIsAmongThem() {
    double[] ties = {1, 2, 2, 2, 2, 2, 2, 2, 2, 3};

    assertThat(RankError.of(ties, 2, 0.1)).isZero();
    assertThat(RankError.of(ties, 2, 0.5)).isZero();
    assertThat(RankError.of(ties, 2, 0.9)).isZero();
    assertThat(RankError.of(ties, 2, 0.95)).isCloseTo(0.05, within(1e-12));
    assertThat(RankError.of(ties, 2, 0.05)).isCloseTo(0.05, within(1e-12));
  }

  @Test
  void takesAnEstimateBetweenTwoValuesForTheNearerOfThem() {
    double[] ties = {1, 2, 2, 2, 2, 2, 2, 2, 2, 3};

    assertThat(RankError.of(ties, 2.1, 0.5)).isZero();
    assertThat(RankError.of(ties, 1.4, 0.5)).isCloseTo(0.4, within(1e-12));
    assertThat(RankError.of(ties, 2.6, 0.5)).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void takesAValueInSinglePrecisionForTheValueItself() {
    double[] ties = DoubleStream.generate(() -> 12.1).limit(100).toArray();

    assertThat((double) 12.1f).isNotEqualTo(12.1);
    assertThat(RankError.of(ties, 12.1f, 0.9)).isZero();
    assertThat(RankError.of(new double[] {0, 0, 0}, 0, 0.9)).isZero();
  }

  @Test
  void grantsHalfAPercentOrOneValue() {
    assertThat(RankError.allowed(100_000)).isEqualTo(0.005);
    assertThat(RankError.allowed(200)).isEqualTo(0.005);
    assertThat(RankError.allowed(10)).isEqualTo(0.1);
  }

  @Test
  void grantsAnEstimateBetweenTheNearestRankAndItsNeighbourWhereValuesAreFew() {
    double[] three = {203, 296, 1765};

    assertThat(RankError.of(three, 1700, 0.9)).isLessThan(RankError.allowed(3));
    assertThat(RankError.of(three, 240, 0.9)).isGreaterThan(RankError.allowed(3));
  }
}
