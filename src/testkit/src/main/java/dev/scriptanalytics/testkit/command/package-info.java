/**
 * What the commands of the other modules share: how a command runs, and the options that name
 * Kafka, topics and ClickHouse.
 *
 * <p>The commands themselves are beside the code that they run.
 */
package dev.scriptanalytics.testkit.command;
