package dev.scriptanalytics.bench.throughput;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.bench.process.Stopwatch;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.flink.FlinkCluster;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.Repository;
import dev.scriptanalytics.testkit.process.Waiting;
import java.time.Duration;
import java.util.ArrayList;
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
  private final ClusterSettings settings;
  private final TestKafka kafka;
  private final TestClickHouse clickHouse;

  /**
   * The first stages.
   *
   * @param stages {@link FirstStages#READ} or {@link FirstStages#READ_AND_DECODE}
   */
  FirstStagesContender(
      String stages, ClusterSettings settings, TestKafka kafka, TestClickHouse clickHouse) {
    this.stages = stages;
    // The JobManager asks the tasks every ten seconds otherwise, which is longer than some take.
    this.settings = settings.with("metrics.fetcher.update-interval", "200");
    this.kafka = kafka;
    this.clickHouse = clickHouse;
  }

  @Override
  public String name() {
    return stages;
  }

  @Override
  public Measurement measure(LoadedTopics topics) {
    try (FlinkCluster cluster = settings.start()) {
      Map<String, Long> processes = new LinkedHashMap<>();
      processes.put(Measurement.TASK_MANAGER, cluster.taskManagerPid(0));
      processes.put(Measurement.JOB_MANAGER, cluster.jobManagerPid());
      processes.put(Measurement.KAFKA, kafka.pid());
      List<String> arguments = new ArrayList<>();
      arguments.add(stages);
      arguments.addAll(settings.arguments(topics, topics.runsTopics()));
      String job =
          cluster
              .jobs()
              .submit(
                  Repository.jobJar(),
                  FirstStages.class,
                  Repository.path("src/bench/target/classes"),
                  arguments,
                  ClusterSettings.variables(topics, clickHouse));
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
