/**
 * A real Kafka broker: {@code KafkaProgram} prepares it, {@code KafkaMain} runs it, {@code
 * TestKafka} is one for tests, and {@code EventSender} sends to it.
 */
package dev.scriptanalytics.testkit.kafka;
