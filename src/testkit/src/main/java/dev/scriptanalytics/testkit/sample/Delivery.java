package dev.scriptanalytics.testkit.sample;

/**
 * A record to send.
 *
 * @param at when it reaches Kafka, in milliseconds since 1970
 * @param key the run's id, so that a run's events stay in order; null where the record has none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Delivery(long at, Topic topic, String key, byte[] value) {
  /** An event of a run. */
  public Delivery(long at, String key, byte[] value) {
    this(at, Topic.RUNS, key, value);
  }
}
