package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.sample.Delivery;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A topic that is deleted and created anew, whose records have the offsets of the former ones. */
class RecreatedTopicIT {
  private static final String TOPIC = "script-runs";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private Path checkpoints;

  @Test
  void keepsTheDeadLettersOfItsFormerRecords() throws Exception {
    sendAndRead("first, no JSON", "second, no JSON");
    kafka.server().deleteTopics(List.of(TOPIC));
    sendAndRead("third, no JSON", "fourth, no JSON");

    assertThat(
            clickHouse
                .query(
                    "SELECT bytes FROM script_analytics.dead_letters FINAL ORDER BY arrived_at,"
                        + " kafka_offset")
                .lines())
        .containsExactly("first, no JSON", "second, no JSON", "third, no JSON", "fourth, no JSON");
  }

  private void sendAndRead(String... values) throws Exception {
    kafka.createTopic(TOPIC, 1, KafkaProgram.LOG_APPEND_TIME);
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), TOPIC, silent)) {
      for (String value : values) {
        sender.send(new Delivery(0, null, value.getBytes(UTF_8)));
      }
      sender.flush();
    }
    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns(TOPIC)
            .start()) {
      pipeline.awaitEverythingWritten();
    }
  }
}
