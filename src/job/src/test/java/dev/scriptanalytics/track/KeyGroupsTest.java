package dev.scriptanalytics.track;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.ScriptEvent;
import java.util.SplittableRandom;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyGroupsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 12, 128, 1000, 4096})
  void hasAKeyForEachKeyGroupThatFlinkAssignsToIt(int count) {
    KeyGroups keyGroups = new KeyGroups(count);

    assertThat(keyGroups.count()).isEqualTo(count);
    for (int group = 0; group < count; group++) {
      int assigned =
          KeyGroupRangeAssignment.assignToKeyGroup(keyGroups.representative(group), count);
      assertThat(assigned).isEqualTo(group);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 128})
  void sendsARunToTheKeyGroupWhereItIsLookedFor(int count) {
    KeyGroups keyGroups = new KeyGroups(count);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      long high = random.nextLong();
      int sentTo = KeyGroupRangeAssignment.assignToKeyGroup(keyGroups.getKey(event(high)), count);
      assertThat(keyGroups.of(high)).isEqualTo(sentTo);
    }
    assertThat(keyGroups.of(0)).isZero();
    assertThat(keyGroups.of(-1)).isEqualTo(count - 1);
  }

  @Test
  void splitsRunsEvenly() {
    int count = 128;
    int runs = 1_280_000;
    KeyGroups keyGroups = new KeyGroups(count);
    SplittableRandom random = new SplittableRandom(2);
    int[] sizes = new int[count];
    for (int i = 0; i < runs; i++) {
      sizes[keyGroups.of(random.nextLong())]++;
    }
    double chiSquare = 0;
    for (int size : sizes) {
      chiSquare += Math.pow(size - 10_000, 2) / 10_000;
    }
    // Chi-square with 127 degrees of freedom has mean 127 and standard deviation 16.
    assertThat(chiSquare).isBetween(127 - 5 * 16.0, 127 + 5 * 16.0);
  }

  @Test
  void canBeSerialized() throws Exception {
    KeyGroups keyGroups = InstantiationUtil.clone(new KeyGroups(128));

    assertThat(keyGroups.getKey(event(42))).isEqualTo(new KeyGroups(128).getKey(event(42)));
  }

  private static ScriptEvent event(long high) {
    return ScriptEvent.ofRun(
        ScriptEvent.Kind.RUN, high, 0, 0, new Origin("t", 0, 0, 0), new byte[0], null, null);
  }
}
