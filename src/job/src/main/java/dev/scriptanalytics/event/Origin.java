package dev.scriptanalytics.event;

/**
 * Where in Kafka an event came from, so that a dead letter can be traced back to its record.
 *
 * @param item position within the record, 0 where the record is one event
 */
public record Origin(String topic, int partition, long offset, int item) {}
