package dev.scriptanalytics.sink;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.JobOptions;
import java.io.Serializable;
import java.time.Duration;

/**
 * How rows are gathered into batches, and how long a sink retries a batch.
 *
 * @param rows the most rows of one insert
 * @param bytes the most bytes of one insert; a larger row is inserted alone
 * @param interval the longest time that a row waits for its batch to fill
 * @param backoffInitial the wait after the first failure, doubled with each further one
 * @param backoffMax the longest wait between two attempts
 * @param retryTimeout the time after which the sink gives up and fails the job
 */
public record Batching(
    int rows,
    int bytes,
    Duration interval,
    Duration backoffInitial,
    Duration backoffMax,
    Duration retryTimeout)
    implements Serializable {

  /** What the {@code sink.*} options say. */
  public static Batching of(JobConfiguration configuration) {
    return new Batching(
        configuration.get(JobOptions.SINK_BATCH_ROWS),
        Math.toIntExact(configuration.get(JobOptions.SINK_BATCH_BYTES).getBytes()),
        configuration.get(JobOptions.SINK_BATCH_INTERVAL),
        configuration.get(JobOptions.SINK_RETRY_BACKOFF_INITIAL),
        configuration.get(JobOptions.SINK_RETRY_BACKOFF_MAX),
        configuration.get(JobOptions.SINK_RETRY_TIMEOUT));
  }

  /** The same with smaller batches. */
  Batching atMost(int otherRows, int otherBytes) {
    return new Batching(
        Math.min(rows, otherRows),
        Math.min(bytes, otherBytes),
        interval,
        backoffInitial,
        backoffMax,
        retryTimeout);
  }
}
