/**
 * Made-up runs and log entries, the bytes of their records in every dialect, and malformed records.
 * The same seed gives the same bytes.
 *
 * <p>Sending them is the task of package {@code kafka}; the expected results are in package {@code
 * ledger}.
 */
package dev.scriptanalytics.testkit.sample;
