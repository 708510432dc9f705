package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.keyOf;
import static dev.scriptanalytics.rollup.SampleFacts.millis;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LeavingCellsTest {
  private static final long END_OF_HOUR = millis(2 * 3600);
  private static final long SPREAD = LeavingCells.EXPIRY_SPREAD.toMillis();

  private final LeavingCells cells = new LeavingCells(Duration.ofHours(1));

  @Test
  void keepsEveryCellUntilItsHourAndTheGraceAreOver() {
    add(1000);

    assertThat(cells.takeDue(END_OF_HOUR - 1)).isEmpty();
    assertThat(cells.size()).isEqualTo(1000);
  }

  @Test
  void letsEveryCellLeaveOnceWithinTheSpread() {
    Set<CellKey> added = add(1000);

    assertThat(takeAll(END_OF_HOUR + SPREAD)).isEqualTo(added);
    assertThat(cells.size()).isZero();
  }

  @Test
  void spreadsTheCellsOfAnHourEvenly() {
    add(60_000);

    int before = 0;
    for (int minute = 1; minute <= 10; minute++) {
      before += takeAll(END_OF_HOUR + SPREAD * minute / 10 - 1).size();
      assertThat(before).isBetween(6000 * minute - 700, 6000 * minute + 700);
    }
  }

  private Set<CellKey> add(int count) {
    Set<CellKey> keys = new HashSet<>();
    for (int i = 0; i < count; i++) {
      CellKey key = keyOf("script " + i);
      keys.add(key);
      cells.add(key);
    }
    return keys;
  }

  private Set<CellKey> takeAll(long watermark) {
    Set<CellKey> all = new HashSet<>();
    List<CellKey> due = cells.takeDue(watermark);
    while (!due.isEmpty()) {
      all.addAll(due);
      due = cells.takeDue(watermark);
    }
    return all;
  }
}
