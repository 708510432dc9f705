package dev.scriptanalytics.local.benchmark;

import dev.scriptanalytics.local.ClickHouseProcess;
import dev.scriptanalytics.local.DirectoryTree;
import dev.scriptanalytics.local.KafkaProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Every case, several times, each contender in its turn, and the table of the results. */
public final class Rounds {
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
  private final List<Measurement> measurements = new ArrayList<>();

  /**
   * What is to be measured.
   *
   * @param events of runs in each case
   * @param contenders their names on the command line
   * @param flinkSettings as {@code key=value}
   * @param jobOptions as {@code --key=value}
   * @param home whose content is removed
   */
  public Rounds(
      List<Workload> cases,
      long events,
      int rounds,
      List<String> contenders,
      List<String> flinkSettings,
      List<String> jobOptions,
      Path home,
      PrintStream out) {
    this.cases = List.copyOf(cases);
    this.events = events;
    this.rounds = rounds;
    this.contenders = List.copyOf(contenders);
    for (String setting : flinkSettings) {
      int equals = setting.indexOf('=');
      this.flinkSettings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    this.jobOptions = List.copyOf(jobOptions);
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
    try (KafkaProcess kafka = KafkaProcess.start(home.resolve("broker"));
        ClickHouseProcess clickHouse = ClickHouseProcess.start(home.resolve("server"))) {
      List<Contender> all =
          contenders.stream().map(of -> contender(of, kafka, clickHouse)).toList();
      for (Workload workload : cases) {
        LoadedTopics topics =
            LoadedTopics.load(
                workload, workload.logsOfRun() > 0 ? events / LOG_CASE_SHARE : events, kafka, out);
        out.printf(
            Locale.ROOT,
            "%nCase %s: %s. %,d events, %,d bytes each.%n",
            workload.letter(),
            workload.description(),
            topics.events(),
            topics.bytes() / topics.events());
        for (int round = 0; round < rounds; round++) {
          for (Contender contender : all) {
            Measurement measurement = contender.measure(topics);
            measurements.add(measurement);
            print(measurement);
          }
        }
        kafka.deleteTopics(List.of(topics.runsTopic(), topics.logsTopic()));
      }
    }
    DirectoryTree.delete(home);
    printMedians();
    return measurements.stream().allMatch(measurement -> measurement.differences().isEmpty());
  }

  /** All that was measured, in order. */
  public List<Measurement> measurements() {
    return List.copyOf(measurements);
  }

  private Contender contender(String name, KafkaProcess kafka, ClickHouseProcess clickHouse) {
    Path directory = home.resolve("flink-cluster");
    return switch (name) {
      case "job" ->
          new JobContender("job", flinkSettings, jobOptions, directory, kafka, clickHouse);
      case "no-checkpoints" -> {
        Map<String, String> settings = new HashMap<>(flinkSettings);
        settings.put("execution.checkpointing.interval", "1 h");
        yield new JobContender(
            "job, no checkpoints", settings, jobOptions, directory, kafka, clickHouse);
      }
      case "kafka-engine" -> new KafkaEngineContender(false, kafka, clickHouse);
      case "kafka-engine-plain" -> new KafkaEngineContender(true, kafka, clickHouse);
      default -> throw new IllegalArgumentException("there is no contender " + name);
    };
  }

  private void print(Measurement measurement) {
    out.printf(
        Locale.ROOT,
        "%-20s %,9.0f events/s %6.1f MB/s %6.1f s; CPU s %s; peak MB %s; %s%n",
        measurement.contender(),
        measurement.eventsPerSecond(),
        measurement.bytes() / measurement.seconds() / 1e6,
        measurement.seconds(),
        rounded(measurement.cpuSeconds()),
        new TreeMap<>(measurement.peakMegabytes()),
        measurement.details());
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
    Map<String, Map<String, List<Double>>> rates = new LinkedHashMap<>();
    for (Measurement measurement : measurements) {
      rates
          .computeIfAbsent(measurement.workload(), of -> new LinkedHashMap<>())
          .computeIfAbsent(measurement.contender(), of -> new ArrayList<>())
          .add(measurement.eventsPerSecond());
    }
    out.printf(
        "%n| case | contender | events/s, median | slowest | fastest | ratio to the last |%n");
    out.println("|---|---|---|---|---|---|");
    rates.forEach(
        (workload, byContender) -> {
          double last = 0;
          for (List<Double> list : byContender.values()) {
            list.sort(null);
            last = median(list);
          }
          for (Map.Entry<String, List<Double>> entry : byContender.entrySet()) {
            List<Double> list = entry.getValue();
            out.printf(
                Locale.ROOT,
                "| %s | %s | %,.0f | %,.0f | %,.0f | %.2f |%n",
                workload,
                entry.getKey(),
                median(list),
                list.get(0),
                list.get(list.size() - 1),
                median(list) / last);
          }
        });
  }

  private static double median(List<Double> sorted) {
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
