package dev.scriptanalytics.event;

/**
 * A record, or one item of it, that could not be used, with what was wrong: a row of {@code
 * dead_letters}.
 *
 * @param item position within the record, 0 where the record is one event
 * @param arrivedAt the record's Kafka timestamp, in milliseconds since 1970
 * @param detail one sentence for a person: the field, and what was wrong with it
 * @param bytes the record as it came, cut at the configured length
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; the bytes belong to the letter alone.
public record DeadLetter(
    String topic,
    int partition,
    long offset,
    int item,
    long arrivedAt,
    DeadLetterReason reason,
    String detail,
    byte[] bytes) {}
