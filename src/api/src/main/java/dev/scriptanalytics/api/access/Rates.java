package dev.scriptanalytics.api.access;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A token bucket per name, refilled evenly over a minute. Beyond a number of names the one that was
 * used longest ago is forgotten, which gives it a full bucket.
 */
final class Rates {
  private static final int MOST = 10_000;
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final int perMinute;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST;
        }
      };

  Rates(int perMinute) {
    this.perMinute = perMinute;
  }

  /**
   * Takes a token.
   *
   * @return 0 if there was one, else the seconds until there is one
   */
  int take(String name) {
    ConsumptionProbe probe = bucket(name).tryConsumeAndReturnRemaining(1);
    return probe.isConsumed() ? 0 : seconds(probe.getNanosToWaitForRefill());
  }

  /** As {@link #take}, but leaves the token there. */
  int look(String name) {
    var estimate = bucket(name).estimateAbilityToConsume(1);
    return estimate.canBeConsumed() ? 0 : seconds(estimate.getNanosToWaitForRefill());
  }

  private static int seconds(long nanos) {
    return (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + 999_999_999L));
  }

  int perMinute() {
    return perMinute;
  }

  private synchronized Bucket bucket(String name) {
    return buckets.computeIfAbsent(
        name,
        unused ->
            Bucket.builder()
                .addLimit(
                    Bandwidth.builder().capacity(perMinute).refillGreedy(perMinute, WINDOW).build())
                .build());
  }
}
