package dev.scriptanalytics.bench.throughput;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.bench.process.ProcessUsage;
import dev.scriptanalytics.bench.process.Stopwatch;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.flink.FlinkCluster;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The job from a jar, in a JobManager and a TaskManager of their own, with the configuration of
 * this checkout.
 */
final class JobContender implements Contender {
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  // Looking costs, too.
  static final Duration PAUSE = Duration.ofMillis(300);

  /** Values of the column {@code version} of {@code runs}. */
  private static final int END_ONLY = 2;

  private static final int COMPLETE = 3;

  private static final int WARM_UP_SHARE = 4;
  private static final int PROBES_PER_SECOND = 20;
  private static final Duration METRICS_PATIENCE = Duration.ofSeconds(25);

  private final String name;
  private final Path jar;
  private final ClusterSettings settings;
  private final TestKafka kafka;
  private final TestClickHouse clickHouse;

  /**
   * The job.
   *
   * @param name on the command line and in the tables of results
   * @param jar of this build or of another that has the same options and tables
   */
  JobContender(
      String name, Path jar, ClusterSettings settings, TestKafka kafka, TestClickHouse clickHouse) {
    this.name = name;
    this.jar = jar;
    this.settings = settings;
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
    Map<String, Object> details = new LinkedHashMap<>();
    Optional<Path> checkpoint =
        topics.hasRestart() ? Optional.of(beforeRestart(topics, details)) : Optional.empty();
    try (FlinkCluster cluster = settings.start()) {
      String job = submit(cluster, checkpoint, topics, topics.runsTopics());
      Stopwatch stopwatch = new Stopwatch(processes(cluster));
      await("all rows", () -> hasAllRows(topics.workload(), stream));
      details.put("rowsAfterSeconds", stopwatch.seconds());
      await("all rollups", () -> rolledUp(clickHouse.http()) >= stream.runs());
      double seconds = stopwatch.seconds();
      Map<String, Double> cpu = stopwatch.cpuSeconds();
      if (topics.hasRestart()) {
        details.put("restoredAfterMillis", initializingMillis(cluster, job));
        if (!cluster.rest().checkpoint(job, PATIENCE)) {
          throw new IllegalStateException("The checkpoint after the restart failed.");
        }
      }
      details.putAll(checkpoints(cluster, job));
      details.put("busyMicrosPerEvent", busyMicros(cluster, job, topics.timedEvents()));
      Map<String, Long> peaks = stopwatch.peakMegabytes();
      details.put("liveHeapMegabytes", LiveHeap.of(cluster.taskManagerPid(0)).megabytes());
      List<String> differences = new ArrayList<>(topics.expected().differences(clickHouse.http()));
      if (cluster.rest().failures(job) > 0) {
        differences.add("the job failed and was restarted");
      }
      return new Measurement(
          name,
          topics.workload().letter(),
          topics.timedEvents(),
          topics.timedBytes(),
          seconds,
          cpu,
          peaks,
          details,
          differences);
    }
  }

  /**
   * Consumes what comes before the restart, in a cluster that ends with it.
   *
   * @param details gets the size of what is state then
   * @return the checkpoint to go on from
   */
  private Path beforeRestart(LoadedTopics topics, Map<String, Object> details) {
    long runs = topics.stream().runsBeforeRestart();
    try (FlinkCluster cluster = settings.start()) {
      long empty = LiveHeap.of(cluster.taskManagerPid(0)).bytes();
      String job = submit(cluster, Optional.empty(), topics, topics.runsTopics().subList(0, 1));
      await("all runs to be seen", () -> seen(clickHouse.http()) >= runs);
      if (!cluster.rest().checkpoint(job, PATIENCE)) {
        throw new IllegalStateException("The checkpoint before the restart failed.");
      }
      LiveHeap heap = LiveHeap.of(cluster.taskManagerPid(0));
      JsonNode last = lastCheckpoint(cluster, job);
      details.put("runsBeforeRestart", runs);
      details.put("checkpointBytesBeforeRestart", last.path("state_size").asLong());
      details.put("checkpointMillisBeforeRestart", last.path("end_to_end_duration").asLong());
      details.put("checkpointBytesPerRun", (double) last.path("state_size").asLong() / runs);
      details.put("liveHeapBytesPerRun", (double) (heap.bytes() - empty) / runs);
      Map<String, Double> byClass = new LinkedHashMap<>();
      heap.bytesByClass().forEach((of, bytes) -> byClass.put(of, (double) bytes / runs));
      details.put("liveHeapBytesPerRunByClass", byClass);
      details.put(
          "peakMegabytesBeforeRestart", ProcessUsage.peakMegabytes(cluster.taskManagerPid(0)));
      if (!cluster.rest().cancel(job, PATIENCE)) {
        throw new IllegalStateException("The job was not cancelled.");
      }
      return cluster
          .jobs()
          .lastSnapshot()
          .orElseThrow(() -> new IllegalStateException("There is no checkpoint to go on from."));
    }
  }

