package dev.scriptanalytics.sink;

import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.util.TimeUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inserts of one writer into one table. It tries each insert until ClickHouse has taken it,
 * counts rows and retries, and logs once when the table becomes unavailable and once when it is
 * available again.
 *
 * <p>One thread inserts at a time.
 */
final class InsertRetries {
  static final String RETRIES = "retries";
  static final String INSERT_MILLIS = "insertMillis";
  static final String ROWS_IN_FLIGHT = "rowsInFlight";

  private static final Logger LOG = LoggerFactory.getLogger(InsertRetries.class);
  private static final int HISTOGRAM_SIZE = 1_000;

  private final String target;
  private final Batching batching;
  private final SinkWriterMetricGroup metrics;
  private final Counter retries;
  private final DescriptiveStatisticsHistogram insertMillis;
  private volatile int rowsInFlight;
  private volatile long lastInsertMillis;

  /** An insert, which is tried until it succeeds. */
  @FunctionalInterface
  interface Attempt {
    void run() throws Exception;
  }

  InsertRetries(
      String table,
      ClickHouseConnection connection,
      Batching batching,
      SinkWriterMetricGroup metrics) {
    this.target = "table %s at %s".formatted(table, connection);
    this.batching = batching;
    this.metrics = metrics;
    this.retries = metrics.counter(RETRIES, new ThreadSafeSimpleCounter());
    this.insertMillis =
        metrics.histogram(INSERT_MILLIS, new DescriptiveStatisticsHistogram(HISTOGRAM_SIZE));
    metrics.gauge(ROWS_IN_FLIGHT, () -> rowsInFlight);
    metrics.setCurrentSendTimeGauge(() -> lastInsertMillis);
  }

  /**
   * Runs the attempt until it succeeds.
   *
   * @throws IOException if ClickHouse refuses the rows for good, or has not taken them within the
   *     time allowed; the message is for a person
   * @throws InterruptedException if the thread was interrupted, also while it waited to try again
   */
  void insert(int rows, Attempt attempt) throws IOException, InterruptedException {
    long start = System.nanoTime();
    int failures = 0;
    rowsInFlight = rows;
    try {
      while (!succeeds(attempt, rows, start, failures)) {
        failures++;
      }
      if (failures > 0) {
        LOG.info(
            "ClickHouse takes rows for {} again, after {} and {} attempts.",
            target,
            since(start),
            failures + 1);
      }
    } finally {
      rowsInFlight = 0;
    }
  }

  /** Counts rows that ClickHouse has taken; only in the task's thread. */
  void count(int rows, long bytes) {
    metrics.getNumRecordsSendCounter().inc(rows);
    metrics.getNumBytesSendCounter().inc(bytes);
  }

  private boolean succeeds(Attempt attempt, int rows, long start, int failures)
      throws IOException, InterruptedException {
    long attemptStart = System.nanoTime();
    try {
      attempt.run();
      lastInsertMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - attemptStart);
      insertMillis.update(lastInsertMillis);
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (Thread.interrupted()) {
        // The interruption is the likely cause of the failure.
        throw new InterruptedException();
      }
      String words = InsertFailure.words(e);
      if (InsertFailure.isLasting(e)) {
        throw new IOException(
            "ClickHouse refuses %d rows for %s, and would again: %s".formatted(rows, target, words),
            e);
      }
      long left = batching.retryTimeout().toNanos() - (System.nanoTime() - start);
      if (left <= 0) {
        throw new IOException(
            "ClickHouse has not taken %d rows for %s in %s (sink.retry-timeout) and %d attempts: %s"
                .formatted(rows, target, since(start), failures + 1, words),
            e);
      }
      if (failures == 0) {
        LOG.warn(
            "ClickHouse does not take {} rows for {}. Trying again for {}; nothing is lost"
                + " meanwhile, and the job waits. {}",
            rows,
            target,
            TimeUtils.formatWithHighestUnit(batching.retryTimeout()),
            words);
      }
      retries.inc();
      metrics.getNumRecordsSendErrorsCounter().inc(rows);
      TimeUnit.NANOSECONDS.sleep(Math.min(left, backoffNanos(failures)));
      return false;
    }
  }

  /** Doubles with each failure and has a random part, so that writers do not return all at once. */
  private long backoffNanos(int failures) {
    double doubled = (double) batching.backoffInitial().toNanos() * Math.pow(2, failures);
    double longest = Math.min((double) batching.backoffMax().toNanos(), doubled);
    return (long) (longest * ThreadLocalRandom.current().nextDouble(0.5, 1.0));
  }

  private static String since(long start) {
    Duration passed = Duration.ofNanos(System.nanoTime() - start);
    return TimeUtils.formatWithHighestUnit(
        passed.truncatedTo(passed.toSeconds() < 10 ? ChronoUnit.MILLIS : ChronoUnit.SECONDS));
  }
}
