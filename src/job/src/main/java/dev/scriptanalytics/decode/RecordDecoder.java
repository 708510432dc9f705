package dev.scriptanalytics.decode;

import dev.scriptanalytics.kafka.KafkaRecord;

/** Turns a record that may hold many items into events. Reusable, not thread-safe. */
interface RecordDecoder {
  /**
   * Decodes a record, item by item: one that cannot be used does not hold the others back.
   *
   * @param arrival when it arrived, in milliseconds since 1970
   * @param out takes what comes out of it
   * @throws UnusableRecordException with what is wrong, if the record as a whole cannot be used;
   *     nothing was handed to {@code out} then
   */
  void decode(KafkaRecord record, long arrival, DecodedEvents out) throws UnusableRecordException;
}
