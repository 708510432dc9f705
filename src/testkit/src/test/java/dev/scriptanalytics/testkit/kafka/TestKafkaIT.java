package dev.scriptanalytics.testkit.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestKafkaIT {

  @TempDir Path directory;

  @Test
  void keepsRecordsThroughAKillAndARestart() throws Exception {
    try (TestKafka kafka = TestKafka.start(directory.resolve("with space"))) {
      kafka.createTopic("greetings", 1, KafkaProgram.LOG_APPEND_TIME);
      send(kafka, "before");
      kafka.kill();
      assertThat(kafka.isAlive()).isFalse();
      kafka.restart();
      send(kafka, "after");

      List<ConsumerRecord<String, String>> records = read(kafka, 2);
      assertThat(records).extracting(ConsumerRecord::value).containsExactly("before", "after");
      assertThat(records)
          .extracting(ConsumerRecord::timestampType)
          .containsOnly(TimestampType.LOG_APPEND_TIME);
    }
  }

  @Test
  void doesNotStartOnATakenPort() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> TestKafka.start(directory, other.getLocalPort()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Port " + other.getLocalPort())
          .hasMessageContaining("taken");
    }
  }

  @Test
  void explainsWhyItDidNotStart() throws IOException {
    Path data = Files.createDirectories(directory.resolve("kafka"));
    Files.writeString(data.resolve("meta.properties"), "version=1\nnode.id=7\ncluster.id=other\n");
    assertThatThrownBy(() -> TestKafka.start(directory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("kafka ended instead of becoming ready")
        .hasMessageContaining("Stored node id 7 doesn't match");
  }

  private static void send(TestKafka kafka, String value) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>("greetings", value)).get();
    }
  }

  private static List<ConsumerRecord<String, String>> read(TestKafka kafka, int count) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition("greetings", 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      assertThat(
              Waiting.until(
                  Duration.ofSeconds(60),
                  () -> {
                    consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                    return records.size() >= count;
                  }))
          .isTrue();
    }
    return records;
  }
}
