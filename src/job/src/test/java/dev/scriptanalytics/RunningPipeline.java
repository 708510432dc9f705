package dev.scriptanalytics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.process.Waiting;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The job as it runs in production, in a cluster within the test's own process. */
final class RunningPipeline implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int PARALLELISM = 2;

  private static final String LOGS = "--logs.topics";

  private final Settings settings;
  private final String group;
  private final JobClient job;
  private final CompletableFuture<JobExecutionResult> result;

  private RunningPipeline(Settings settings, String group, JobClient job) {
    this.settings = settings;
    this.group = group;
    this.job = job;
    this.result = job.getJobExecutionResult();
  }

  /**
   * A pipeline that reads no topic yet.
   *
   * @param bootstrapServers of Kafka
   * @param clickHouse the address of ClickHouse's HTTP interface
   * @param checkpoints the directory that checkpoints go to
   */
  static Settings between(String bootstrapServers, URI clickHouse, Path checkpoints) {
    return new Settings(bootstrapServers, clickHouse, checkpoints, Map.of(), List.of());
  }

  /**
   * The settings of a pipeline; the job's own defaults hold for what they do not say.
   *
   * @param topics by the option that names them
   * @param options of the job: names and values by turns
   */
  record Settings(
      String bootstrapServers,
      URI clickHouse,
      Path checkpoints,
      Map<String, String> topics,
      List<String> options) {

    Settings readingRuns(String topic) {
      return reading("--runs.topics", topic);
    }

    Settings readingLogs(String topic) {
      return reading(LOGS, topic);
    }

    Settings readingOtlpLogs(String topic) {
      return reading("--otlp.logs.topics", topic);
    }

    Settings readingSpans(String topic) {
      return reading("--otlp.spans.topics", topic);
    }

    private Settings reading(String option, String topic) {
      Map<String, String> all = new TreeMap<>(topics);
      all.put(option, topic);
      return new Settings(bootstrapServers, clickHouse, checkpoints, all, options);
    }

    /**
     * Sets further options of the job.
     *
     * @param namesAndValues such as {@code --run.timeout}, {@code 1 h}
     */
    Settings with(String... namesAndValues) {
      return new Settings(
          bootstrapServers, clickHouse, checkpoints, topics, List.of(namesAndValues));
    }

    /** Starts the job without state: it reads the topics from their earliest offset. */
    RunningPipeline start() throws Exception {
      // A group of its own, whose committed offsets are those of this start.
      String group = "pipeline-" + UUID.randomUUID();
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, flink());
      ScriptAnalyticsJob.define(env, job(group));
      return new RunningPipeline(this, group, env.executeAsync("pipeline of a test"));
    }

    private JobConfiguration job(String group) {
      List<String> args =
          new ArrayList<>(
              List.of(
                  "--kafka.bootstrap.servers",
                  bootstrapServers,
                  "--kafka.group.id",
                  group,
                  "--clickhouse.url",
                  clickHouse.toString(),
                  "--clickhouse.password",
                  "${CLICKHOUSE_PASSWORD}"));
      topics.forEach((option, topic) -> args.addAll(List.of(option, topic)));
      if (!topics.containsKey(LOGS)) {
        args.addAll(List.of(LOGS, ""));
      }
      args.addAll(options);
      return JobConfiguration.fromArgs(
          args.toArray(String[]::new),
          Map.of("CLICKHOUSE_PASSWORD", ClickHouseProgram.WRITER_PASSWORD));
    }

    private Configuration flink() {
      Configuration flink = new Configuration();
      flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
      flink.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
      flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
      flink.set(PipelineOptions.OBJECT_REUSE, true);
      flink.set(PipelineOptions.GENERIC_TYPES, false);
      flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
      flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
      return flink;
    }
  }

  /**
   * Waits until ClickHouse has everything that is in the topics now: offsets are committed when a
   * checkpoint completes, and all sinks have flushed by then. Behind the last record of a partition
   * there must be no end of a transaction, which has an offset and is never read.
   */
  void awaitEverythingWritten() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings.bootstrapServers()))) {
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
   * Waits until the rollups count what the runs are: a cell is written in its turn, which may come
   * after the checkpoint.
   */
  void awaitRollupsOfAllRuns() {
    ClickHouseHttp clickHouse = new ClickHouseHttp(settings.clickHouse());
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

  /** Whether the job runs; it is started once, and any failure ends it. */
  boolean isRunning() {
    return job.getJobStatus().join() == JobStatus.RUNNING;
  }

  private Map<TopicPartition, Long> ends(Admin admin) throws Exception {
    var partitions =
        admin.describeTopics(settings.topics().values()).allTopicNames().get().values().stream()
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
