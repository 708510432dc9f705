package dev.scriptanalytics;

import static dev.scriptanalytics.configuration.JobOptions.JOB_ALLOW_NO_CHECKPOINTS;
import static dev.scriptanalytics.configuration.JobOptions.JOB_NAME;
import static dev.scriptanalytics.configuration.JobOptions.RUNS_TOPICS;

import dev.scriptanalytics.configuration.ConfigurationException;
import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.kafka.RecordSource;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.ShapeRow;
import dev.scriptanalytics.sink.Batching;
import dev.scriptanalytics.sink.ClickHouseConnection;
import dev.scriptanalytics.sink.DeadLetterSink;
import dev.scriptanalytics.sink.ProgressSink;
import dev.scriptanalytics.sink.RollupSink;
import dev.scriptanalytics.sink.RowBinarySink;
import java.util.List;
import java.util.Optional;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Where the cluster starts the job. */
public final class ScriptAnalyticsJob {
  private ScriptAnalyticsJob() {}

  /**
   * Defines the job and executes it.
   *
   * @param args see {@link JobConfiguration#fromArgs}; {@code --help} prints all options
   * @throws ConfigurationException naming the key, if an option is unknown or malformed
   */
  public static void main(String[] args) throws Exception {
    if (JobConfiguration.asksForHelp(args)) {
      System.out.print(JobConfiguration.help());
      return;
    }
    JobConfiguration configuration = JobConfiguration.fromArgs(args, System.getenv());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    requireCheckpoints(env, configuration);
    define(env, configuration);
    env.execute(configuration.get(JOB_NAME));
  }

  static void define(StreamExecutionEnvironment env, JobConfiguration configuration) {
    ScriptAnalyticsTopology.define(
        env,
        configuration,
        sources(configuration),
        sinks(configuration),
        ProgressSink.published(ClickHouseConnection.of(configuration)));
  }

  private static void requireCheckpoints(
      StreamExecutionEnvironment env, JobConfiguration configuration) {
    if (!env.getCheckpointConfig().isCheckpointingEnabled()
        && !configuration.get(JOB_ALLOW_NO_CHECKPOINTS)) {
      throw new ConfigurationException(
          List.of(
              "Checkpoints are off, and without them a failure starts everything anew."
                  + " Set execution.checkpointing.interval in Flink's configuration (10 s is good),"
                  + " or for a trial "
                  + JOB_ALLOW_NO_CHECKPOINTS.key()
                  + " to true."));
    }
  }

  private static ScriptAnalyticsTopology.Sources sources(JobConfiguration configuration) {
    List<String> logTopics = List.copyOf(LogTopics.formats(configuration).keySet());
    return new ScriptAnalyticsTopology.Sources(
        RecordSource.of(configuration.get(RUNS_TOPICS), configuration),
        logTopics.isEmpty()
            ? Optional.empty()
            : Optional.of(RecordSource.of(logTopics, configuration)));
  }

  private static ScriptAnalyticsTopology.Sinks sinks(JobConfiguration configuration) {
    ClickHouseConnection clickHouse = ClickHouseConnection.of(configuration);
    Batching batching = Batching.of(configuration);
    return new ScriptAnalyticsTopology.Sinks(
        RowBinarySink.of(clickHouse, "runs", RunRow.COLUMNS, batching),
        RowBinarySink.of(clickHouse, "logs", LogRow.COLUMNS, batching),
        RollupSink.ofMinutes(clickHouse, batching),
        RollupSink.ofHours(clickHouse, batching),
        ProgressSink.of(clickHouse, batching, configuration.get(JOB_NAME)),
        RowBinarySink.of(clickHouse, "log_shapes", ShapeRow.COLUMNS, batching),
        DeadLetterSink.of(clickHouse, batching));
  }
}
