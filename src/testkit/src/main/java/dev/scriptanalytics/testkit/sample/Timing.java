package dev.scriptanalytics.testkit.sample;

/** Which of a run's times its end event tells. */
public enum Timing {
  /** Start and end; the response time is their difference. */
  START_AND_END,
  /** Start, end, and a response time finer than a millisecond, which wins over the difference. */
  RESPONSE_TIME,
  /** End and response time, from which the start follows. */
  END_AND_RESPONSE_TIME,
  /** The end alone; an event before told the start. */
  END,
  /** The start alone: the run counts, and has no response time. */
  NONE
}
