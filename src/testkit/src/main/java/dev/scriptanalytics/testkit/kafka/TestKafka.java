package dev.scriptanalytics.testkit.kafka;

import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real Kafka broker for tests, in a process of its own that ends with this JVM at the latest. */
public final class TestKafka implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaProgram broker;
  private LocalProcess process;

  private TestKafka(KafkaProgram broker) {
    this.broker = broker;
    restart();
  }

  /**
   * Starts a broker on a free port and waits until it answers; it serves the data that the
   * directory has.
   */
  public static TestKafka start(Path directory) {
    return start(directory, Ports.free());
  }

  /** Starts a broker on the given port and waits until it answers. */
  public static TestKafka start(Path directory, int port) {
    return new TestKafka(new KafkaProgram(directory, port, Ports.free()));
  }

  /** The value of {@code bootstrap.servers} for clients; a restart does not change it. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /**
   * Creates a topic unless it exists.
   *
   * @param configuration such as {@link KafkaProgram#LOG_APPEND_TIME}, or empty
   */
  public void createTopic(String name, int partitions, Map<String, String> configuration) {
    broker.createTopic(name, partitions, configuration);
  }

  /** Deletes topics and their records. */
  public void deleteTopics(List<String> names) {
    broker.deleteTopics(names);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Shuts the broker down in good order. */
  public void stop() {
    process.stop(PATIENCE);
  }

  /** Ends the broker at once, as {@code kill -9} does. */
  public void kill() {
    process.kill();
  }

  /**
   * Starts the broker on the same ports and data, and waits until it answers; stops it before if it
   * runs.
   */
  public void restart() {
    if (process != null) {
      stop();
    }
    process = LocalProcess.startChild(broker.prepare(), broker.directory());
    broker.awaitReady(process);
  }

  @Override
  public void close() {
    stop();
  }
}
