package dev.scriptanalytics.kafka;

/**
 * A record as it came from Kafka.
 *
 * @param timestamp the record's Kafka timestamp, in milliseconds since 1970; negative where the
 *     topic has none
 * @param value null for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record KafkaRecord(String topic, int partition, long offset, long timestamp, byte[] value) {}