  /**
   * Sends a case's events at a steady rate, and looks how soon they are found.
   *
   * @param rate events a second, of runs and logs
   * @param duration how long is measured, after a quarter of that for warming up
   */
  Freshness freshness(Workload workload, double rate, Duration duration, PrintStream messages)
      throws IOException, InterruptedException {
    clickHouse.query("DROP DATABASE IF EXISTS script_analytics SYNC");
    clickHouse.applySql();
    long millis = duration.toMillis() + duration.toMillis() / WARM_UP_SHARE;
    long runEvents = (long) (rate * millis / 1000 / (1 + workload.logsOfRun()));
    EventStream stream = new EventStream(workload, runEvents, System.currentTimeMillis(), millis);
    LoadedTopics topics = LoadedTopics.empty(workload, stream, kafka);
    try (FlinkCluster cluster = settings.start()) {
      String job = submit(cluster, Optional.empty(), topics, topics.runsTopics());
      Map<String, Long> processes = processes(cluster);
      processes.put("sender", ProcessHandle.current().pid());
      int probes = (int) (millis * PROBES_PER_SECOND / 1000);
      FreshnessProbe probe =
          new FreshnessProbe(
              clickHouse.http(),
              topics.hasLogs()
                  ? List.of("runs", "run_rollups", "logs")
                  : List.of("runs", "run_rollups"),
              probes);
      Stopwatch stopwatch = new Stopwatch(processes);
      CompletableFuture<Void> watching = CompletableFuture.runAsync(() -> probe.watch(probes));
      double seconds = topics.send(rate, probe, probes, messages);
      Map<String, Double> cpu = stopwatch.cpuSeconds();
      watching.join();
      await("all rows", () -> hasAllRows(workload, stream));
      List<String> differences = new ArrayList<>(topics.expected().differences(clickHouse.http()));
      if (cluster.rest().failures(job) > 0) {
        differences.add("the job failed and was restarted");
      }
      return new Freshness(
          workload.letter(),
          rate,
          topics.allEvents() / seconds,
          probe.ages(probes / (1 + WARM_UP_SHARE)),
          cpu,
          differences);
    } finally {
      topics.delete(kafka);
    }
  }

  /** Submits the job, and returns when all of it runs. */
  private String submit(
      FlinkCluster cluster,
      Optional<Path> checkpoint,
      LoadedTopics topics,
      List<String> runsTopics) {
    String job =
        cluster
            .jobs()
            .submit(
                jar,
                checkpoint,
                settings.arguments(topics, runsTopics),
                ClusterSettings.variables(topics, clickHouse));
    await("the job to run", () -> cluster.rest().allTasksRun(job));
    return job;
  }

  private Map<String, Long> processes(FlinkCluster cluster) {
    Map<String, Long> processes = new LinkedHashMap<>();
    processes.put(Measurement.TASK_MANAGER, cluster.taskManagerPid(0));
    processes.put(Measurement.JOB_MANAGER, cluster.jobManagerPid());
    processes.put(Measurement.KAFKA, kafka.pid());
    processes.put(Measurement.CLICKHOUSE, clickHouse.pid());
    return processes;
  }

  private static long seen(ClickHouseHttp clickHouse) {
    return Long.parseLong(
        clickHouse.query("SELECT toInt64(sum(seen)) FROM script_analytics.run_rollups FINAL"));
  }

  private static long rolledUp(ClickHouseHttp clickHouse) {
    return Long.parseLong(
        clickHouse.query(
            "SELECT toInt64(sum(succeeded + failed)) FROM script_analytics.run_rollups FINAL"));
  }

  // Asked three times a second beside the job, so what costs nothing is asked first, and of runs
  // nothing with FINAL, which takes seconds of both processors: a run has one row that is its last,
  // and whether that is so is compared later.
  private boolean hasAllRows(Workload workload, EventStream stream) {
    return count("runs") >= stream.runs()
        && count("logs") >= stream.logEvents()
        && count("runs WHERE version = " + (workload.hasStarts() ? COMPLETE : END_ONLY))
            >= stream.runs()
        && count("logs FINAL") >= stream.logEvents();
  }

  private long count(String rows) {
    return Long.parseLong(clickHouse.query("SELECT count() FROM script_analytics." + rows));
  }

  private static JsonNode lastCheckpoint(FlinkCluster cluster, String job) {
    return cluster.rest().get("/jobs/" + job + "/checkpoints").path("latest").path("completed");
  }

  private static Map<String, Object> checkpoints(FlinkCluster cluster, String job) {
    Map<String, Object> details = new LinkedHashMap<>();
    JsonNode checkpoints = cluster.rest().get("/jobs/" + job + "/checkpoints");
    JsonNode summary = checkpoints.path("summary");
    details.put("checkpoints", checkpoints.path("counts").path("completed").asInt());
    details.put("checkpointBytes", lastCheckpoint(cluster, job).path("state_size").asLong());
    details.put("checkpointBytesMax", summary.path("state_size").path("max").asLong());
    details.put("checkpointMillisMax", summary.path("end_to_end_duration").path("max").asLong());
    return details;
  }

  /** How long the slowest task took from its start until its state was there. */
  private static long initializingMillis(FlinkCluster cluster, String job) {
    long slowest = 0;
    for (JsonNode vertex : cluster.rest().get("/jobs/" + job).path("vertices")) {
      String id = vertex.path("id").asText();
      for (JsonNode task :
          cluster.rest().get("/jobs/" + job + "/vertices/" + id).path("subtasks")) {
        slowest = Math.max(slowest, task.path("status-duration").path("INITIALIZING").asLong());
      }
    }
    return slowest;
  }

  /** How busy each task was, for each event of all. */
  private static Map<String, Double> busyMicros(FlinkCluster cluster, String job, long events) {
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
    return stages;
  }

  private static void await(String what, BooleanSupplier condition) {
    if (!Waiting.until(PATIENCE, PAUSE, condition)) {
      throw new IllegalStateException("Waited " + PATIENCE.toMinutes() + " minutes for " + what);
    }
  }
}
