package dev.scriptanalytics.testkit.sample;

import javax.annotation.Nullable;

/**
 * A record to send.
 *
 * @param at when it reaches Kafka, in milliseconds since 1970
 * @param key the run's id, so that a run's events stay in order; null where the record has none
 * @param value null for a tombstone
 * @param deadLetter why nobody can use it: the word of {@code dead_letters.reason}; null if
 *     somebody can
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Delivery(
    long at,
    Topic topic,
    @Nullable String key,
    @Nullable byte[] value,
    @Nullable String deadLetter) {
  /** A record that is of use. */
  public Delivery(long at, Topic topic, @Nullable String key, @Nullable byte[] value) {
    this(at, topic, key, value, null);
  }

  /** An event of a run. */
  public Delivery(long at, @Nullable String key, @Nullable byte[] value) {
    this(at, Topic.RUNS, key, value);
  }

  /** A record like an event of a run, which becomes a dead letter. */
  static Delivery unusable(long at, @Nullable String key, byte[] value, String deadLetter) {
    return new Delivery(at, Topic.RUNS, key, value, deadLetter);
  }
}
