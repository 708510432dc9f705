package dev.scriptanalytics.bench.throughput;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.flink.FlinkCluster;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.Repository;
import dev.scriptanalytics.testkit.process.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The job's source, or its source and decoder, and nothing behind them, in the same cluster: what
 * the first stages cost, and the least that the job can take.
 */
final class FirstStagesContender implements Contender {
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final String stages;
  private final Map<String, String> flinkSettings;
  private final List<String> options;
  private final Path directory;
  private final TestKafka kafka;
  private final TestClickHouse clickHouse;

  /**
   * The first stages.
   *
   * @param stages {@link FirstStages#READ} or {@link FirstStages#READ_AND_DECODE}
   * @param flinkSettings in place of those in {@code deploy/flink/config.yaml}
   * @param options of the job, such as {@code --event.max-age=1d}
   */
  FirstStagesContender(
      String stages,
      Map<String, String> flinkSettings,
      List<String> options,
      Path directory,
      TestKafka kafka,
      TestClickHouse clickHouse) {
    this.stages = stages;
    this.flinkSettings = new HashMap<>(flinkSettings);
    // The JobManager asks the tasks every ten seconds otherwise, which is longer than some take.
    this.flinkSettings.put("metrics.fetcher.update-interval", "200");
    this.options = List.copyOf(options);
    this.directory = directory;
    this.kafka = kafka;
    this.clickHouse = clickHouse;
  }

  @Override
  public String name() {
    return stages;
  }

  @Override
  public Measurement measure(LoadedTopics topics) {
    try (FlinkCluster cluster = FlinkCluster.start(directory, 1, flinkSettings)) {
      Map<String, Long> processes = new LinkedHashMap<>();
      processes.put(Measurement.TASK_MANAGER, cluster.taskManagerPid(0));
      processes.put(Measurement.JOB_MANAGER, cluster.jobManagerPid());
      processes.put(Measurement.KAFKA, kafka.pid());
      List<String> arguments = new ArrayList<>();
      arguments.add(stages);
      arguments.addAll(topics.jobArguments(topics.runsTopics()));
      arguments.addAll(options);
      String job =
          cluster
              .jobs()
              .submit(
                  Repository.jobJar(),
                  FirstStages.class,
                  Repository.path("src/bench/target/classes"),
                  arguments,
                  Map.of(
                      "KAFKA_BOOTSTRAP_SERVERS", topics.bootstrapServers(),
                      "CLICKHOUSE_URL", clickHouse.httpUrl().toString(),
                      "CLICKHOUSE_PASSWORD", ClickHouseProgram.WRITER_PASSWORD));
      Waiting.until(PATIENCE, () -> cluster.rest().allTasksRun(job));
      Stopwatch stopwatch = new Stopwatch(processes);
      List<String> counters = counters(cluster, job);
      boolean all =
          Waiting.until(PATIENCE, PAUSE, () -> discarded(cluster, counters) >= topics.allEvents());
      double seconds = stopwatch.seconds();
      return new Measurement(
          name(),
          topics.workload().letter(),
          topics.allEvents(),
          topics.allBytes(),
          seconds,
          stopwatch.cpuSeconds(),
          stopwatch.peakMegabytes(),
          Map.of(),
          all
              ? List.of()
              : List.of("only %d events arrived".formatted(discarded(cluster, counters))));
    }
  }

  /** Where the REST API tells how many records each of the last operators has got. */
  private static List<String> counters(FlinkCluster cluster, String job) {
    List<String> counters = new ArrayList<>();
    for (JsonNode vertex : cluster.rest().get("/jobs/" + job).path("vertices")) {
      String names =
          FirstStages.ENDS.stream()
              .filter(end -> vertex.path("name").asText().contains(end))
              .map(end -> end + "__Writer.numRecordsIn")
              .collect(Collectors.joining(","));
      counters.add(
          "/jobs/%s/vertices/%s/subtasks/metrics?agg=sum&get=%s"
              .formatted(job, vertex.path("id").asText(), names));
    }
    return counters;
  }

  private static long discarded(FlinkCluster cluster, List<String> counters) {
    long sum = 0;
    for (String counter : counters) {
      for (JsonNode metric : cluster.rest().get(counter)) {
        sum += metric.path("sum").asLong();
      }
    }
    return sum;
  }
}
