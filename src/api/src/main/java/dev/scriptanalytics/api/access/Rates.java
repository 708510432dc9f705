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

  /**
   * What came of the attempt to take a token.
   *
   * @param remaining the tokens that are left
   * @param untilNext the seconds until there is one again; 0 if there was one
   * @param untilFull the seconds until all are there again
   */
  record Attempt(long remaining, int untilNext, int untilFull) {}

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

  /** Takes a token if there is one. */
  Attempt take(String name) {
    ConsumptionProbe probe = bucket(name).tryConsumeAndReturnRemaining(1);
    return new Attempt(
        probe.getRemainingTokens(),
        probe.isConsumed() ? 0 : seconds(probe.getNanosToWaitForRefill()),
        seconds(probe.getNanosToWaitForReset()));
  }

  /** The seconds until there is a token; 0 if there is one. It stays there. */
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
