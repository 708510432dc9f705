package dev.scriptanalytics.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.local.trace.TinyTrace;
import dev.scriptanalytics.local.trace.TraceReplay;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Waiting;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.RunGenerator;
import dev.scriptanalytics.testkit.sample.SampleStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The commands that send runs, with a real broker. */
class SendingIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @TempDir private Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream messages = new PrintStream(said, true, UTF_8);
  private String topic;

  @BeforeEach
  void nameTopic(TestInfo test) {
    topic = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void sendsEachRecordOnceAndInOrderThoughTheBrokerIsKilledMeanwhile() throws Exception {
    createTopic();
    List<String> expected = new ArrayList<>();
    CompletableFuture<Void> restart = CompletableFuture.completedFuture(null);
    try (EventSender sender = sender()) {
      for (int i = 0; i < 2000; i++) {
        if (i == 1000) {
          kafka.server().kill();
          // Restarts at once, because a producer without a broker may forget the topic's metadata
          // and then hold the next record back until a broker answers.
          restart = CompletableFuture.runAsync(kafka.server()::restart);
        }
        sender.send(delivery(i));
        expected.add(Integer.toString(i));
      }
      restart.join();
      sender.flush();
    }

    assertThat(values(read(records -> records.size() >= 2000))).isEqualTo(expected);
  }

  @Test
  void waitsForATopicThatIsNotThereYetAndSaysSo() throws Exception {
    CompletableFuture<Void> sending = CompletableFuture.runAsync(this::sendOne);

    assertThat(Waiting.until(PATIENCE, () -> said.toString(UTF_8).contains("Waiting for Kafka")))
        .isTrue();
    assertThat(said.toString(UTF_8)).contains("Topic " + topic + " not present");
    createTopic();
    sending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

    assertThat(values(read(records -> !records.isEmpty()))).containsExactly("1");
    assertThat(said.toString(UTF_8)).contains("takes records again");
  }

  @Test
  void replaysATraceWithTheRunsIdsAsKeys() throws Exception {
    createTopic();
    TinyTrace trace = TinyTrace.write(folder);
    Path written = folder.resolve("events");
    List<String> arguments =
        List.of(
            "--invocations",
            trace.invocations().toString(),
            "--durations",
            trace.durations().toString(),
            "--end",
            "2026-11-20T10:00:00Z");

    assertThat(replay(arguments, "--write", written.toString())).isZero();
    assertThat(replay(arguments, "--bootstrap-servers", kafka.bootstrapServers(), "--topic", topic))
        .isZero();

    List<String> expected = Files.readAllLines(written);
    List<ConsumerRecord<String, String>> records = read(found -> found.size() >= expected.size());
    assertThat(values(records)).isEqualTo(expected);
    assertThat(records)
        .allMatch(record -> record.value().contains("\"run_id\":\"" + record.key() + "\""));
  }

  @Test
  void producesSampleRunsUntilItIsAskedToEnd() throws Exception {
    createTopic();
    Instant from = Instant.now().minusSeconds(20);
    LocalProcess producer =
        LocalProcess.startChild(
            new JavaProgram(
                "sample",
                JavaProgram.ownClassPath(),
                List.of("-Xmx256m"),
                SampleProducer.class.getName(),
                List.of(
                    "--bootstrap-servers",
                    kafka.bootstrapServers(),
                    "--topic",
                    topic,
                    "--logs-topic",
                    topic,
                    "--otlp-logs-topic",
                    topic,
                    "--otlp-spans-topic",
                    topic,
                    "--from",
                    from.toString(),
                    "--seed",
                    "5")),
            folder);
    read(records -> records.size() > 1200);
    assertThat(producer.isAlive()).isTrue();
    producer.stop(PATIENCE);

    SampleStream expected = new SampleStream(RunGenerator.ofUsableRuns(5, from, 50));
    List<String> values = values(read(records -> records.size() > 1200));
    assertThat(values).allSatisfy(value -> assertThat(value).isEqualTo(text(expected.next())));
  }

  private void createTopic() {
    kafka.createTopic(topic, 1, Map.of());
  }

  private EventSender sender() {
    return new EventSender(kafka.bootstrapServers(), topic, messages);
  }

  private void sendOne() {
    try (EventSender sender = sender()) {
      sender.send(delivery(1));
      sender.flush();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private int replay(List<String> arguments, String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return TraceReplay.run(all.toArray(String[]::new), messages, messages);
  }

  private static Delivery delivery(int i) {
    return new Delivery(0, "key", text(i));
  }

  private static byte[] text(int i) {
    return Integer.toString(i).getBytes(UTF_8);
  }

  private static String text(Delivery delivery) {
    return new String(delivery.value(), UTF_8);
  }

  private static List<String> values(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::value).toList();
  }

  /** All that is in the topic's one partition now, and more until it is enough. */
  private List<ConsumerRecord<String, String>> read(
      Predicate<List<ConsumerRecord<String, String>>> enough) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      assertThat(
              Waiting.until(
                  PATIENCE,
                  () -> {
                    consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                    return enough.test(records) && consumer.position(partition) >= end;
                  }))
          .isTrue();
    }
    return records;
  }
}
