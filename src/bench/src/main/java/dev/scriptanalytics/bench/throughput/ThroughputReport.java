package dev.scriptanalytics.bench.throughput;

import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Every case, several times, each contender in its turn, and the table of the results. */
public final class ThroughputReport {
  private static final String JOB = "job";

  /** Case e has six events a run. */
  private static final int LOG_CASE_SHARE = 6;

  private final List<Workload> cases;
  private final long events;
  private final int rounds;
  private final List<String> contenders;
  private final Map<String, String> flinkSettings = new HashMap<>();
  private final List<String> jobOptions;
  private final Path home;
  private final PrintStream out;
  private final Duration freshnessDuration;
  private final double freshnessRate;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<Freshness> freshness = new ArrayList<>();

  /**
   * What is to be measured.
   *
   * @param events of runs in each case
   * @param contenders their names on the command line
   * @param flinkSettings as {@code key=value}
   * @param jobOptions as {@code --key=value}
   * @param freshnessDuration how long to measure in each case how soon events are found; zero: not
   * @param freshnessRate events a second meanwhile; 0 for half of what the job was measured to do
   * @param home whose content is removed
   */
  public ThroughputReport(
      List<Workload> cases,
      long events,
      int rounds,
      List<String> contenders,
      List<String> flinkSettings,
      List<String> jobOptions,
      Duration freshnessDuration,
      double freshnessRate,
      Path home,
      PrintStream out) {
    if (!freshnessDuration.isZero() && freshnessRate == 0 && !contenders.contains(JOB)) {
      throw new IllegalArgumentException(
          "half of the job's rate is not known without the contender job: name --freshness-rate");
    }
    this.cases = List.copyOf(cases);
    this.events = events;
    this.rounds = rounds;
    this.contenders = List.copyOf(contenders);
    for (String setting : flinkSettings) {
      int equals = setting.indexOf('=');
      this.flinkSettings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    this.jobOptions = List.copyOf(jobOptions);
    this.freshnessDuration = freshnessDuration;
    this.freshnessRate = freshnessRate;
    this.home = home.toAbsolutePath();
    this.out = out;
  }

  /**
   * Measures everything.
   *
   * @return whether everything that the job wrote was exact
   */
  public boolean run() throws IOException, InterruptedException {
    DirectoryTree.delete(home);
    Files.createDirectories(home);
    try (TestKafka kafka = TestKafka.start(home.resolve("broker"));
        TestClickHouse clickHouse = TestClickHouse.start(home.resolve("server"))) {
      List<Contender> all =
          contenders.stream().map(of -> contender(of, kafka, clickHouse)).toList();
      for (Workload workload : cases) {
        LoadedTopics topics = LoadedTopics.load(workload, runEvents(workload), kafka, out);
        out.printf(
            Locale.ROOT,
            "%nCase %s: %s. %,d events, %,d bytes each.%n",
            workload.letter(),
            workload.description(),
            topics.allEvents(),
            topics.allBytes() / topics.allEvents());
        for (int round = 0; round < rounds; round++) {
          for (Contender contender : all) {
            Measurement measurement = contender.measure(topics);
            measurements.add(measurement);
            print(measurement);
          }
        }
        topics.delete(kafka);
        if (!freshnessDuration.isZero() && !topics.hasRestart()) {
          measureFreshness(workload, kafka, clickHouse);
        }
      }
    }
    DirectoryTree.delete(home);
    printMedians();
    printFreshness();
    return measurements.stream().allMatch(measurement -> measurement.differences().isEmpty())
        && freshness.stream().allMatch(of -> of.differences().isEmpty());
  }

  /** All that was measured, in order. */
  public List<Measurement> measurements() {
    return List.copyOf(measurements);
  }

  /** How soon events were found, in the order of the cases. */
  public List<Freshness> freshness() {
    return List.copyOf(freshness);
  }

  private void measureFreshness(Workload workload, TestKafka kafka, TestClickHouse clickHouse)
      throws IOException, InterruptedException {
    double rate = freshnessRate > 0 ? freshnessRate : medianRate(workload) / 2;
    Freshness measured = job(kafka, clickHouse).freshness(workload, rate, freshnessDuration, out);
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
    return median(
        sorted(
            measurements.stream()
                .filter(of -> of.workload().equals(workload.letter()))
                .filter(of -> of.contender().equals(JOB))
                .toList(),
            Measurement::eventsPerSecond));
  }

  private void printFreshness() {
    if (freshness.isEmpty()) {
      return;
    }
    out.printf("%n| case | events/s | found in | after ms: p50 | p90 | p99 | max | lost |%n");
    out.println("|---|---|---|---|---|---|---|---|");
    for (Freshness of : freshness) {
      of.ages()
          .forEach(
              (table, ages) ->
                  out.printf(
                      Locale.ROOT,
                      "| %s | %,.0f | %s | %,d | %,d | %,d | %,d | %d |%n",
                      of.workload(),
                      of.rate(),
                      table,
                      ages.p50(),
                      ages.p90(),
                      ages.p99(),
                      ages.max(),
                      ages.lost()));
    }
  }

  private long runEvents(Workload workload) {
    return switch (workload) {
      case RUNS_AND_LOGS -> events / LOG_CASE_SHARE;
      // As many as in other cases are remembered before the restart.
      case REMEMBERED_RUNS -> events * 3 / 2;
      default -> events;
    };
  }

  private JobContender job(TestKafka kafka, TestClickHouse clickHouse) {
    return new JobContender(
        JOB, flinkSettings, jobOptions, home.resolve("flink-cluster"), kafka, clickHouse);
  }

  private Contender contender(String name, TestKafka kafka, TestClickHouse clickHouse) {
    Path directory = home.resolve("flink-cluster");
    return switch (name) {
      case JOB -> job(kafka, clickHouse);
      case "no-checkpoints" -> {
        Map<String, String> settings = new HashMap<>(flinkSettings);
        settings.put("execution.checkpointing.interval", "1 h");
        yield new JobContender(
            "job, no checkpoints", settings, jobOptions, directory, kafka, clickHouse);
      }
      case FirstStages.READ, FirstStages.READ_AND_DECODE ->
          new FirstStagesContender(name, flinkSettings, jobOptions, directory, kafka, clickHouse);
      case "kafka-engine" -> new KafkaEngineContender(false, kafka, clickHouse);
      case "kafka-engine-plain" -> new KafkaEngineContender(true, kafka, clickHouse);
      default -> throw new IllegalArgumentException("there is no contender " + name);
    };
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

  /** Medians, and how many times the last contender's each one's is. */
  private void printMedians() {
    Map<String, Map<String, List<Measurement>>> all = new LinkedHashMap<>();
    for (Measurement measurement : measurements) {
      all.computeIfAbsent(measurement.workload(), of -> new LinkedHashMap<>())
          .computeIfAbsent(measurement.contender(), of -> new ArrayList<>())
          .add(measurement);
    }
    out.printf(
        "%n| case | contender | events/s, median | slowest | fastest | ratio to the last"
            + " | µs an event | CPU µs an event: TaskManager | Kafka | ClickHouse |%n");
    out.println("|---|---|---|---|---|---|---|---|---|---|");
    all.forEach(
        (workload, byContender) -> {
          List<Double> last = List.of();
          for (List<Measurement> list : byContender.values()) {
            last = sorted(list, Measurement::eventsPerSecond);
          }
          for (Map.Entry<String, List<Measurement>> entry : byContender.entrySet()) {
            List<Double> rates = sorted(entry.getValue(), Measurement::eventsPerSecond);
            out.printf(
                Locale.ROOT,
                "| %s | %s | %,.0f | %,.0f | %,.0f | %.2f | %.2f | %.2f | %.2f | %.2f |%n",
                workload,
                entry.getKey(),
                median(rates),
                rates.get(0),
                rates.get(rates.size() - 1),
                median(rates) / median(last),
                1e6 / median(rates),
                cpuMicros(entry.getValue(), "TaskManager"),
                cpuMicros(entry.getValue(), "Kafka"),
                cpuMicros(entry.getValue(), "ClickHouse"));
          }
        });
  }

  private static double cpuMicros(List<Measurement> list, String process) {
    return median(sorted(list, measurement -> measurement.cpuMicrosPerEvent(process)));
  }

  private static List<Double> sorted(
      List<Measurement> list, ToDoubleFunction<Measurement> property) {
    return list.stream().mapToDouble(property).sorted().boxed().toList();
  }

  private static double median(List<Double> sorted) {
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
