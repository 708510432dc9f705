package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.kafka.TransactionSender;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Which records of a real broker count: committed ones that have a value. */
class TransactionsIT {
  private static final String KEY = "r";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private Path checkpoints;
  private final Instant start = Instant.now().minusSeconds(60);
  private String runTopic;
  private String logTopic;

  @BeforeEach
  void createTopics(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName();
    runTopic = name + "-runs";
    logTopic = name + "-logs";
    kafka.createTopic(runTopic, 1, KafkaProgram.LOG_APPEND_TIME);
    kafka.createTopic(logTopic, 1, KafkaProgram.LOG_APPEND_TIME);
  }

  @Test
  void countsWhatIsCommittedAndNothingOfAnAbortedTransaction() throws Exception {
    abort(run(KEY, 111), entry("aborted"));
    commit(run(KEY, 222), entry("committed"));
    send(run("behind", 333), entry("behind"));

    readEverything();

    assertThat(runs()).isEqualTo("behind\t333\nr\t222");
    assertThat(messages()).isEqualTo("behind\ncommitted");
    assertThat(deadLetters()).isEqualTo("0");
  }

  @Test
  void countsAnAbortedTransactionWhereThatIsAskedFor() throws Exception {
    abort(run(KEY, 111));
    send(run("behind", 333), entry("behind"));

    readEverything("--kafka.isolation.level", "read_uncommitted");

    assertThat(runs()).isEqualTo("behind\t333\nr\t111");
  }

  @Test
  void ignoresTombstones() throws Exception {
    send(
        new Delivery(0, Topic.RUNS, KEY, null),
        new Delivery(0, Topic.LOGS, KEY, null),
        run("behind", 333),
        entry("behind"));

    readEverything();

    assertThat(runs()).isEqualTo("behind\t333");
    assertThat(messages()).isEqualTo("behind");
    assertThat(deadLetters()).isEqualTo("0");
  }

  private void abort(Delivery... deliveries) {
    try (TransactionSender sender = transactions()) {
      sender.begin(List.of(deliveries));
      sender.abort();
    }
  }

  private void commit(Delivery... deliveries) {
    try (TransactionSender sender = transactions()) {
      sender.begin(List.of(deliveries));
      sender.commit();
    }
  }

  private TransactionSender transactions() {
    return new TransactionSender(kafka.bootstrapServers(), topics(), runTopic);
  }

  private void send(Delivery... deliveries) throws Exception {
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), topics(), silent)) {
      for (Delivery delivery : deliveries) {
        sender.send(delivery);
      }
      sender.flush();
    }
  }

  private Map<Topic, String> topics() {
    return Map.of(Topic.RUNS, runTopic, Topic.LOGS, logTopic);
  }

  private Delivery run(String id, int responseTime) {
    String event =
        """
        {"run_id":"%s","script":"S","status":"success","started_at":"%s","response_time_ms":%d}"""
            .formatted(id, start, responseTime);
    return new Delivery(0, Topic.RUNS, KEY, event.getBytes(UTF_8));
  }

  private Delivery entry(String message) {
    String event =
        """
        {"script":"S","timestamp":"%s","message":"%s"}"""
            .formatted(start, message);
    return new Delivery(0, Topic.LOGS, KEY, event.getBytes(UTF_8));
  }

  private void readEverything(String... options) throws Exception {
    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns(runTopic)
            .readingLogs(logTopic)
            .with(options)
            .start()) {
      pipeline.awaitEverythingWritten();
    }
  }

  private String runs() {
    return rows(
        "SELECT run_id, response_time FROM script_analytics.runs FINAL ORDER BY run_id FORMAT TSV");
  }

  private String messages() {
    return rows(
        "SELECT log_message FROM script_analytics.logs FINAL ORDER BY log_message FORMAT TSV");
  }

  private String deadLetters() {
    return rows("SELECT count() FROM script_analytics.dead_letters");
  }

  private String rows(String query) {
    return clickHouse.query(query).strip();
  }
}
