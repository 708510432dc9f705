/**
 * A real Kafka broker for tests and the local stack, and a sender of records that waits for it.
 *
 * <p>The content of the records is in package {@code sample}.
 */
package dev.scriptanalytics.testkit.kafka;
