package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_ARRIVAL_GRACE;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_COLD_EMIT_INTERVAL;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_EMIT_INTERVAL;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_MAX_DEPLOYMENT_IDS;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_PREAGGREGATE_INTERVAL;
import static org.apache.flink.util.Preconditions.checkArgument;

import dev.scriptanalytics.configuration.JobConfiguration;
import java.io.Serializable;
import java.time.Duration;

/**
 * How facts become rollup rows.
 *
 * @param preaggregateInterval how long facts are gathered before they are shuffled
 * @param emitInterval how long it takes at least until a row is written again
 * @param coldEmitInterval how long a change of a cell waits at most to be written
 * @param arrivalGrace how long after its end an arrival hour is over
 * @param maxDeploymentIds how many deployment ids of a script have cells of their own in an hour
 */
public record RollupSettings(
    Duration preaggregateInterval,
    Duration emitInterval,
    Duration coldEmitInterval,
    Duration arrivalGrace,
    int maxDeploymentIds)
    implements Serializable {

  public RollupSettings {
    checkArgument(
        preaggregateInterval.toMillis() > 0,
        "The interval must be at least 1 ms, not %s.",
        preaggregateInterval);
    checkArgument(
        emitInterval.toMillis() > 0, "The interval must be at least 1 ms, not %s.", emitInterval);
    checkArgument(
        coldEmitInterval.compareTo(emitInterval) >= 0,
        "The cold interval, %s, is shorter than the interval, %s.",
        coldEmitInterval,
        emitInterval);
    checkArgument(!arrivalGrace.isNegative(), "The grace is negative: %s.", arrivalGrace);
  }

  /** What the {@code rollup.*} options say. */
  public static RollupSettings of(JobConfiguration configuration) {
    return new RollupSettings(
        configuration.get(ROLLUP_PREAGGREGATE_INTERVAL),
        configuration.get(ROLLUP_EMIT_INTERVAL),
        configuration.get(ROLLUP_COLD_EMIT_INTERVAL),
        configuration.get(ROLLUP_ARRIVAL_GRACE),
        configuration.get(ROLLUP_MAX_DEPLOYMENT_IDS));
  }
}
