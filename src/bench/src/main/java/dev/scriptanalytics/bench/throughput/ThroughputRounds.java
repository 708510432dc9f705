package dev.scriptanalytics.bench.throughput;

import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures every case: loads its events once, and lets the contenders consume them turn by turn.
 */
final class ThroughputRounds {
  private final ThroughputPlan plan;
  private final PrintStream out;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<Freshness> freshness = new ArrayList<>();

  ThroughputRounds(ThroughputPlan plan, PrintStream out) {
    this.plan = plan;
    this.out = out;
  }

  /**
   * Measures everything, and prints each result and the tables of all.
   *
   * @return whether everything that the contenders wrote was exact
   */
  boolean run() throws IOException, InterruptedException {
    DirectoryTree.delete(plan.home());
    Files.createDirectories(plan.home());
    try (TestKafka kafka = TestKafka.start(plan.home().resolve("broker"));
        TestClickHouse clickHouse = TestClickHouse.start(plan.home().resolve("server"))) {
      Map<String, Contender> contenders = new HashMap<>();
      for (String name : plan.contenders()) {
        contenders.put(name, contender(name, kafka, clickHouse));
      }
      for (Workload workload : plan.cases()) {
        LoadedTopics topics = LoadedTopics.load(workload, runEvents(workload), kafka, out);
        out.printf(
            Locale.ROOT,
            "%nCase %s: %s. %,d events of %,d bytes on average.%n",
            workload.letter(),
            workload.description(),
            topics.allEvents(),
            topics.allBytes() / topics.allEvents());
        for (String name : plan.turns()) {
          Measurement measurement = contenders.get(name).measure(topics);
          measurements.add(measurement);
          print(measurement);
        }
        topics.delete(kafka);
        if (!plan.freshnessDuration().isZero() && !topics.hasRestart()) {
          measureFreshness(workload, kafka, clickHouse);
        }
      }
    }
    DirectoryTree.delete(plan.home());
    ThroughputTables tables = new ThroughputTables(out);
    tables.printRuns(measurements);
    tables.printMedians(measurements, plan.baseline());
    if (!freshness.isEmpty()) {
      tables.printFreshness(freshness);
    }
    return measurements.stream().allMatch(measurement -> measurement.differences().isEmpty())
        && freshness.stream().allMatch(of -> of.differences().isEmpty());
  }

  /** All that was measured, in order. */
  List<Measurement> measurements() {
    return List.copyOf(measurements);
  }

  /** How soon events were found, in the order of the cases. */
  List<Freshness> freshness() {
    return List.copyOf(freshness);
  }

  private void measureFreshness(Workload workload, TestKafka kafka, TestClickHouse clickHouse)
      throws IOException, InterruptedException {
    double rate = plan.freshnessRate() > 0 ? plan.freshnessRate() : medianRate(workload) / 2;
    Freshness measured =
        new JobContender(
                ThroughputPlan.JOB, Repository.jobJar(), clusterSettings(), kafka, clickHouse)
            .freshness(workload, rate, plan.freshnessDuration(), out);
    freshness.add(measured);
    out.printf(
        Locale.ROOT,
        "%,9.0f events/s of %,.0f wanted; CPU s %s%n",
        measured.rate(),
        measured.wantedRate(),
        rounded(measured.cpuSeconds()));
    measured.ages().forEach((table, ages) -> out.println("    " + table + ": " + ages));
    measured.differences().forEach(difference -> out.println("  WRONG: " + difference));
    out.flush();
  }

  private double medianRate(Workload workload) {
    return ThroughputTables.median(
        measurements.stream()
            .filter(of -> of.workload().equals(workload.letter()))
            .filter(of -> of.contender().equals(ThroughputPlan.JOB))
            .toList(),
        Measurement::eventsPerSecond);
  }

  private long runEvents(Workload workload) {
    return switch (workload) {
      // As many events as in other cases: each run has its log entries besides its end.
      case RUNS_AND_LOGS -> plan.events() / (1 + workload.logsOfRun());
      // As many runs as in other cases are remembered before the restart.
      case REMEMBERED_RUNS -> plan.events() * 3 / 2;
      default -> plan.events();
    };
  }

  private Contender contender(String name, TestKafka kafka, TestClickHouse clickHouse) {
    ClusterSettings settings = clusterSettings();
    Path jar = plan.jars().get(name);
    if (jar != null) {
      return new JobContender(name, jar, settings, kafka, clickHouse);
    }
    return switch (name) {
      case ThroughputPlan.JOB ->
          new JobContender(name, Repository.jobJar(), settings, kafka, clickHouse);
      case ThroughputPlan.NO_CHECKPOINTS ->
          new JobContender(
              name,
              Repository.jobJar(),
              settings.with("execution.checkpointing.interval", "1 h"),
              kafka,
              clickHouse);
      case FirstStages.READ, FirstStages.READ_AND_DECODE ->
          new FirstStagesContender(name, settings, kafka, clickHouse);
      case ThroughputPlan.KAFKA_ENGINE -> new KafkaEngineContender(name, false, kafka, clickHouse);
      case ThroughputPlan.KAFKA_ENGINE_PLAIN ->
          new KafkaEngineContender(name, true, kafka, clickHouse);
      default -> throw new IllegalArgumentException("there is no contender " + name);
    };
  }

  private ClusterSettings clusterSettings() {
    return new ClusterSettings(
        plan.flinkSettings(), plan.jobOptions(), plan.home().resolve("flink-cluster"));
  }

  private void print(Measurement measurement) {
    out.printf(
        Locale.ROOT,
        "%-20s %,9.0f events/s %6.1f MB/s %6.1f s; CPU s %s; peak MB %s%n",
        measurement.contender(),
        measurement.eventsPerSecond(),
        measurement.bytes() / measurement.seconds() / 1e6,
        measurement.seconds(),
        rounded(measurement.cpuSeconds()),
        new TreeMap<>(measurement.peakMegabytes()));
    measurement.details().forEach((name, detail) -> out.println("    " + name + ": " + detail));
    measurement.differences().forEach(difference -> out.println("  WRONG: " + difference));
    out.flush();
  }

  private static Map<String, String> rounded(Map<String, Double> seconds) {
    Map<String, String> rounded = new TreeMap<>();
    seconds.forEach(
        (process, used) -> rounded.put(process, String.format(Locale.ROOT, "%.1f", used)));
    return rounded;
  }
}
