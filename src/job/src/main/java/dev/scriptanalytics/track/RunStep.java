package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.row.RunRow;

/**
 * What an event does to its run: the decision alone, which {@link MergeRuns} carries out.
 *
 * <p>A decision depends on the event and on what is known of its run, and on nothing else. It
 * compares arrivals and never asks for the current time, so that a replay decides alike.
 */
enum RunStep {
  /** The first event of the run is a start: the run is open from now on. */
  OPEN,
  /** The first event of the run is an end: the run is finished, and the end awaits its start. */
  FINISH_WITHOUT_START,
  /** The end of an open run. */
  FINISH,
  /** An end that arrived after the deadline of an open run: the run fails before it. */
  TIME_OUT_AND_REJECT,
  /** The start of a finished run whose end is still kept. */
  COMPLETE,
  /** The start of a finished run whose end has been given up. */
  REJECT_LATE_START,
  /** An end of a run that had failed by {@code run.timeout}. */
  REJECT_END_AFTER_TIMEOUT,
  /** An end with another status than the first one. */
  REJECT_OTHER_STATUS,
  /** An end with another response time than the first one. */
  REJECT_OTHER_RESPONSE_TIME,
  /** An event that says nothing new. */
  IGNORE_DUPLICATE;

  /**
   * Decides about a start.
   *
   * @param finished the finished runs of the key group
   * @param slot the run's slot there, or {@link FinishedRuns#NONE}
   * @param otherHalf the run's start if the run is open; its end if the run is finished and its end
   *     is kept; otherwise null
   */
  static RunStep ofStart(FinishedRuns finished, int slot, ScriptEvent otherHalf) {
    if (slot == FinishedRuns.NONE) {
      return otherHalf == null ? OPEN : IGNORE_DUPLICATE;
    }
    if (finished.startSeen(slot)) {
      return IGNORE_DUPLICATE;
    }
    return otherHalf == null ? REJECT_LATE_START : COMPLETE;
  }

  /**
   * Decides about an end.
   *
   * @param end its row
   * @param arrival when it arrived, in milliseconds since 1970
   * @param finished the finished runs of the key group
   * @param slot the run's slot there, or {@link FinishedRuns#NONE}
   * @param start the run's start if the run is open; otherwise null
   */
  static RunStep ofEnd(
      RunRow end,
      long arrival,
      FinishedRuns finished,
      int slot,
      ScriptEvent start,
      TrackingRules rules) {
    if (slot == FinishedRuns.NONE) {
      if (start == null) {
        return FINISH_WITHOUT_START;
      }
      return arrival <= rules.deadline(start.arrival) ? FINISH : TIME_OUT_AND_REJECT;
    }
    if (finished.timedOut(slot)) {
      return REJECT_END_AFTER_TIMEOUT;
    }
    if (finished.status(slot) != end.status()) {
      return REJECT_OTHER_STATUS;
    }
    // Finished runs keep the response time as a float.
    boolean sameResponseTime =
        Float.compare(finished.responseTime(slot), (float) end.responseTime()) == 0;
    return sameResponseTime ? IGNORE_DUPLICATE : REJECT_OTHER_RESPONSE_TIME;
  }
}
