package dev.scriptanalytics.kafka;

/**
 * A record as it came from Kafka.
 *
 * @param timestamp the record's Kafka timestamp, in milliseconds since 1970; negative where the
 *     topic has none
 * @param value null for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record KafkaRecord(String topic, int partition, long offset, long timestamp, byte[] value) {
  /**
   * When the record arrived, in milliseconds since 1970. Of a topic without timestamps the best
   * that is left to know is when the job saw the record: now.
   */
  public long arrival() {
    return timestamp < 0 ? System.currentTimeMillis() : timestamp;
  }
}
