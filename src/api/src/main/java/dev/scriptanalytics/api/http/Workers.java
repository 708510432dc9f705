package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.clickhouse.Daemon;
import dev.scriptanalytics.api.error.ApiException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The threads that answer requests, of which each waits for ClickHouse and for its client.
 *
 * <p>They are apart from Jetty's threads, so that health is answered whatever the others wait for.
 * Requests beyond their number wait in a queue and hold no thread.
 */
public final class Workers implements AutoCloseable {
  private static final Duration IDLE = Duration.ofMinutes(1);

  private final ThreadPoolExecutor executor;
  private final Duration patience;

  /**
   * No threads yet.
   *
   * @param most how many requests are answered at once
   * @param mostWaiting how many more may wait
   * @param patience how long each of them waits
   */
  public Workers(int most, int mostWaiting, Duration patience) {
    this.patience = patience;
    this.executor =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE.toMillis(),
            TimeUnit.MILLISECONDS,
            new ArrayBlockingQueue<>(mostWaiting),
            Daemon.named("request"));
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * Has a thread do a task; the future fails with an {@link ApiException} where none gets to it.
   */
  public <T> CompletableFuture<T> run(Supplier<T> task) {
    long arrived = System.nanoTime();
    try {
      return CompletableFuture.supplyAsync(
          () -> {
            if (System.nanoTime() - arrived > patience.toNanos()) {
              throw busy();
            }
            return task.get();
          },
          executor);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(busy());
    }
  }

  private static ApiException busy() {
    return new ApiException(503, "UNAVAILABLE", "The server answers too many requests at once")
        .header("Retry-After", "1");
  }

  /** How many requests are being answered. */
  public int running() {
    return executor.getActiveCount();
  }

  /** How many requests wait for a thread. */
  public int waiting() {
    return executor.getQueue().size();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
