package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.ScriptEvent;

/** Receives what a decoder makes of a record. */
public interface DecodedEvents {
  /** Receives an event. */
  void event(ScriptEvent event);

  /** Counts an item that is valid and of no interest here, such as a span of no run. */
  void skipped();

  /**
   * Receives an item that cannot be used.
   *
   * @param item its position within the record, counted from 0
   * @param problem what is wrong, {@linkplain UnusableRecordException#from from} its sender
   * @param bytes the item for a person to read: as sent, or as JSON
   */
  void unusable(int item, UnusableRecordException problem, byte[] bytes);
}
