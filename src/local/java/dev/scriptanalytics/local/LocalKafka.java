package dev.scriptanalytics.local;

/** Where commands find Kafka if they are not told. */
final class LocalKafka {
  private LocalKafka() {}

  /** {@code --bootstrap-servers}, or the local stack's broker. */
  static String bootstrapServers(CommandLine options) {
    String port = System.getenv().getOrDefault("KAFKA_PORT", "9092");
    return options.text("--bootstrap-servers", Ports.LOOPBACK + ":" + port);
  }
}
