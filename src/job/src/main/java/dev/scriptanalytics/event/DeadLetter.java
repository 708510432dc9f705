package dev.scriptanalytics.event;

/**
 * A record, or one item of it, that could not be used, and why: a row of {@code dead_letters}.
 *
 * @param item position within the record, 0 if the record is one event
 * @param arrivedAt the record's Kafka timestamp, in milliseconds since 1970
 * @param account whose it is; empty if that cannot be read
 * @param resource of an item of OTLP, the attributes of its resource as a JSON object, cut at
 *     {@link #MAX_RESOURCE_BYTES}; else empty
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
    String account,
    String resource,
    DeadLetterReason reason,
    String detail,
    byte[] bytes) {
  /**
   * The largest resource in UTF-8. Resources of OpenTelemetry's detectors have 0.5 to 2 KB; a
   * record may have a thousand letters with the same one.
   */
  public static final int MAX_RESOURCE_BYTES = 4096;
}
