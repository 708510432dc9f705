package dev.scriptanalytics.event;

/**
 * The place of an event in Kafka, so that a dead letter leads to its record.
 *
 * @param item position within the record, 0 if the record is one event
 */
public record Origin(String topic, int partition, long offset, int item) {}
