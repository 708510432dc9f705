package dev.scriptanalytics.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.kafka.TransactionSender;
import dev.scriptanalytics.testkit.process.Waiting;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The gauges of partitions that stand still, with a real broker and a clock of the test's own. */
class OpenTransactionsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String TOPIC = "runs";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private final AtomicLong clock = new AtomicLong();
  private OpenTransactions transactions;

  @BeforeEach
  void watch() {
    kafka.createTopic(TOPIC, 3, KafkaProgram.LOG_APPEND_TIME);
    Properties consumer = new Properties();
    consumer.setProperty("bootstrap.servers", kafka.bootstrapServers());
    consumer.setProperty("group.id", "unknown to an admin client");
    transactions = new OpenTransactions(List.of(TOPIC), consumer, clock::get);
  }

  @AfterEach
  void close() {
    transactions.close();
  }

  @Test
  void showForHowLongAPartitionStandsStillAndHowManyRecordsWait() {
    try (TransactionSender sender =
        new TransactionSender(kafka.bootstrapServers(), Map.of(Topic.RUNS, TOPIC), "open")) {
      sender.begin(List.of(record(), record()));
      awaitAfterEachInterval(() -> transactions.records() == 2);

      long seconds = transactions.seconds();
      clock.addAndGet(100_000);
      assertThat(transactions.seconds()).isEqualTo(seconds + 100);
      awaitAfterEachInterval(() -> transactions.seconds() > seconds + 200);

      sender.abort();
      awaitAfterEachInterval(() -> transactions.seconds() == 0);
      assertThat(transactions.records()).isZero();
    }
  }

  @Test
  void showNothingWhereEveryTransactionIsOver() {
    try (TransactionSender sender =
        new TransactionSender(kafka.bootstrapServers(), Map.of(Topic.RUNS, TOPIC), "over")) {
      sender.begin(List.of(record()));
      awaitAfterEachInterval(() -> transactions.records() == 1);
      sender.commit();
      awaitAfterEachInterval(() -> transactions.records() == 0);
      assertThat(transactions.seconds()).isZero();
    }
  }

  /** Lets an interval pass before each look, so that Kafka is asked again. */
  private void awaitAfterEachInterval(BooleanSupplier condition) {
    boolean met =
        Waiting.until(
            PATIENCE,
            () -> {
              clock.addAndGet(OpenTransactions.INTERVAL_MILLIS);
              return condition.getAsBoolean();
            });
    assertThat(met).as("%d s, %d records", transactions.seconds(), transactions.records()).isTrue();
  }

  private static Delivery record() {
    return new Delivery(0, "key", "{}".getBytes(UTF_8));
  }
}
