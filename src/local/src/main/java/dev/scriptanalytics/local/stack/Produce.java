package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends the lines of files to a topic of the local stack as fast as the broker takes them. */
final class Produce {

  private static final String STANDARD_INPUT = "-";

  private final String topic;
  private final LongAdder sent = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder tooLarge = new LongAdder();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  private Produce(String topic) {
    this.topic = topic;
  }

  /**
   * Sends each line as one record and waits until the broker has them all.
   *
   * @param files their paths; {@code -} is the standard input
   * @return whether the broker accepted every record
   * @throws IllegalStateException if there is no broker, no such topic or no such file, or the
   *     broker fails
   */
  static boolean run(Path home, String topic, List<String> files, Report report) {
    for (String file : files) {
      if (!file.equals(STANDARD_INPUT) && !Files.isReadable(Path.of(file))) {
        throw new IllegalStateException("There is no file " + file + ", or it cannot be read.");
      }
    }
    KafkaProgram kafka =
        Stack.running(home)
            .filter(stack -> stack.runs(Stack.KAFKA))
            .map(Stack::kafka)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "No Kafka runs in " + home + ". Start it with deploy/local/up."));
    expectTopic(kafka, topic);
    return new Produce(topic).send(kafka, files, report);
  }

  private static void expectTopic(KafkaProgram kafka, String topic) {
    Set<String> topics;
    try (Admin admin = kafka.admin()) {
      topics = admin.listTopics().names().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "Kafka does not answer at " + kafka.bootstrapServers() + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while Kafka was asked.", e);
    }
    if (!topics.contains(topic)) {
      throw new IllegalStateException(
          "There is no topic %s; there are %s."
              .formatted(topic, String.join(", ", new TreeSet<>(topics))));
    }
  }

  private boolean send(KafkaProgram kafka, List<String> files, Report report) {
    long start = System.nanoTime();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "linger.ms", 20,
                "batch.size", 512 * 1024,
                "buffer.memory", 64L * 1024 * 1024,
                // The topic's own limit decides.
                "max.request.size", 64 * 1024 * 1024),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (String file : files) {
        try (RecordLines lines = new RecordLines(open(file))) {
          for (byte[] line = lines.next(); line != null; line = lines.next()) {
            byte[] value = line;
            var unused =
                producer.send(
                    new ProducerRecord<>(topic, RecordKey.of(value), value),
                    (metadata, error) -> count(value, error));
            expectNoFailure();
          }
        } catch (IOException e) {
          throw new UncheckedIOException("Cannot read " + file + ": " + e.getMessage(), e);
        }
      }
    }
    expectNoFailure();
    double seconds = (System.nanoTime() - start) / 1e9;
    report.say(
        "Sent %,d records (%,.1f MB) to %s in %,.1f s: %,.0f records/s, %,.1f MB/s."
            .formatted(
                sent.sum(),
                sentBytes.sum() / 1e6,
                topic,
                seconds,
                sent.sum() / seconds,
                sentBytes.sum() / 1e6 / seconds));
    if (tooLarge.sum() > 0) {
      report.say(
          "%,d records were not sent: they are larger than the topic takes (max.message.bytes)."
              .formatted(tooLarge.sum()));
    }
    return tooLarge.sum() == 0;
  }

  private static InputStream open(String file) throws IOException {
    return file.equals(STANDARD_INPUT) ? System.in : new FileInputStream(file);
  }

  private void count(byte[] value, Exception error) {
    if (error == null) {
      sent.increment();
      sentBytes.add(value.length);
    } else if (error instanceof RecordTooLargeException) {
      tooLarge.increment();
    } else {
      failure.compareAndSet(null, error);
    }
  }

  private void expectNoFailure() {
    if (failure.get() != null) {
      throw new IllegalStateException(
          "Kafka has stopped taking records, after %,d of them: %s"
              .formatted(sent.sum(), failure.get().getMessage()),
          failure.get());
    }
  }
}
