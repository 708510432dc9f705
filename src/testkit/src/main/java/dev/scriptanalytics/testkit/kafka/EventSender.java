package dev.scriptanalytics.testkit.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.annotation.Nullable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records to topics, in order, each exactly once. It waits for a broker that is away, however
 * long, and reports that.
 */
public final class EventSender implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KafkaProducer<byte[], byte[]> producer;
  private final String bootstrapServers;
  private final Map<Topic, String> topics;
  private final PrintStream messages;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /** Sends everything to one topic. */
  public EventSender(String bootstrapServers, String topic, PrintStream messages) {
    this(
        bootstrapServers,
        Arrays.stream(Topic.values()).collect(Collectors.toMap(of -> of, of -> topic)),
        messages);
  }

  /**
   * Sends each record to the topic of its kind.
   *
   * @param topics the name of each kind's topic
   */
  public EventSender(String bootstrapServers, Map<Topic, String> topics, PrintStream messages) {
    this.bootstrapServers = bootstrapServers;
    this.topics = Map.copyOf(topics);
    this.messages = messages;
    Properties properties = new Properties();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, "script-analytics-local");
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    // A record is given up only together with the process.
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
    properties.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    // The topic's own limit decides.
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 128 << 20);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 128L << 20);
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Gives {@code delivery} to the producer, which sends it in the background until {@link #flush}.
   *
   * @throws IOException if Kafka refused this record or an earlier one
   */
  public void send(Delivery delivery) throws IOException, InterruptedException {
    send(delivery, null);
  }

  /**
   * As {@link #send(Delivery)}.
   *
   * @param partition of the topic; null lets Kafka choose by the key
   * @throws IOException if Kafka refused this record or an earlier one
   */
  public void send(Delivery delivery, @Nullable Integer partition)
      throws IOException, InterruptedException {
    byte[] key = delivery.key() == null ? null : delivery.key().getBytes(UTF_8);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topics.get(delivery.topic()), partition, key, delivery.value());
    expectNoFailure();
    TimeoutException notTaken = handOver(record);
    if (notTaken != null) {
      messages.printf("Waiting for Kafka at %s: %s%n", bootstrapServers, notTaken.getMessage());
      while (notTaken != null) {
        expectNoFailure();
        notTaken = handOver(record);
      }
      messages.printf("Kafka at %s takes records again.%n", bootstrapServers);
    }
  }

  /**
   * Tries once to give the record to the producer.
   *
   * @return why the producer did not take it: no broker yet, no such topic, or a full buffer; null
   *     if it did
   */
  private TimeoutException handOver(ProducerRecord<byte[], byte[]> record)
      throws InterruptedException {
    try {
      Future<RecordMetadata> sent =
          producer.send(record, (metadata, e) -> failure.compareAndSet(null, e));
      if (sent.isDone()) {
        sent.get();
      }
    } catch (ExecutionException e) {
      // The producer gives a record that it took 24 days (delivery.timeout.ms), so a timeout now
      // means that it did not take this one.
      if (e.getCause() instanceof TimeoutException timeout
          && failure.compareAndSet(timeout, null)) {
        return timeout;
      }
    } catch (InterruptException e) {
      throw interrupted(e);
    }
    return null;
  }

  /**
   * Waits until Kafka has every record.
   *
   * @throws IOException if Kafka refused a record
   */
  public void flush() throws IOException, InterruptedException {
    try {
      producer.flush();
    } catch (InterruptException e) {
      throw interrupted(e);
    }
    expectNoFailure();
  }

  /** Gives records on their way a few seconds at most. */
  @Override
  public void close() {
    producer.close(PATIENCE);
  }

  private void expectNoFailure() throws IOException {
    Exception e = failure.get();
    if (e != null) {
      throw new IOException("Kafka refused a record: " + e.getMessage(), e);
    }
  }

  private static InterruptedException interrupted(InterruptException cause) {
    // Kafka sets the interrupt flag; the exception replaces it.
    Thread.interrupted();
    InterruptedException e = new InterruptedException(cause.getMessage());
    e.initCause(cause);
    return e;
  }
}
