/**
 * The expected results of the records that were sent, as a file and in memory, and their comparison
 * with the content of ClickHouse.
 *
 * <p>A ledger is computed from the sent records alone, without any code of the job.
 */
package dev.scriptanalytics.testkit.ledger;
