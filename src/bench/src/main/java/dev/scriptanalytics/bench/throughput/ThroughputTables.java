package dev.scriptanalytics.bench.throughput;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The results as Markdown tables. */
final class ThroughputTables {
  private final PrintStream out;

  ThroughputTables(PrintStream out) {
    this.out = out;
  }

  /** Every single run, in the order in which they were made. */
  void printRuns(List<Measurement> measurements) {
    out.printf(
        "%n| case | run | contender | events/s | CPU µs per event: TaskManager + ClickHouse"
            + " | TaskManager | ClickHouse | exact |%n");
    out.println("|---|---|---|---|---|---|---|---|");
    byCase(measurements)
        .forEach(
            (workload, runs) -> {
              int number = 0;
              for (Measurement run : runs) {
                out.printf(
                    Locale.ROOT,
                    "| %s | %d | %s | %,.0f | %.2f | %.2f | %.2f | %s |%n",
                    workload,
                    ++number,
                    run.contender(),
                    run.eventsPerSecond(),
                    run.cpuMicrosPerEvent(),
                    run.cpuMicrosPerEvent(Measurement.TASK_MANAGER),
                    run.cpuMicrosPerEvent(Measurement.CLICKHOUSE),
                    run.differences().isEmpty() ? "yes" : "NO");
              }
            });
  }

  /** The medians of each case and contender, and their ratios to those of the baseline. */
  void printMedians(List<Measurement> measurements, String baseline) {
    out.printf(
        "%n| case | contender | events/s, median | slowest | fastest | ratio to %1$s"
            + " | CPU µs per event, median: TaskManager + ClickHouse | ratio to %1$s"
            + " | TaskManager | ClickHouse | Kafka |%n",
        baseline);
    out.println("|---|---|---|---|---|---|---|---|---|---|---|");
    byCase(measurements)
        .forEach(
            (workload, all) -> {
              Map<String, List<Measurement>> byContender = new LinkedHashMap<>();
              for (Measurement run : all) {
                byContender.computeIfAbsent(run.contender(), of -> new ArrayList<>()).add(run);
              }
              List<Measurement> base = byContender.get(baseline);
              byContender.forEach(
                  (contender, runs) -> printMedians(workload, contender, runs, base));
            });
  }

  private void printMedians(
      String workload, String contender, List<Measurement> runs, List<Measurement> base) {
    double rate = median(runs, Measurement::eventsPerSecond);
    double cpu = median(runs, Measurement::cpuMicrosPerEvent);
    out.printf(
        Locale.ROOT,
        "| %s | %s | %,.0f | %,.0f | %,.0f | %.3f | %.2f | %.3f | %.2f | %.2f | %.2f |%n",
        workload,
        contender,
        rate,
        runs.stream().mapToDouble(Measurement::eventsPerSecond).min().orElse(0),
        runs.stream().mapToDouble(Measurement::eventsPerSecond).max().orElse(0),
        rate / median(base, Measurement::eventsPerSecond),
        cpu,
        cpu / median(base, Measurement::cpuMicrosPerEvent),
        median(runs, run -> run.cpuMicrosPerEvent(Measurement.TASK_MANAGER)),
        median(runs, run -> run.cpuMicrosPerEvent(Measurement.CLICKHOUSE)),
        median(runs, run -> run.cpuMicrosPerEvent(Measurement.KAFKA)));
  }

  /** How soon events were found, by case and table. */
  void printFreshness(List<Freshness> freshness) {
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

  /** The middle one, or the mean of the two in the middle. */
  static double median(List<Measurement> runs, ToDoubleFunction<Measurement> property) {
    double[] sorted = runs.stream().mapToDouble(property).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static Map<String, List<Measurement>> byCase(List<Measurement> measurements) {
    Map<String, List<Measurement>> byCase = new LinkedHashMap<>();
    for (Measurement run : measurements) {
      byCase.computeIfAbsent(run.workload(), of -> new ArrayList<>()).add(run);
    }
    return byCase;
  }
}
