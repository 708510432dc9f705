package dev.scriptanalytics.rollup;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * Has a step run when it is asked for, at most once in an interval.
 *
 * <p>After a pause the step comes a tenth of the interval after it was asked for: what comes alone
 * is shown at once, and what comes in company still goes together. Without a request no timer is
 * set. Runs in the operator's own thread.
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

  /** Has the step run once more; no effect while it is due already. */
  void request() {
    if (next == null) {
      long now = clock.getCurrentProcessingTime();
      // The clock may have been set back: then the last step is no reason to wait for longer.
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
