/**
 * Reads records from Kafka, with watermarks from their arrival.
 *
 * <p>Knows nothing of what records contain; that belongs to {@code decode}.
 */
package dev.scriptanalytics.kafka;
