/** Measures how long log entries take from their producer to a query. */
package dev.scriptanalytics.bench.latency;
