package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.flink.FlinkCluster;
import dev.scriptanalytics.testkit.flink.FlinkRest;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.FlinkExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.process.Repository;
import dev.scriptanalytics.testkit.process.Waiting;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.RunGenerator;
import dev.scriptanalytics.testkit.sample.Sample;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The jar on a real cluster: submitted in every way that Flink has, and upgraded. */
class UpgradeIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String TOPIC = "upgraded-runs";
  private static final int RUNS = 40_000;
  private static final Map<String, String> SETTINGS =
      Map.of("execution.checkpointing.interval", "1 s", "parallelism.default", "1");

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @RegisterExtension static final FlinkExtension session = new FlinkExtension(SETTINGS);

  @TempDir private Path directory;

  @BeforeEach
  void createTopicAndPassword() throws IOException {
    kafka.createTopic(TOPIC, 4, KafkaProgram.LOG_APPEND_TIME);
    Files.writeString(directory.resolve("password"), ClickHouseProgram.WRITER_PASSWORD);
  }

  @Test
  void countsEveryRunOnceThroughUpgradesByAllWaysOfSubmissionAndFromOneToTwoAndBackToOne()
      throws Exception {
    Sample sample =
        Sample.of(
            new RunGenerator(20_261_121, Instant.now().minus(Duration.ofHours(2)), 5_000), RUNS);
    List<Delivery> deliveries = sample.deliveries();
    int part = deliveries.size() / 6;
    FlinkRest rest = session.server().rest();
    String first =
        session
            .server()
            .jobs()
            .submit(Repository.jobJar(), Optional.empty(), arguments(), Map.of());
    send(deliveries.subList(0, part));
    awaitRows();
    // The test does not wait: events in flight must be in the savepoint or be read after it.
    send(deliveries.subList(part, 2 * part));
    Path savepoint = rest.stopWithSavepoint(first, directory.resolve("savepoints"), PATIENCE);
    send(deliveries.subList(2 * part, 3 * part));

    String second = rest.submit(newJar("second"), Optional.of(savepoint), 2, arguments());
    assertThat(Waiting.until(PATIENCE, () -> rest.allTasksRun(second))).isTrue();
    send(deliveries.subList(3 * part, 4 * part));
    savepoint = rest.stopWithSavepoint(second, directory.resolve("savepoints"), PATIENCE);
    // Two clusters at a time would take twice the memory.
    session.server().close();

    try (FlinkCluster cluster =
        FlinkCluster.startApplication(
            directory.resolve("application"),
            SETTINGS,
            newJar("third"),
            ScriptAnalyticsJob.class.getName(),
            Optional.of(savepoint),
            arguments())) {
      send(deliveries.subList(4 * part, deliveries.size()));

      Waiting.until(PATIENCE, () -> comparison(sample).differences().isEmpty());
      LedgerComparison comparison = comparison(sample);
      assertThat(comparison.differences()).as(comparison.table()).isEmpty();
      assertThat(cluster.rest().get("/jobs/overview").path("jobs")).hasSize(1);
    }
  }

  /** A copy of the jar with another name in another place, like the next build. */
  private Path newJar(String name) throws IOException {
    return Files.copy(Repository.jobJar(), directory.resolve(name + ".jar"));
  }

  private List<String> arguments() {
    return List.of(
        "--kafka.bootstrap.servers",
        kafka.bootstrapServers(),
        "--kafka.group.id",
        "upgraded",
        "--runs.topics",
        TOPIC,
        "--logs.topics",
        "",
        "--clickhouse.url",
        clickHouse.httpUrl().toString(),
        "--clickhouse.password-file",
        directory.resolve("password").toString());
  }

  private void send(List<Delivery> deliveries) throws Exception {
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), TOPIC, silent)) {
      for (Delivery delivery : deliveries) {
        sender.send(delivery);
      }
      sender.flush();
    }
  }

  private void awaitRows() {
    assertThat(
            Waiting.until(
                PATIENCE,
                () -> !clickHouse.query("SELECT count() FROM script_analytics.runs").equals("0")))
        .isTrue();
  }

  private LedgerComparison comparison(Sample sample) {
    try {
      return LedgerComparison.of(
          sample.ledger().scripts(),
          new ClickHouseReader(
              clickHouse.httpUrl(), "script_reader", ClickHouseProgram.READER_PASSWORD));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
