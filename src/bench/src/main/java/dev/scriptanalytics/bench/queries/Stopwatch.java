package dev.scriptanalytics.bench.queries;

import dev.scriptanalytics.bench.queries.ReaderQueries.Answer;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Takes the time of queries, each several times. */
final class Stopwatch {
  /** Times that do not count, since they fill caches. */
  static final int WARM_UP = 2;

  private final TestClickHouse clickHouse;
  private final ReaderQueries reader;
  private final int repetitions;

  Stopwatch(TestClickHouse clickHouse, ReaderQueries reader, int repetitions) {
    this.clickHouse = clickHouse;
    this.reader = reader;
    this.repetitions = repetitions;
  }

  /**
   * What a query took.
   *
   * @param millis the median, from the request to the last byte
   * @param cpuMillis of ClickHouse's process on average, which tells what the query costs where
   *     other programs keep the machine busy
   * @param rowsRead by ClickHouse, the last time
   */
  record Timing(double millis, double cpuMillis, long rowsRead) {}

  /** Asks with each set of parameters in turn. */
  Timing time(String sql, List<Map<String, String>> parameters) throws InterruptedException {
    double[] times = new double[repetitions];
    Answer answer = null;
    double cpu = 0;
    for (int i = -WARM_UP; i < repetitions; i++) {
      if (i == 0) {
        cpu = -cpuMillis();
      }
      answer = reader.ask(sql, parameters.get(Math.floorMod(i, parameters.size())));
      if (i >= 0) {
        times[i] = answer.millis();
      }
    }
    cpu += cpuMillis();
    return new Timing(median(times), cpu / repetitions, answer.rowsRead());
  }

  private double cpuMillis() {
    return ProcessHandle.of(clickHouse.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toMillis)
        .orElse(0L);
  }

  /** The middle one, or the greater of the two in the middle. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
