package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.sample.Delivery;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Entries of one instant, from a real broker through the real topology: they come back in the order
 * in which they were logged, wherever a reader looks.
 */
class LogOrderIT {
  private static final Pattern STEP = Pattern.compile("step \\d+");

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private static Path checkpoints;

  /** When sending began; all entries are of a minute before. */
  private static Instant now;

  private static Instant instant;

  @BeforeAll
  static void sendEverything() throws Exception {
    now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    instant = now.minusSeconds(60);
    for (String topic : List.of("script-runs", "script-logs")) {
      // One partition, because only records of one partition have an order.
      kafka.createTopic(topic, 1, KafkaProgram.LOG_APPEND_TIME);
    }
    String lines =
        String.join("\\n", IntStream.rangeClosed(1, 10).mapToObj(LogOrderIT::step).toList());
    send(
        "script-runs",
        Stream.of(
            """
            {"account":"acme","script":"captured","run_id":"c","status":"success",
             "started_at":"%s","ended_at":"%s","stdout":"%s","stderr":"step 11\\nstep 12"}
            """
                .formatted(instant.minusMillis(5), instant, lines)));
    Stream<String> steps =
        IntStream.rangeClosed(1, 9).mapToObj(i -> entry("streamed", "o", step(i), ""));
    // Of one record, the last three.
    String answer =
        """
        {"account":"acme","endpointId":"streamed","logs":[%s,%s,%s]}
        """
            .formatted(item(10), item(11), item(12));
    Stream<String> sharing =
        Stream.of("x1", "x2", "x3", "x4")
            .map(run -> entry("sharing", run, "of " + run, ",\"log_id\":\"7\""));
    send("script-logs", Stream.of(steps, Stream.of(answer), sharing).flatMap(each -> each));
    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns("script-runs")
            .readingLogs("script-logs")
            .start()) {
      pipeline.awaitEverythingWritten();
    }
  }

  private static void send(String topic, Stream<String> events) throws Exception {
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), topic, silent)) {
      for (String event : events.toList()) {
        sender.send(new Delivery(0, null, event.replace("\n", "").getBytes(UTF_8)));
      }
      sender.flush();
    }
  }

  private static String step(int number) {
    return "step " + number;
  }

  private static String entry(String script, String run, String message, String more) {
    return "{\"account\":\"acme\",\"script\":\"%s\",\"run_id\":\"%s\",\"timestamp\":\"%s\",\"message\":\"%s\"%s}"
        .formatted(script, run, instant, message, more);
  }

  private static String item(int number) {
    return "{\"timestamp\":\"%s\",\"level\":\"info\",\"message\":\"%s\",\"jobId\":\"o\"}"
        .formatted(instant, step(number));
  }

  private static List<String> oldestFirst() {
    return IntStream.rangeClosed(1, 12).mapToObj(LogOrderIT::step).toList();
  }

  private static List<String> newestFirst() {
    List<String> steps = new ArrayList<>(oldestFirst());
    Collections.reverse(steps);
    return steps;
  }

  private static List<String> steps(String text) {
    return STEP.matcher(text).results().map(found -> found.group()).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"o", "c"})
  void aRunHasItsEntriesInOrder(String run) {
    assertThat(
            steps(
                asked(
                    "SELECT log_message FROM script_analytics.record_logs(account = 'acme', run_id = '%s')"
                        .formatted(run))))
        .isEqualTo(oldestFirst());
  }

  @ParameterizedTest
  @ValueSource(strings = {"streamed", "captured"})
  void aScriptHasItsEntriesInOrderFromEitherEnd(String script) {
    String entries =
        "SELECT log_message FROM script_analytics.all_logs(account = 'acme', script = '%s',"
                .formatted(script)
            + " from = '%s', to = '%s') ORDER BY ".formatted(instant, now);
    assertThat(steps(asked(entries + "timestamp, sequence, log_id"))).isEqualTo(oldestFirst());
    assertThat(steps(asked(entries + "timestamp DESC, sequence DESC, log_id DESC")))
        .isEqualTo(newestFirst());
  }

  @Test
  void runsThatShareALogIdHaveAnEntryEach() throws Exception {
    assertThat(
            asked(
                "SELECT run_id, log_message FROM script_analytics.all_logs(account = 'acme',"
                    + " script = 'sharing', from = '%s', to = '%s') ORDER BY run_id"
                        .formatted(instant, now)))
        .isEqualTo("x1\tof x1\nx2\tof x2\nx3\tof x3\nx4\tof x4");
    assertThat(
            asked(
                "SELECT log_message FROM script_analytics.record_logs(account = 'acme', run_id = 'x3')"))
        .isEqualTo("of x3");
  }

  private static String asked(String sql) {
    return clickHouse.queryAs("script_reader", ClickHouseProgram.READER_PASSWORD, sql);
  }
}
