package dev.scriptanalytics.track;

import static dev.scriptanalytics.configuration.JobOptions.CAPTURED_KORELOGGER;
import static dev.scriptanalytics.configuration.JobOptions.CAPTURED_PATTERN;
import static dev.scriptanalytics.configuration.JobOptions.DEAD_LETTER_MAX_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_CLOCK_SKEW;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_MESSAGE_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.LOG_AWAIT_RUN;
import static dev.scriptanalytics.configuration.JobOptions.LOG_AWAIT_RUN_MAX_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.LOG_AWAIT_RUN_MAX_ENTRIES;
import static dev.scriptanalytics.configuration.JobOptions.RUN_AWAIT_START;
import static dev.scriptanalytics.configuration.JobOptions.RUN_AWAIT_START_MAX_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.RUN_MAX_OPEN;
import static dev.scriptanalytics.configuration.JobOptions.RUN_MEMORY;
import static dev.scriptanalytics.configuration.JobOptions.RUN_TIMEOUT;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.redact.Redaction;
import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * The options of the tracker.
 *
 * @param memoryMillis how long a finished run is remembered
 * @param maxOpenMillis how long a run without an end is kept
 * @param timeoutMillis how long a run may go without an end before it has failed; 0 for ever
 * @param awaitStartMillis how long an end is kept for a start that arrives after it
 * @param awaitStartMaxBytes the bytes of such ends that a parallel instance keeps, of those that
 *     are written and of those that are not
 * @param maxClockSkewMillis how far two clocks may be apart: times of one run that differ by more
 *     contradict each other
 * @param capturedFormat a line of the logging library: a pattern with groups for level and message
 * @param libraryLines whether such lines in captured text become log entries
 * @param awaitRunMillis how long log entries are kept for their run to complete them
 * @param awaitRunMaxEntries the number of such entries that are kept for each run
 * @param awaitRunMaxBytes the bytes of such entries that a parallel instance keeps
 * @param redaction what is masked in captured text and in dead letters
 * @param maxMessageBytes the length at which log messages are cut
 * @param maxDeadLetterBytes the length at which the bytes of a dead letter are cut
 */
public record TrackingRules(
    long memoryMillis,
    long maxOpenMillis,
    long timeoutMillis,
    long awaitStartMillis,
    long awaitStartMaxBytes,
    long maxClockSkewMillis,
    Pattern capturedFormat,
    KoreloggerCapture libraryLines,
    long awaitRunMillis,
    int awaitRunMaxEntries,
    long awaitRunMaxBytes,
    Redaction redaction,
    int maxMessageBytes,
    int maxDeadLetterBytes)
    implements Serializable {
  private static final long SECOND_MILLIS = 1000;

  /** The options of a job's configuration. */
  public static TrackingRules of(JobConfiguration configuration) {
    return new TrackingRules(
        configuration.get(RUN_MEMORY).toMillis(),
        configuration.get(RUN_MAX_OPEN).toMillis(),
        configuration.get(RUN_TIMEOUT).toMillis(),
        configuration.get(RUN_AWAIT_START).toMillis(),
        configuration.get(RUN_AWAIT_START_MAX_BYTES).getBytes(),
        configuration.get(EVENT_MAX_CLOCK_SKEW).toMillis(),
        Pattern.compile(configuration.get(CAPTURED_PATTERN)),
        configuration.get(CAPTURED_KORELOGGER),
        configuration.get(LOG_AWAIT_RUN).toMillis(),
        configuration.get(LOG_AWAIT_RUN_MAX_ENTRIES),
        configuration.get(LOG_AWAIT_RUN_MAX_BYTES).getBytes(),
        configuration.redaction(),
        configuration.bytes(EVENT_MAX_MESSAGE_BYTES),
        configuration.bytes(DEAD_LETTER_MAX_BYTES));
  }

  /**
   * The last instant at which the end of a run may arrive before the run fails by timeout.
   *
   * @param startArrival when the run's start arrived, in milliseconds since 1970
   * @return in milliseconds since 1970; {@link Long#MAX_VALUE} if runs do not time out
   */
  long deadline(long startArrival) {
    return timeoutMillis > 0 ? startArrival + timeoutMillis : Long.MAX_VALUE;
  }

  /**
   * True if a time lies further before another one than clocks may differ. Both are compared in
   * whole seconds, because a finished run is remembered with its start in seconds: so an event is
   * judged alike before and after its run has finished.
   *
   * @param time in milliseconds since 1970
   * @param other in milliseconds since 1970
   */
  boolean isBefore(long time, long other) {
    long secondsBefore = Math.floorDiv(other, SECOND_MILLIS) - Math.floorDiv(time, SECOND_MILLIS);
    // Rounded up, so that no time within the skew is taken for one beyond it.
    return secondsBefore > (maxClockSkewMillis + SECOND_MILLIS - 1) / SECOND_MILLIS;
  }

  /** True if two times, in milliseconds since 1970, are further apart than clocks may differ. */
  boolean differ(long time, long other) {
    return isBefore(time, other) || isBefore(other, time);
  }
}
