package dev.scriptanalytics.event;

/**
 * A record, or one item of it, that could not be used, and why: a row of {@code dead_letters}.
 *
 * @param item position within the record, 0 if the record is one event
 * @param arrivedAt the record's Kafka timestamp, in milliseconds since 1970
 * @param detail one sentence that tells a person the field and the problem
 * @param bytes the record or item as sent, cut at the configured length
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Letters are never compared, and the bytes belong to one letter.
public record DeadLetter(
    String topic,
    int partition,
    long offset,
    int item,
    long arrivedAt,
    DeadLetterReason reason,
    String detail,
    byte[] bytes) {}
