package dev.scriptanalytics.testkit.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import javax.annotation.Nullable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records in transactions, one after the other.
 *
 * <p>A transaction that Kafka does not answer for may have been committed or not. The next one
 * begins with a new producer of the same id, which aborts it if it is still open.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class TransactionSender implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(1);

  private final Properties properties = new Properties();
  private final Map<Topic, String> topics;
  @Nullable private KafkaProducer<byte[], byte[]> producer;

  /**
   * Connects at the first transaction.
   *
   * @param topics the name of each kind's topic
   * @param transactionalId of which Kafka takes one producer at a time
   */
  public TransactionSender(
      String bootstrapServers, Map<Topic, String> topics, String transactionalId) {
    this.topics = Map.copyOf(topics);
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, transactionalId);
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) TRANSACTION_TIMEOUT.toMillis());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * (int) PATIENCE.toMillis());
    properties.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
  }

  /**
   * Begins a transaction and sends these records in it, so that Kafka has them when this returns.
   *
   * @throws KafkaException if Kafka does not take them
   */
  public void begin(List<Delivery> deliveries) {
    attempt(
        sender -> {
          sender.beginTransaction();
          List<Future<RecordMetadata>> sent = new ArrayList<>();
          for (Delivery delivery : deliveries) {
            sent.add(sender.send(record(delivery)));
          }
          sender.flush();
          sent.forEach(TransactionSender::requireSuccess);
        });
  }

  /**
   * Commits the transaction that is open.
   *
   * @throws KafkaException if Kafka does not say that it is committed
   */
  public void commit() {
    attempt(KafkaProducer::commitTransaction);
  }

  /**
   * Aborts the transaction that is open.
   *
   * @throws KafkaException if Kafka does not say that it is aborted
   */
  public void abort() {
    attempt(KafkaProducer::abortTransaction);
  }

  private static void requireSuccess(Future<RecordMetadata> sent) {
    try {
      sent.get();
    } catch (ExecutionException e) {
      throw new KafkaException("Kafka did not take a record of a transaction", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private ProducerRecord<byte[], byte[]> record(Delivery delivery) {
    byte[] key = delivery.key() == null ? null : delivery.key().getBytes(UTF_8);
    return new ProducerRecord<>(topics.get(delivery.topic()), null, key, delivery.value());
  }

  private void attempt(Step step) {
    boolean done = false;
    try {
      if (producer == null) {
        producer =
            new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
      }
      step.with(producer);
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  /** Leaves a transaction that is open to the next producer of its id, or to its timeout. */
  @Override
  public void close() {
    if (producer != null) {
      producer.close(Duration.ZERO);
      producer = null;
    }
  }

  private interface Step {
    void with(KafkaProducer<byte[], byte[]> producer);
  }
}
