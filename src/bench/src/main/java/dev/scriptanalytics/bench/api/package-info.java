/**
 * Measures what the API server adds to the queries that it asks ClickHouse: both are asked the same
 * in turn, so that a busy machine is as bad for one as for the other.
 */
package dev.scriptanalytics.bench.api;
