package dev.scriptanalytics.api.operations;

import dev.scriptanalytics.api.clickhouse.ClickHouse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Whether ClickHouse answers, asked at most once a second however many ask: this needs no key, so
 * it must cost nothing.
 */
public final class Readiness {
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final ClickHouse clickHouse;
  private CompletableFuture<Boolean> last;
  private long askedAt;

  public Readiness(ClickHouse clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** The latest answer, or the one that is being waited for. */
  public synchronized CompletableFuture<Boolean> isReady() {
    if (last == null || (last.isDone() && System.nanoTime() - askedAt > FRESH_NANOS)) {
      askedAt = System.nanoTime();
      last = clickHouse.answers();
    }
    return last;
  }
}
