package dev.scriptanalytics.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PhasesTest {
  private final Phases phases = new Phases();

  @Test
  void addsUpTimesOfOneName() {
    phases.add("queue", 1.5);
    phases.add("inference", 80);
    phases.add("queue", 2);

    assertThat(phases.millis()).isEqualTo(Map.of("queue", 3.5, "inference", 80.0));
  }

  @Test
  void keepsThirtyTwoNamesAndAddsUpTheOthers() {
    for (int i = 1; i <= 34; i++) {
      phases.add("phase " + i, i);
    }
    phases.add("phase 32", 1);

    assertThat(phases.millis())
        .hasSize(33)
        .containsEntry("phase 32", 33.0)
        .doesNotContainKey("phase 33")
        .containsEntry("other", 33.0 + 34);
  }

  @Test
  void forgetsThemAll() {
    phases.add("queue", 1);
    phases.reset();

    assertThat(phases.millis()).isEmpty();
  }
}
