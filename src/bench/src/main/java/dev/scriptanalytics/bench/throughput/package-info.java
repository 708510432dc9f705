/**
 * Measures how many events the job takes per second, beside other builds of it and beside
 * ClickHouse's own Kafka engine, and checks every count of the result.
 */
package dev.scriptanalytics.bench.throughput;
