package dev.scriptanalytics.decode;

import static dev.scriptanalytics.configuration.JobOptions.RUN_HASH_KEY;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.redact.Redaction;
import java.io.Serializable;

/**
 * What all decoding has in common.
 *
 * @param limits what an event may hold
 * @param rules how events in JSON are read
 * @param runHashKey the key that runs are hashed with, 32 hexadecimal digits
 * @param redaction what is masked
 */
public record DecodeSettings(
    EventLimits limits, EventRules rules, String runHashKey, Redaction redaction)
    implements Serializable {
  /** As the job is configured. */
  public static DecodeSettings of(JobConfiguration configuration) {
    return new DecodeSettings(
        EventLimits.of(configuration),
        EventRules.of(configuration),
        configuration.get(RUN_HASH_KEY),
        configuration.redaction());
  }
}
