package dev.scriptanalytics.bench.throughput;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.flink.FlinkCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a contender on Flink is run: in a cluster of one TaskManager, which is new for each run.
 *
 * @param flinkSettings in place of those in {@code deploy/flink/config.yaml}
 * @param jobOptions such as {@code --run.memory=1h}
 * @param directory of the cluster
 */
record ClusterSettings(Map<String, String> flinkSettings, List<String> jobOptions, Path directory) {
  ClusterSettings {
    flinkSettings = Map.copyOf(flinkSettings);
    jobOptions = List.copyOf(jobOptions);
  }

  /** The same with another value for a setting of Flink. */
  ClusterSettings with(String flinkSetting, String value) {
    Map<String, String> changed = new HashMap<>(flinkSettings);
    changed.put(flinkSetting, value);
    return new ClusterSettings(changed, jobOptions, directory);
  }

  /** Starts a cluster. */
  FlinkCluster start() {
    return FlinkCluster.start(directory, 1, flinkSettings);
  }

  /** The arguments of a job that reads some of the topics of runs. */
  List<String> arguments(LoadedTopics topics, List<String> runsTopics) {
    List<String> arguments = new ArrayList<>(topics.jobArguments(runsTopics));
    arguments.addAll(jobOptions);
    return arguments;
  }

  /** The environment variables of a job. */
  static Map<String, String> variables(LoadedTopics topics, TestClickHouse clickHouse) {
    return Map.of(
        "KAFKA_BOOTSTRAP_SERVERS", topics.bootstrapServers(),
        "CLICKHOUSE_URL", clickHouse.httpUrl().toString(),
        "CLICKHOUSE_PASSWORD", ClickHouseProgram.WRITER_PASSWORD);
  }
}
