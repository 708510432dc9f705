package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.process.Waiting;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What real producers send, and what becomes of it: through a real broker and the real topology
 * into a real server. The cases are in files beside this class, see {@link ProducerCase}.
 */
class ProducersIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private static Path checkpoints;
  private static Instant now;

  /** The cases, with times before that of the first call. */
  static Stream<ProducerCase> cases() {
    if (now == null) {
      now = Instant.now().minus(Duration.ofMinutes(10)).truncatedTo(ChronoUnit.MILLIS);
    }
    return Stream.of("runs.cases", "logs.cases", "letters.cases")
        .flatMap(
            file -> {
              try {
                return ProducerCase.read(file, now).stream();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  @BeforeAll
  static void sendEverything() throws Exception {
    Map<Topic, String> names = new EnumMap<>(Topic.class);
    for (Topic topic : Topic.values()) {
      names.put(topic, topic.usualName());
      // One partition, so that what a case sends to a topic arrives in its order.
      kafka.createTopic(topic.usualName(), 1, KafkaProgram.LOG_APPEND_TIME);
    }
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), names, silent)) {
      for (ProducerCase each : cases().toList()) {
        for (ProducerCase.Sent record : each.sent()) {
          sender.send(new Delivery(0, record.topic(), null, record.value()));
        }
      }
      sender.flush();
    }
    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns(Topic.RUNS.usualName())
            .readingLogs(Topic.LOGS.usualName())
            .readingOtlpLogs(Topic.OTLP_LOGS.usualName())
            .readingSpans(Topic.OTLP_SPANS.usualName())
            .with("--run.await-start", "1 s")
            .start()) {
      pipeline.awaitEverythingWritten();
      pipeline.awaitRollupsOfAllRuns();
      // An end that waits for its start becomes a dead letter later than its record is read. What
      // is still missing after this is told by the test of its case.
      Waiting.until(PATIENCE, () -> cases().allMatch(ProducersIT::isAnswered));
    }
  }

  private static boolean isAnswered(ProducerCase each) {
    return each.expected().entrySet().stream()
        .allMatch(expected -> answer(expected.getKey()).equals(expected.getValue()));
  }

  private static List<String> answer(String sql) {
    return clickHouse.query(sql).lines().toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void readsWhatProducersSend(ProducerCase each) {
    for (Map.Entry<String, List<String>> expected : each.expected().entrySet()) {
      assertThat(answer(expected.getKey())).as(expected.getKey()).isEqualTo(expected.getValue());
    }
  }
}
