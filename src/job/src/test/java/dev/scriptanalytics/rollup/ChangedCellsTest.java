package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.keyOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangedCellsTest {
  private static final int ROWS_PER_STEP = 3;

  private final ChangedCells cells =
      new ChangedCells(Duration.ofSeconds(1), Duration.ofSeconds(10), ROWS_PER_STEP);

  @Test
  void writesAllThatChangedWhenLittleComes() {
    change(3, 0);

    assertThat(cells.beginStep(1000)).isEqualTo(3);
  }

  @Test
  void writesAFixedNumberOfRowsUnderLoad() {
    change(20, 0);

    assertThat(cells.beginStep(1000)).isEqualTo(ROWS_PER_STEP);
  }

  @Test
  void writesSoManyRowsThatNoCellWaitsLongerThanTheColdInterval() {
    change(100, 0);
    int steps = 0;
    for (long now = 1000; !cells.isEmpty(); now += 1000) {
      // Others keep changing, so load goes on.
      for (int i = 0; i < 20; i++) {
        cells.add(keyOf("0"), now);
      }
      for (int due = cells.beginStep(now); due > 0; due--) {
        cells.takeOldest();
      }
      steps++;
      assertThat(now).isLessThanOrEqualTo(11_000);
    }

    assertThat(steps).isBetween(9, 11);
  }

  @Test
  void takesAPauseOfOneStepForLoad() {
    change(100, 0);
    cells.beginStep(1000);

    assertThat(cells.beginStep(2000)).isLessThan(cells.size());
  }

  @Test
  void writesAllOnceLoadHasEnded() {
    change(100, 0);
    for (long now = 1000; now <= 3000; now += 1000) {
      cells.beginStep(now);
    }

    assertThat(cells.beginStep(4000)).isEqualTo(cells.size());
  }

  @Test
  void takesTheCellFirstThatChangedFirst() {
    cells.add(keyOf("a"), 1);
    cells.add(keyOf("b"), 2);
    cells.add(keyOf("a"), 3);

    assertThat(cells.takeOldest()).isEqualTo(keyOf("a"));
    assertThat(cells.takeOldest()).isEqualTo(keyOf("b"));
    assertThat(cells.isEmpty()).isTrue();
  }

  @Test
  void knowsWhetherACellHadChangedBefore() {
    assertThat(cells.add(keyOf("a"), 1)).isTrue();
    assertThat(cells.add(keyOf("a"), 2)).isFalse();
    assertThat(cells.remove(keyOf("a"))).isTrue();
    assertThat(cells.remove(keyOf("a"))).isFalse();
  }

  @Test
  void countsRestoredCellsAsLoad() {
    List<CellKey> keys = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      keys.add(keyOf("" + i));
    }
    cells.restore(keys, 0);

    assertThat(cells.size()).isEqualTo(100);
    assertThat(cells.beginStep(1000)).isLessThan(100);
  }

  private void change(int count, long now) {
    for (int i = 0; i < count; i++) {
      cells.add(keyOf("" + i), now);
    }
  }
}
