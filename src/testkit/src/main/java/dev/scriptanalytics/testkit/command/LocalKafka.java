package dev.scriptanalytics.testkit.command;

import dev.scriptanalytics.testkit.process.Ports;

/** Where commands find Kafka if they are not told. */
public final class LocalKafka {
  private LocalKafka() {}

  /** {@code --bootstrap-servers}, or the local stack's broker. */
  public static String bootstrapServers(CommandLine options) {
    String port = System.getenv().getOrDefault("KAFKA_PORT", "9092");
    return options.text("--bootstrap-servers", Ports.LOOPBACK + ":" + port);
  }
}
