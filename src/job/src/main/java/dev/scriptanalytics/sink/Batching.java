package dev.scriptanalytics.sink;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.JobOptions;
import java.io.Serializable;
import java.time.Duration;

/**
 * How rows are gathered, and how long a sink goes on with rows that ClickHouse does not take.
 *
 * @param rows how many rows go in one insert at most
 * @param bytes how many bytes go in one insert at most; a single larger row goes alone
 * @param interval how long a row waits at most for its batch to fill
 * @param backoffInitial the wait after the first failure, doubled with each further one
 * @param backoffMax where that doubling ends
 * @param retryTimeout after how long the sink gives up and fails the job
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
