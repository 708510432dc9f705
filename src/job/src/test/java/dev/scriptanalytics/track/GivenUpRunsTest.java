package dev.scriptanalytics.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GivenUpRunsTest {
  private final GivenUpRuns runs = new GivenUpRuns();

  @Test
  void knowsMostOfTheRunsThatWereAddedLatelyAndNoOther() {
    Random random = new Random(2);
    Set<Long> added = new HashSet<>();
    assertThat(runs.remove(random.nextLong())).isFalse();
    for (int i = 0; i < 5000; i++) {
      long run = random.nextLong();
      runs.add(run);
      added.add(run);
      assertThat(runs.remove(random.nextLong())).isFalse();
    }
    long known = added.stream().filter(runs::remove).count();
    assertThat(known).isBetween(4700L, 5000L);
    assertThat(added).noneMatch(runs::remove);
  }
}
