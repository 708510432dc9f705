package dev.scriptanalytics.decode;

import java.io.Serializable;
import java.util.Map;

/**
 * What an event may hold, and how long it is kept.
 *
 * @param maxAgeMillis how much older than its arrival an event's time may be
 * @param maxAheadMillis how much later than its arrival an event's time may be
 * @param maxBytes the largest record that is looked at
 * @param maxNameBytes the longest id or name; those that are part of a key are never cut
 * @param maxInputBytes where {@code input} is cut
 * @param maxOutputBytes where {@code output} is cut
 * @param maxMessageBytes where messages are cut
 * @param maxStackTraceBytes where stack traces are cut
 * @param maxDeadLetterBytes where the bytes of a dead letter are cut
 * @param retentionDays how long rows live
 * @param accountRetentionDays the same by account, where an account has another
 */
public record EventLimits(
    long maxAgeMillis,
    long maxAheadMillis,
    int maxBytes,
    int maxNameBytes,
    int maxInputBytes,
    int maxOutputBytes,
    int maxMessageBytes,
    int maxStackTraceBytes,
    int maxDeadLetterBytes,
    int retentionDays,
    Map<String, Integer> accountRetentionDays)
    implements Serializable {}
