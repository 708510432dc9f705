package dev.scriptanalytics.testkit.kafka;

import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Prepares a real Kafka broker, which is its own controller (KRaft), and gives access to it.
 *
 * @param directory of its data, configuration and logs
 * @param port for clients
 * @param controllerPort for the broker itself only
 */
public record KafkaProgram(Path directory, int port, int controllerPort) {

  /**
   * Topic configuration: a record's timestamp is its arrival at the broker, whatever the producer
   * sends.
   */
  public static final Map<String, String> LOG_APPEND_TIME =
      Map.of("message.timestamp.type", "LogAppendTime");

  public static final String NAME = "kafka";

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int REQUEST_TIMEOUT_MILLIS = 15_000;

  public KafkaProgram {
    directory = directory.toAbsolutePath();
  }

  /** The value of {@code bootstrap.servers} in the configuration of clients. */
  public String bootstrapServers() {
    return Ports.LOOPBACK + ":" + port;
  }

  /**
   * Writes the broker's configuration and returns the program to start.
   *
   * @throws IllegalStateException if the port is taken
   */
  public JavaProgram prepare() {
    if (Ports.isTaken(port)) {
      throw new IllegalStateException(
          "Port " + port + ", on which Kafka must listen, is taken by another program.");
    }
    Path configuration = directory.resolve("run/kafka.properties");
    try {
      Files.createDirectories(data());
      Files.createDirectories(configuration.getParent());
      try (Writer writer = Files.newBufferedWriter(configuration)) {
        configuration().store(writer, "Written at each start.");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot prepare Kafka in " + directory + ".", e);
    }
    return new JavaProgram(
        NAME,
        JavaProgram.ownClassPath(),
        List.of("-Xms256m", "-Xmx512m", "-XX:+UseParallelGC", "-XX:+ExitOnOutOfMemoryError"),
        KafkaMain.class.getName(),
        List.of(configuration.toString()));
  }

  private Path data() {
    return directory.resolve(NAME);
  }

  private Properties configuration() throws IOException {
    Properties properties = new Properties();
    try (Reader reader =
        Files.newBufferedReader(Repository.path("deploy/local/kafka.properties"))) {
      properties.load(reader);
    }
    String controller = Ports.LOOPBACK + ":" + controllerPort;
    properties.setProperty(
        "listeners", "PLAINTEXT://" + bootstrapServers() + ",CONTROLLER://" + controller);
    properties.setProperty("controller.quorum.voters", "1@" + controller);
    properties.setProperty("log.dirs", data().toString());
    return properties;
  }

  /**
   * Waits until the broker answers its clients.
   *
   * @throws IllegalStateException if it ends before or takes too long; the message contains the end
   *     of its log
   */
  public void awaitReady(LocalProcess process) {
    process.awaitReady(PATIENCE, () -> Ports.accepts(port));
    try (Admin admin = admin()) {
      process.awaitReady(PATIENCE, () -> answers(admin));
    }
  }

  private static boolean answers(Admin admin) {
    try {
      return !admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).isEmpty();
    } catch (ExecutionException | TimeoutException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Creates the topic unless it exists; an existing one stays as it is.
   *
   * @param configuration topic-level configuration, such as {@link #LOG_APPEND_TIME}
   * @return whether it was created
   * @throws IllegalStateException if the broker refuses
   */
  public boolean createTopic(String name, int partitions, Map<String, String> configuration) {
    NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configuration);
    try (Admin admin = admin()) {
      admin.createTopics(List.of(topic)).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw new IllegalStateException("Kafka did not create topic " + name + ".", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while Kafka created topic " + name + ".", e);
    }
  }

  /** Deletes topics and their records. */
  public void deleteTopics(List<String> names) {
    try (Admin admin = admin()) {
      admin.deleteTopics(names).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka did not delete " + names + ".", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while Kafka deleted " + names + ".", e);
    }
  }

  /** A client for administration, to be closed by the caller. */
  public Admin admin() {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers(),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            REQUEST_TIMEOUT_MILLIS,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            2 * REQUEST_TIMEOUT_MILLIS));
  }
}
