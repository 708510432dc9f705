package dev.scriptanalytics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.Waiting;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The job as it runs in production, in a cluster within the test's own process. */
final class RunningPipeline implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int PARALLELISM = 2;

  private final String bootstrapServers;
  private final List<String> topics;
  private final String group;
  private final JobClient job;
  private final CompletableFuture<JobExecutionResult> result;

  private RunningPipeline(
      String bootstrapServers, List<String> topics, String group, JobClient job) {
    this.bootstrapServers = bootstrapServers;
    this.topics = topics;
    this.group = group;
    this.job = job;
    this.result = job.getJobExecutionResult();
  }

  /**
   * Starts the job without state, so that it reads the topics from their earliest offset.
   *
   * @param logTopic null for none
   * @param options such as {@code --run.timeout}, {@code 1 h}, beside those of the addresses
   */
  static RunningPipeline start(
      TestKafka kafka,
      TestClickHouse clickHouse,
      Path checkpoints,
      String runTopic,
      String logTopic,
      String group,
      String... options)
      throws Exception {
    return start(
        kafka, clickHouse, checkpoints, runTopic, logTopic, group, null, PARALLELISM, options);
  }

  /**
   * As {@link #start(KafkaProcess, ClickHouseProcess, Path, String, String, String, String...)},
   * but from what another job has left.
   *
   * @param savepoint stays as it is; null to start without state
   */
  static RunningPipeline start(
      TestKafka kafka,
      TestClickHouse clickHouse,
      Path checkpoints,
      String runTopic,
      String logTopic,
      String group,
      Path savepoint,
      int parallelism,
      String... options)
      throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--kafka.bootstrap.servers",
                kafka.bootstrapServers(),
                "--kafka.group.id",
                group,
                "--runs.topics",
                runTopic,
                "--logs.topics",
                logTopic == null ? "" : logTopic,
                "--clickhouse.url",
                clickHouse.httpUrl().toString(),
                "--clickhouse.password",
                "${CLICKHOUSE_PASSWORD}"));
    args.addAll(List.of(options));
    JobConfiguration configuration =
        JobConfiguration.fromArgs(
            args.toArray(String[]::new),
            Map.of("CLICKHOUSE_PASSWORD", ClickHouseProgram.WRITER_PASSWORD));
    Configuration flink = new Configuration();
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
    flink.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    // So that a savepoint of little state is one file.
    flink.set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ofMebiBytes(1));
    if (savepoint != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.toUri().toString());
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(parallelism, flink);
    ScriptAnalyticsJob.define(env, configuration);
    return new RunningPipeline(
        kafka.bootstrapServers(),
        logTopic == null ? List.of(runTopic) : List.of(runTopic, logTopic),
        group,
        env.executeAsync("pipeline of a test"));
  }

  /**
   * Waits until everything that is in the topics by now is in ClickHouse: offsets are committed
   * when a checkpoint completes, and that is after all sinks have flushed.
   */
  void awaitEverythingWritten() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      Map<TopicPartition, Long> ends = ends(admin);
      boolean committed =
          Waiting.until(PATIENCE, () -> result.isDone() || hasCommitted(admin, ends));
      if (result.isDone()) {
        throw new AssertionError("The job has ended with " + result.get());
      }
      assertThat(committed).as("the job has committed %s", ends).isTrue();
    }
  }

  /**
   * Stops the job as for an upgrade.
   *
   * @return the savepoint that it left
   */
  Path stopWithSavepoint(Path directory) throws Exception {
    String savepoint =
        job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
            .get();
    assertThat(Waiting.until(PATIENCE, result::isDone)).as("the job ends").isTrue();
    return Path.of(URI.create(savepoint));
  }

  /** Waits until rollups say what runs say: a cell waits for its turn, also beyond a checkpoint. */
  static void awaitRollupsOfAllRuns(TestClickHouse clickHouse) {
    String counts =
        "(SELECT (count(), countIf(status = 'Success'), countIf(status = 'Failed'))"
            + " FROM script_analytics.runs FINAL) AS of_runs,"
            + " (SELECT (sum(seen), sum(succeeded), sum(failed))"
            + " FROM script_analytics.run_rollups FINAL) AS of_rollups";
    boolean same =
        Waiting.until(
            PATIENCE,
            () -> clickHouse.query("WITH " + counts + " SELECT of_runs = of_rollups").equals("1"));
    assertThat(same).as(clickHouse.query("SELECT " + counts)).isTrue();
  }

  private Map<TopicPartition, Long> ends(Admin admin) throws Exception {
    var partitions =
        admin.describeTopics(topics).allTopicNames().get().values().stream()
            .flatMap(
                topic ->
                    topic.partitions().stream()
                        .map(p -> new TopicPartition(topic.name(), p.partition())))
            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
    return admin.listOffsets(partitions).all().get().entrySet().stream()
        .filter(end -> end.getValue().offset() > 0)
        .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
  }

  private boolean hasCommitted(Admin admin, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    return ends.entrySet().stream()
        .allMatch(
            end ->
                committed.get(end.getKey()) != null
                    && committed.get(end.getKey()).offset() >= end.getValue());
  }

  @Override
  public void close() {
    if (!result.isDone()) {
      job.cancel().join();
      assertThat(Waiting.until(PATIENCE, result::isDone)).as("the job ends").isTrue();
    }
  }
}
