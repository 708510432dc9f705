/**
 * Inserts rows into ClickHouse, at least once: batches, retries, and which failures are worth a
 * retry. Rows of runs, logs and rollups travel as RowBinary over HTTP, dead letters by JDBC. What a
 * row holds is decided elsewhere.
 */
package dev.scriptanalytics.sink;
