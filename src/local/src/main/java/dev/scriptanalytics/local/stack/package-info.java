/**
 * The local stack: starts and stops Kafka, ClickHouse, Flink and the job on this machine, says what
 * runs, and sends records. How each program is prepared is the test kit's business.
 */
package dev.scriptanalytics.local.stack;
