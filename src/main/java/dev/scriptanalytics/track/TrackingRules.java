package dev.scriptanalytics.track;

import dev.scriptanalytics.configuration.KoreloggerCapture;
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
    int maxMessageBytes,
    int maxDeadLetterBytes)
    implements Serializable {}
