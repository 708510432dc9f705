package dev.scriptanalytics.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DigestTest {
  /** How response times may be distributed, in milliseconds. */
  enum Shape {
    UNIFORM,
    LOG_NORMAL,
    BIMODAL,
    CONSTANT,
    /**
     * The busiest function of the Azure trace of 2019: half of its runs take no measurable time, a
     * few take a second.
     */
    HEAVY_TAILED;

    private double draw(Random random) {
      return switch (this) {
        case UNIFORM -> 1000 * random.nextDouble();
        case LOG_NORMAL -> Math.exp(4 + random.nextGaussian());
        case BIMODAL ->
            random.nextDouble() < 0.8
                ? 5 + random.nextGaussian() / 2
                : 2000 + 200 * random.nextGaussian();
        case CONSTANT -> 17.25;
        case HEAVY_TAILED -> heavyTailed(random.nextDouble());
      };
    }

    private static double heavyTailed(double rank) {
      if (rank < 0.5) {
        return 0;
      }
      if (rank < 0.75) {
        return (rank - 0.5) / 0.25;
      }
      return rank < 0.99 ? 1 + (rank - 0.75) / 0.24 * 1264 : 1265 + (rank - 0.99) / 0.01 * 193;
    }

    double[] values(int count, long seed) {
      Random random = new Random(seed);
      double[] values = new double[count];
      Arrays.setAll(values, i -> draw(random));
      return values;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isExactForLessValuesThanItsBufferHolds(Shape shape) {
    double[] values = shape.values(Digest.BUFFER - 1, 1);

    assertThat(rankError(values, 0.5, digest(values))).isZero();
    assertThat(rankError(values, 0.9, digest(values))).isZero();
    assertThat(rankError(values, 0.99, digest(values))).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void isWithinHalfAPercentInRankForOneCell(Shape shape) {
    for (int count : new int[] {600, 1_000, 3_000, 30_000, 200_000}) {
      double[] values = shape.values(count, count);

      assertThat(rankError(values, 0.9, digest(values)))
          .as("P90 of %s", count)
          .isLessThanOrEqualTo(0.005);
      assertThat(rankError(values, 0.99, digest(values)))
          .as("P99 of %s", count)
          .isLessThanOrEqualTo(0.0025);
    }
  }

  @ParameterizedTest
  @EnumSource
  void isWithinATenthOfAPercentInRankForAnHour(Shape shape) {
    double[] values = shape.values(60 * 2_000, 7);
    Digest[] minutes = new Digest[60];
    for (int minute = 0; minute < minutes.length; minute++) {
      minutes[minute] = digest(Arrays.copyOfRange(values, minute * 2_000, (minute + 1) * 2_000));
    }

    assertThat(rankError(values, 0.9, minutes)).isLessThanOrEqualTo(0.001);
    assertThat(rankError(values, 0.99, minutes)).isLessThanOrEqualTo(0.001);
  }

  @Test
  void isAccurateForValuesThatComeInOrder() {
    double[] values = new double[100_000];
    Arrays.setAll(values, i -> i);

    assertThat(rankError(values, 0.9, digest(values))).isLessThanOrEqualTo(0.001);
    assertThat(rankError(values, 0.99, digest(values))).isLessThanOrEqualTo(0.001);
  }

  @ParameterizedTest
  @EnumSource
  void showsFewCentroidsThatStandForEveryValue(Shape shape) {
    double[] values = shape.values(5_000, 3);
    Digest digest = new Digest();
    for (int i = 0; i < values.length; i++) {
      digest.add(values[i]);
      if (i % 97 == 0) {
        Digest.Centroids centroids = digest.centroids();
        assertThat(centroids.count()).isLessThanOrEqualTo(i < Digest.BUFFER ? i + 1 : 240);
        assertThat(Arrays.stream(centroids.weights()).asLongStream().sum()).isEqualTo(i + 1);
      }
    }
    assertThat(digest.centroids().count()).isGreaterThan(130);
  }

  @Test
  void showsNothingOfNothing() {
    assertThat(new Digest().centroids().means()).isEmpty();
    assertThat(new Digest().centroids().weights()).isEmpty();
  }

  @Test
  void endsWithTheSameBytesHoweverOftenItIsLookedAtOnTheWay() throws IOException {
    double[] values = Shape.LOG_NORMAL.values(5_000, 5);
    Random random = new Random(6);
    Digest looked = new Digest();
    for (double value : values) {
      looked.add(value);
      switch (random.nextInt(40)) {
        case 0 -> looked = read(bytes(looked));
        case 1 -> looked = looked.copy();
        case 2 -> assertThat(looked.centroids().count()).isPositive();
        case 3 -> assertThat(bytes(looked)).isNotEmpty();
        default -> {}
      }
    }

    assertThat(bytes(looked)).isEqualTo(bytes(digest(values)));
  }

  @Test
  void changesApartFromItsCopy() throws IOException {
    Digest digest = digest(Shape.UNIFORM.values(700, 1));
    byte[] before = bytes(digest);
    Digest copy = digest.copy();

    for (double value : Shape.UNIFORM.values(700, 2)) {
      copy.add(value);
    }

    assertThat(bytes(digest)).isEqualTo(before);
    assertThat(bytes(copy)).isNotEqualTo(before);
  }

  @Test
  void keepsToFiniteNumbers() {
    Digest digest = new Digest();
    for (int i = 0; i < 3_000; i++) {
      digest.add(i % 3 == 0 ? Double.MAX_VALUE : i);
    }

    for (float mean : digest.centroids().means()) {
      assertThat(mean).isFinite();
    }
  }

  private static Digest digest(double[] values) {
    Digest digest = new Digest();
    for (double value : values) {
      digest.add(value);
    }
    return digest;
  }

  private static byte[] bytes(Digest digest) {
    byte[] bytes = new byte[digest.bytes()];
    ByteBuffer out = ByteBuffer.wrap(bytes);
    digest.write(out);
    assertThat(out.hasRemaining()).isFalse();
    return bytes;
  }

  private static Digest read(byte[] bytes) throws IOException {
    return Digest.read(new DataInputDeserializer(bytes));
  }

  /**
   * How far the quantile that ClickHouse would give is from the ranks at which its value stands, as
   * a share of all values.
   */
  private static double rankError(double[] values, double level, Digest... digests) {
    double quantile = quantile(level, digests);
    double rank = level * values.length;
    long below = Arrays.stream(values).filter(value -> (float) value < quantile).count();
    long upTo = Arrays.stream(values).filter(value -> (float) value <= quantile).count();
    return Math.max(0, Math.max(below - rank, rank - upTo)) / values.length;
  }

  /**
   * The quantile by ClickHouse's rule: linear between the middles of neighbouring centroids, except
   * that a centroid of one value is that value over its whole width.
   */
  private static double quantile(double level, Digest... digests) {
    record Entry(float mean, int weight) {}
    List<Entry> entries = new ArrayList<>();
    double total = 0;
    for (Digest digest : digests) {
      Digest.Centroids centroids = digest.centroids();
      for (int i = 0; i < centroids.count(); i++) {
        entries.add(new Entry(centroids.means()[i], centroids.weights()[i]));
        total += centroids.weights()[i];
      }
    }
    entries.sort(Comparator.comparingDouble(Entry::mean));
    double wanted = level * total;
    double passed = 0;
    Entry last = entries.get(0);
    double lastEdge = 0;
    for (Entry entry : entries) {
      double middle = passed + entry.weight / 2.0;
      if (wanted <= middle) {
        double edge = entry.weight == 1 ? passed : middle;
        if (wanted <= lastEdge) {
          return last.mean;
        }
        double share = wanted < edge ? (wanted - lastEdge) / (edge - lastEdge) : 1;
        return last.mean + share * (entry.mean - last.mean);
      }
      passed += entry.weight;
      last = entry;
      lastEdge = entry.weight == 1 ? passed : middle;
    }
    return last.mean;
  }
}
