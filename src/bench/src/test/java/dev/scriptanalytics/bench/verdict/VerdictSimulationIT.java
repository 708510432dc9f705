package dev.scriptanalytics.bench.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.bench.verdict.VerdictSimulation.Outcome;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulation with few deployments, whose numbers are the same each time. */
class VerdictSimulationIT {
  private static final long SEED = 7;

  @Test
  void aDeploymentLikeItsBaselineIsSeldomCalledWorseAndASlowerOneNearlyAlways(
      @TempDir Path directory) {
    try (TestClickHouse clickHouse = TestClickHouse.start(directory)) {
      clickHouse.applySql();
      VerdictSimulation simulation = new VerdictSimulation(clickHouse, SEED);
      Outcome same = simulation.run(Scenario.NO_DIFFERENCE, 500);
      assertThat(same.deployments()).isEqualTo(500);
      assertThat(same.everWorse()).isLessThanOrEqualTo(5);
      assertThat(same.passedAtEnd()).isPositive();
      simulation.requireThatTheViewAgrees(Scenario.NO_DIFFERENCE, 5);
      Outcome slower = simulation.run(Scenario.SLOWER, 200);
      assertThat(slower.worseAtEnd()).isGreaterThanOrEqualTo(190);
      simulation.requireThatTheViewAgrees(Scenario.SLOWER, 5);
    }
  }
}
