package dev.scriptanalytics.bench.throughput;

/**
 * The run of a number: what is random in it follows from the number alone.
 *
 * @param number from 0, in the order of the starts
 * @param random 64 bits that are this run's own
 * @param script number of its script, from 0
 * @param version deployed version, from 1
 * @param startedAt in milliseconds since 1970
 * @param failed whether it failed; else it succeeded
 * @param responseMicros execution time in microseconds
 */
record BenchmarkRun(
    long number,
    long random,
    int script,
    int version,
    long startedAt,
    boolean failed,
    long responseMicros) {

  private static final double FAILED = 0.03;
  private static final double MEDIAN_MICROS = 40_000;
  private static final double SIGMA = 0.7;

  /** What is the same for all runs of a stream. */
  record Stream(Workload workload, long runs, long from, long windowMillis) {
    BenchmarkRun run(long number) {
      long random = mix(number + 1);
      long startedAt = from + number * windowMillis / runs;
      return new BenchmarkRun(
          number,
          random,
          script(random),
          1 + (int) (number * 3 / runs),
          startedAt,
          share(mix(random ^ 2)) < FAILED,
          responseMicros(random));
    }

    private int script(long random) {
      double first = workload.shareOfFirst();
      double share = share(mix(random ^ 1));
      if (first > 0) {
        return share < first
            ? 0
            : 1 + (int) ((share - first) / (1 - first) * (workload.scripts() - 1));
      }
      return (int) (share * workload.scripts());
    }

    private static long responseMicros(long random) {
      // Box-Muller.
      double normal =
          Math.sqrt(-2 * Math.log(1 - share(mix(random ^ 3))))
              * Math.cos(2 * Math.PI * share(mix(random ^ 4)));
      return 1 + Math.round(MEDIAN_MICROS * Math.exp(SIGMA * normal));
    }
  }

  double responseTime() {
    return responseMicros / 1000.0;
  }

  /** The last step of SplitMix64: each number gives another, and neighbours have nothing alike. */
  static long mix(long number) {
    long z = number * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static double share(long random) {
    return (random >>> 11) * 0x1.0p-53;
  }
}
