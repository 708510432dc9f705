/**
 * Replays a trace in the format of the Azure Functions trace of 2019, and lines of logs, as run
 * events and log entries.
 *
 * <p>Runs that follow no trace are made up in package {@code sample} of module {@code testkit}.
 */
package dev.scriptanalytics.local.trace;
