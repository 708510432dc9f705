package dev.scriptanalytics.bench.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GroupingAccuracyTest {
  private static final List<String> TRUTH = List.of("a", "a", "b", "b", "b", "c");

  @Test
  void isOneWhereTheGroupsAreTheTrueOnesWhateverTheirNames() {
    assertThat(GroupingAccuracy.of(TRUTH, List.of("2", "2", "1", "1", "1", "3"))).isEqualTo(1);
  }

  @Test
  void countsNoLineOfAGroupThatHasAnotherLine() {
    assertThat(GroupingAccuracy.of(TRUTH, List.of("1", "1", "2", "2", "2", "2")))
        .isEqualTo(2 / 6.0);
  }

  @Test
  void countsNoLineOfATrueGroupThatIsDivided() {
    assertThat(GroupingAccuracy.of(TRUTH, List.of("1", "1", "2", "2", "9", "3")))
        .isEqualTo(3 / 6.0);
  }
}
