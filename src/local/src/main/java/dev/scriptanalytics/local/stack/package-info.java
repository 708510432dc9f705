/**
 * The local stack: the commands that start, stop, show and feed ClickHouse, Kafka and a Flink
 * cluster with the job on this machine.
 *
 * <p>How each of these servers is run is in module {@code testkit}; this package decides which of
 * them run, in which directory, on which ports and in which order.
 */
package dev.scriptanalytics.local.stack;
