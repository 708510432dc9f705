package dev.scriptanalytics.bench.throughput;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long events took until a query found them, at a steady rate.
 *
 * @param workload letter of the case
 * @param wantedRate events that were to be sent in a second
 * @param rate events that were sent in a second
 * @param ages for each table, how long probes took to be found in it
 * @param cpuSeconds processor time meanwhile, by process; that of the sender included
 * @param differences what came out wrong; empty if all is exact
 */
public record Freshness(
    String workload,
    double wantedRate,
    double rate,
    Map<String, Ages> ages,
    Map<String, Double> cpuSeconds,
    List<String> differences) {

  /**
   * The ages at which the rows of one table were found, in milliseconds.
   *
   * @param probes how many of those that were sent were found
   * @param lost how many were not
   * @param counts how many were found until so many milliseconds, each counted once
   */
  public record Ages(
      int probes, int lost, long p50, long p90, long p99, long max, Map<Integer, Integer> counts) {
    private static final int[] BOUNDS = {
      250, 500, 750, 1_000, 1_250, 1_500, 2_000, 3_000, 5_000, 8_000, 12_000, 20_000
    };

    /** Of these ages, in ascending order. */
    static Ages of(long[] sorted, int sent) {
      Map<Integer, Integer> counts = new LinkedHashMap<>();
      int counted = 0;
      for (int bound : BOUNDS) {
        int from = counted;
        while (counted < sorted.length && sorted[counted] <= bound) {
          counted++;
        }
        counts.put(bound, counted - from);
      }
      counts.put(Integer.MAX_VALUE, sorted.length - counted);
      return new Ages(
          sorted.length,
          sent - sorted.length,
          at(sorted, 0.5),
          at(sorted, 0.9),
          at(sorted, 0.99),
          at(sorted, 1),
          counts);
    }

    /** The value by nearest rank; 0 of none. */
    private static long at(long[] sorted, double q) {
      return sorted.length == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(q * sorted.length) - 1)];
    }
  }
}
