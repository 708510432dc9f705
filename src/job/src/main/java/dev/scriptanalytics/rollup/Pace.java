package dev.scriptanalytics.rollup;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * Runs a step on request, at most once per interval, in the operator's own thread.
 *
 * <p>After a pause the step runs a tenth of the interval after its request: a single change becomes
 * visible soon, and changes that arrive together are written together. Without a request no timer
 * is set.
 */
final class Pace implements ProcessingTimeCallback {
  private final ProcessingTimeService clock;
  private final long interval;
  private final ThrowingRunnable<Exception> step;

  private ScheduledFuture<?> next;
  private long last;

  Pace(ProcessingTimeService clock, Duration interval, ThrowingRunnable<Exception> step) {
    this.clock = clock;
    this.interval = interval.toMillis();
    this.step = step;
    this.last = clock.getCurrentProcessingTime() - this.interval;
  }

  /** Requests a step; without effect while one is due. */
  void request() {
    if (next == null) {
      long now = clock.getCurrentProcessingTime();
      // The clock may have been set back, so no wait is longer than an interval.
      long earliest = Math.min(last, now) + interval;
      next = clock.registerTimer(Math.max(now + interval / 10, earliest), this);
    }
  }

  @Override
  public void onProcessingTime(long timestamp) throws Exception {
    next = null;
    last = clock.getCurrentProcessingTime();
    step.run();
  }
}
