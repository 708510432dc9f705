package dev.scriptanalytics.track;

import static dev.scriptanalytics.configuration.JobOptions.CAPTURED_KORELOGGER;
import static dev.scriptanalytics.configuration.JobOptions.CAPTURED_PATTERN;
import static dev.scriptanalytics.configuration.JobOptions.DEAD_LETTER_MAX_BYTES;
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
 * What the tracker is told by configuration.
 *
 * @param memoryMillis how long a finished run is remembered
 * @param maxOpenMillis how long a run without an end is kept
 * @param timeoutMillis after how long without an end a run has failed; 0 for never
 * @param awaitStartMillis how long an end is kept for a start that comes after it
 * @param awaitStartMaxBytes how many bytes of such ends a parallel instance keeps
 * @param capturedFormat what a line of the logging library looks like: groups of level and message
 * @param libraryLines whether such lines become log entries
 * @param awaitRunMillis how long log entries are kept for what their run may add to them
 * @param awaitRunMaxEntries how many of them are kept of a run
 * @param awaitRunMaxBytes how many bytes of them a parallel instance keeps
 * @param redaction what is masked in captured text and in dead letters
 * @param maxMessageBytes where log messages are cut
 * @param maxDeadLetterBytes where the bytes of a dead letter are cut
 */
public record TrackingRules(
    long memoryMillis,
    long maxOpenMillis,
    long timeoutMillis,
    long awaitStartMillis,
    long awaitStartMaxBytes,
    Pattern capturedFormat,
    KoreloggerCapture libraryLines,
    long awaitRunMillis,
    int awaitRunMaxEntries,
    long awaitRunMaxBytes,
    Redaction redaction,
    int maxMessageBytes,
    int maxDeadLetterBytes)
    implements Serializable {
  /** As the job is configured. */
  public static TrackingRules of(JobConfiguration configuration) {
    return new TrackingRules(
        configuration.get(RUN_MEMORY).toMillis(),
        configuration.get(RUN_MAX_OPEN).toMillis(),
        configuration.get(RUN_TIMEOUT).toMillis(),
        configuration.get(RUN_AWAIT_START).toMillis(),
        configuration.get(RUN_AWAIT_START_MAX_BYTES).getBytes(),
        Pattern.compile(configuration.get(CAPTURED_PATTERN)),
        configuration.get(CAPTURED_KORELOGGER),
        configuration.get(LOG_AWAIT_RUN).toMillis(),
        configuration.get(LOG_AWAIT_RUN_MAX_ENTRIES),
        configuration.get(LOG_AWAIT_RUN_MAX_BYTES).getBytes(),
        configuration.redaction(),
        configuration.bytes(EVENT_MAX_MESSAGE_BYTES),
        configuration.bytes(DEAD_LETTER_MAX_BYTES));
  }
}
