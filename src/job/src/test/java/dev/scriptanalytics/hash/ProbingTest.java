package dev.scriptanalytics.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbingTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 1000})
  void spreadsHashesEvenlyOverAllSlots(int slots) {
    SplittableRandom random = new SplittableRandom(1);
    int[] hits = new int[slots];
    for (int i = 0; i < 1000 * slots; i++) {
      hits[Probing.home(random.nextInt(), slots)]++;
    }
    for (int count : hits) {
      assertThat(count).isBetween(800, 1200);
    }
  }

  @Test
  void takesHashesAsUnsigned() {
    assertThat(Probing.home(0, 10)).isZero();
    assertThat(Probing.home(-1, 10)).isEqualTo(9);
    assertThat(Probing.home(Integer.MIN_VALUE, 10)).isEqualTo(5);
  }

  @Test
  void visitsEverySlotOnceFromAnyHome() {
    for (int home = 0; home < 5; home++) {
      int slot = home;
      for (int steps = 0; steps < 5; steps++) {
        assertThat(Probing.distance(home, slot, 5)).isEqualTo(steps);
        slot = Probing.next(slot, 5);
      }
      assertThat(slot).isEqualTo(home);
    }
  }

  @Test
  void sizesATableForItsEntries() {
    for (double load : new double[] {0.5, 0.75, 0.8}) {
      for (int entries = 1; entries < 2000; entries++) {
        int slots = Probing.slots(entries, load);
        assertThat(Probing.maxEntries(slots, load)).isGreaterThanOrEqualTo(entries);
        assertThat(Probing.maxEntries(slots - 1, load)).isLessThan(entries);
        assertThat(entries).as("an empty slot ends every search").isLessThan(slots);
      }
    }
  }
}
