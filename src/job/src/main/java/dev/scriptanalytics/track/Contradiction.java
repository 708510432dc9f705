package dev.scriptanalytics.track;

/**
 * What an event says otherwise than its run is known to be.
 *
 * @param field the field of events that differs
 * @param known its value as known of the run; null if it was told and is not kept
 * @param told what the event says instead
 */
record Contradiction(String field, String known, String told) {
  /** One sentence for a dead letter. */
  String detail() {
    return known == null
        ? "The run's first end has another " + field + " than this event, which says " + told
        : "The run's " + field + " is " + known + ", and this event says " + told;
  }
}
