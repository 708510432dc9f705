package dev.scriptanalytics.testkit.command;

import picocli.CommandLine.Option;

/** The options that name the Kafka cluster of a command. */
public final class KafkaOptions {
  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:${env:KAFKA_PORT:-9092}",
      description = "the Kafka cluster; default 127.0.0.1:$$KAFKA_PORT, now ${DEFAULT-VALUE}")
  private String bootstrapServers;

  /** The local stack's broker unless the user names others. */
  public String bootstrapServers() {
    return bootstrapServers;
  }
}
