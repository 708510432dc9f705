package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.ScriptEvent;

/** Takes what a decoder makes of a record. */
interface DecodedEvents {
  /** An event. */
  void event(ScriptEvent event);

  /** An item that is well and none of ours, such as a span of no run. */
  void skipped();

  /**
   * An item of the record that cannot be used.
   *
   * @param item its position within the record, counted from 0
   * @param bytes the item, for a person to read: as it came, or as JSON
   */
  void unusable(int item, UnusableRecordException problem, byte[] bytes);
}
