package dev.scriptanalytics.decode;

import dev.scriptanalytics.kafka.KafkaRecord;

/** Turns a record, which may hold many items, into events. Reusable, not thread-safe. */
public interface RecordDecoder {
  /**
   * Decodes a record item by item: an unusable item does not hold the others back.
   *
   * @param arrival when the record arrived, in milliseconds since 1970
   * @param out receives events and unusable items
   * @throws UnusableRecordException if the record as a whole cannot be used, {@linkplain
   *     UnusableRecordException#from from} its sender; {@code out} has received nothing then
   */
  void decode(KafkaRecord record, long arrival, DecodedEvents out) throws UnusableRecordException;
}
