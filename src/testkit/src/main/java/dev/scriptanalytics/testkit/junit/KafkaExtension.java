package dev.scriptanalytics.testkit.junit;

import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs a real Kafka broker with the shipped configuration.
 *
 * <pre>
 * &#64;RegisterExtension
 * static final KafkaExtension kafka = new KafkaExtension();
 * </pre>
 */
public final class KafkaExtension extends ServerExtension<TestKafka> {

  /** A broker without topics. */
  public KafkaExtension() {
    super("Kafka");
  }

  @Override
  TestKafka start(Path directory) {
    return TestKafka.start(directory);
  }

  /** Where clients connect; the same after a restart. */
  public String bootstrapServers() {
    return server().bootstrapServers();
  }

  /**
   * Creates a topic unless it exists.
   *
   * @param configuration such as {@link KafkaProgram#LOG_APPEND_TIME}, or empty
   */
  public void createTopic(String topic, int partitions, Map<String, String> configuration) {
    server().createTopic(topic, partitions, configuration);
  }
}
