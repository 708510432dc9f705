package dev.scriptanalytics.local.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.local.ClickHouse;
import dev.scriptanalytics.local.ClickHouseHttp;
import dev.scriptanalytics.local.ClickHouseProcess;
import dev.scriptanalytics.local.FlinkCluster;
import dev.scriptanalytics.local.KafkaProcess;
import dev.scriptanalytics.local.Repository;
import dev.scriptanalytics.local.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The job: the jar that is shipped, in a JobManager and a TaskManager of their own, with the
 * configuration that is shipped.
 */
final class JobContender implements Contender {
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  // Looking costs, too.
  static final Duration PAUSE = Duration.ofMillis(300);

  private static final Duration METRICS_PATIENCE = Duration.ofSeconds(25);

  private final String name;
  private final Map<String, String> flinkSettings;
  private final List<String> options;
  private final Path directory;
  private final KafkaProcess kafka;
  private final ClickHouseProcess clickHouse;

  /**
   * The job, with changes.
   *
   * @param flinkSettings in place of those in {@code deploy/flink/config.yaml}
   * @param options of the job, such as {@code --run.memory=1h}
   */
  JobContender(
      String name,
      Map<String, String> flinkSettings,
      List<String> options,
      Path directory,
      KafkaProcess kafka,
      ClickHouseProcess clickHouse) {
    this.name = name;
    this.flinkSettings = Map.copyOf(flinkSettings);
    this.options = List.copyOf(options);
    this.directory = directory;
    this.kafka = kafka;
    this.clickHouse = clickHouse;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Measurement measure(LoadedTopics topics) {
    clickHouse.query("DROP DATABASE IF EXISTS script_analytics SYNC");
    clickHouse.applySql();
    EventStream stream = topics.stream();
    try (FlinkCluster cluster = FlinkCluster.start(directory, 1, flinkSettings)) {
      Map<String, Long> processes = new LinkedHashMap<>();
      processes.put("TaskManager", cluster.taskManagerPid(0));
      processes.put("JobManager", cluster.jobManagerPid());
      processes.put("Kafka", kafka.pid());
      processes.put("ClickHouse", clickHouse.pid());
      String job =
          cluster
              .jobs()
              .submit(
                  Repository.jobJar(),
                  Optional.empty(),
                  arguments(topics),
                  Map.of(
                      "KAFKA_BOOTSTRAP_SERVERS", topics.bootstrapServers(),
                      "CLICKHOUSE_URL", clickHouse.httpUrl().toString(),
                      "CLICKHOUSE_PASSWORD", ClickHouse.WRITER_PASSWORD));
      await("the job to run", () -> cluster.rest().allTasksRun(job));
      Stopwatch stopwatch = new Stopwatch(processes);
      await("all rollups", () -> rolledUp(clickHouse.http()) >= stream.runs());
      double rollups = stopwatch.seconds();
      await("all rows", () -> rows(clickHouse.http()) >= stream.runs() + stream.logEvents());
      double seconds = stopwatch.seconds();
      Map<String, Double> cpu = stopwatch.cpuSeconds();
      Map<String, Object> details = new LinkedHashMap<>();
      details.put("rollupsAfterSeconds", rollups);
      details.putAll(details(cluster, job, topics.events()));
      List<String> differences =
          new ArrayList<>(
              new Expected(stream, topics.workload().scripts()).differences(clickHouse.http()));
      if (cluster.rest().failures(job) > 0) {
        differences.add("the job failed and was restarted");
      }
      return new Measurement(
          name,
          topics.workload().letter(),
          topics.events(),
          topics.bytes(),
          seconds,
          cpu,
          stopwatch.peakMegabytes(),
          details,
          differences);
    }
  }

  private List<String> arguments(LoadedTopics topics) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--config",
                Repository.path("deploy/flink/script-analytics.properties").toString(),
                "--clickhouse.password=${CLICKHOUSE_PASSWORD}",
                "--runs.topics=" + topics.runsTopic(),
                "--logs.topics=" + (topics.hasLogs() ? topics.logsTopic() : ""),
                "--kafka.group.id=benchmark-" + System.nanoTime()));
    arguments.addAll(options);
    return arguments;
  }

  private static long rolledUp(ClickHouseHttp clickHouse) {
    return Long.parseLong(
        clickHouse.query(
            "SELECT toInt64(sum(succeeded + failed)) FROM script_analytics.run_rollups FINAL"));
  }

  private static long rows(ClickHouseHttp clickHouse) {
    return Long.parseLong(
            clickHouse.query(
                "SELECT count() FROM script_analytics.runs FINAL WHERE status != 'In Progress'"))
        + Long.parseLong(clickHouse.query("SELECT count() FROM script_analytics.logs FINAL"));
  }

  /** What Flink says of its checkpoints, and of how busy each task was. */
  private static Map<String, Object> details(FlinkCluster cluster, String job, long events) {
    Map<String, Object> details = new LinkedHashMap<>();
    JsonNode checkpoints = cluster.rest().get("/jobs/" + job + "/checkpoints");
    details.put("checkpoints", checkpoints.path("counts").path("completed").asInt());
    details.put(
        "checkpointBytes",
        checkpoints.path("latest").path("completed").path("state_size").asLong());
    details.put(
        "checkpointMillisMax",
        checkpoints.path("summary").path("end_to_end_duration").path("max").asLong());
    // The JobManager asks the tasks every ten seconds.
    Map<String, Double> stages = new LinkedHashMap<>();
    Waiting.until(
        METRICS_PATIENCE,
        () -> {
          for (JsonNode vertex : cluster.rest().get("/jobs/" + job).path("vertices")) {
            double busy = vertex.path("metrics").path("accumulated-busy-time").asDouble();
            stages.put(vertex.path("name").asText(), Math.round(1e6 * busy / events) / 1000.0);
          }
          return stages.values().stream().anyMatch(busy -> busy > 0);
        });
    details.put("busyMicrosPerEvent", stages);
    return details;
  }

  private static void await(String what, BooleanSupplier condition) {
    if (!Waiting.until(PATIENCE, PAUSE, condition)) {
      throw new IllegalStateException("Waited " + PATIENCE.toMinutes() + " minutes for " + what);
    }
  }
}
