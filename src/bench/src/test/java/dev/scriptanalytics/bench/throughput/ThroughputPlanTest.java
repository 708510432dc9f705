package dev.scriptanalytics.bench.throughput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThroughputPlanTest {
  private static final List<String> TWO = List.of("before", "after");

  @Test
  void turnsFollowTheLettersOfTheOrder() {
    assertThat(ThroughputPlan.inOrder(TWO, "ABBA"))
        .containsExactly("before", "after", "after", "before");
  }

  @Test
  void contendersTakeTurnsInRounds() {
    assertThat(ThroughputPlan.inRounds(TWO, 2))
        .containsExactly("before", "after", "before", "after");
  }

  @Test
  void anOrderHasALetterForEachContenderAndNoOther() {
    assertThatThrownBy(() -> ThroughputPlan.inOrder(TWO, "ABC"))
        .hasMessage("--order has the letter \"C\", but the 2 contenders are A to B");
    assertThatThrownBy(() -> ThroughputPlan.inOrder(TWO, "AA"))
        .hasMessage("--order AA does not have a letter for each of [before, after]");
  }

  @Test
  void aContenderIsAJarOrBuiltIn() {
    assertThat(plan(List.of("before", "job")).contenders()).containsExactly("before", "job");
    assertThatThrownBy(() -> plan(List.of("job", "after")))
        .hasMessage("there is no contender after");
  }

  private static ThroughputPlan plan(List<String> turns) {
    return new ThroughputPlan(
        List.of(Workload.ENDS),
        1_000,
        turns,
        turns.get(0),
        Map.of("before", Path.of("before.jar")),
        Map.of(),
        List.of(),
        Duration.ZERO,
        0,
        Path.of("benchmark"));
  }
}
