package dev.scriptanalytics.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.configuration.JobOptions;
import dev.scriptanalytics.testkit.process.Repository;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.junit.jupiter.api.Test;

/** What of a recovery is not work but waiting: as the shipped configuration has it. */
class RestartDelayTest {
  private final Configuration configuration =
      GlobalConfiguration.loadConfiguration(Repository.path("deploy/flink").toString());

  @Test
  void leavesTimeToStartATaskManagerEvenWhereSeveralDieOneAfterTheOther() {
    Duration noticed =
        configuration
            .get(HeartbeatManagerOptions.HEARTBEAT_INTERVAL)
            .multipliedBy(
                configuration.get(HeartbeatManagerOptions.HEARTBEAT_RPC_FAILURE_THRESHOLD));
    Duration longestDelay =
        configuration.get(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF);
    int target = Fault.TASKMANAGER_KILL.targetSeconds().orElseThrow();

    assertThat(noticed.plus(longestDelay)).isLessThan(Duration.ofSeconds(target - 5));
  }

  @Test
  void asksClickHouseAgainInTimeHoweverLongItWasAway() {
    Duration target = Duration.ofSeconds(Fault.CLICKHOUSE_AWAY.targetSeconds().orElseThrow());

    // The rows still have to be written, by sinks that may only now meet the server's absence.
    assertThat(JobOptions.SINK_RETRY_BACKOFF_MAX.defaultValue())
        .isLessThanOrEqualTo(target.dividedBy(2));
  }
}
