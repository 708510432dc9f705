package dev.scriptanalytics.local.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.local.Repository;
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
}
