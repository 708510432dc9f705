package dev.scriptanalytics.kafka;

import java.time.InstantSource;

/**
 * A record from Kafka.
 *
 * @param timestamp the record's Kafka timestamp, in milliseconds since 1970; negative if the topic
 *     has none
 * @param value may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // Records are never compared.
public record KafkaRecord(String topic, int partition, long offset, long timestamp, byte[] value) {
  /**
   * When the record arrived, in milliseconds since 1970. On a topic without timestamps, the closest
   * known time is when the job sees the record: now.
   */
  public long arrival() {
    return arrival(InstantSource.system());
  }

  /** As {@link #arrival()}, by another clock. */
  long arrival(InstantSource clock) {
    return timestamp < 0 ? clock.millis() : timestamp;
  }
}
