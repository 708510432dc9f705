/**
 * Replays the trace of a real platform and the lines of real logs as events, with a ledger of what
 * was sent.
 */
package dev.scriptanalytics.local.trace;
