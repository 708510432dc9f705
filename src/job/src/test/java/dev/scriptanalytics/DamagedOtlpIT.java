package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.decode.otlp.DamagedOtlp;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Damaged batches of OTLP from Kafka to ClickHouse, by a job that never restarts. */
class DamagedOtlpIT {
  private static final int BATCHES = 2_000;
  private static final int PARTITIONS = 2;

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private Path checkpoints;

  /** Where a batch stands in its topic. */
  private record Sent(Topic topic, int partition, int offset, DamagedOtlp batch) {}

  @Test
  void losesNoUndamagedItemAndNeverRestarts() throws Exception {
    List<Sent> sent = send();

    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns(Topic.RUNS.usualName())
            .readingOtlpLogs(Topic.OTLP_LOGS.usualName())
            .readingSpans(Topic.OTLP_SPANS.usualName())
            .start()) {
      pipeline.awaitEverythingWritten();
      assertThat(pipeline.isRunning()).as("the job runs, and was started once").isTrue();
    }

    Set<List<String>> messages = rows("SELECT log_message, account, run_id FROM %s.logs FINAL");
    Set<List<String>> functions = rows("SELECT function, account, run_id FROM %s.runs FINAL");
    Map<String, Integer> kept = new HashMap<>();
    messages.forEach(row -> countOnce(row, kept));
    functions.forEach(row -> countOnce(row, kept));
    Map<List<String>, Integer> dead = new HashMap<>();
    rows("SELECT topic, kafka_partition, kafka_offset, item FROM %s.dead_letters FINAL")
        .forEach(row -> dead.merge(row.subList(0, 3), 1, Integer::sum));
    assertThat(rows("SELECT reason FROM %s.dead_letters WHERE reason = '' OR detail = ''"))
        .as("dead letters without a reason")
        .isEmpty();

    List<String> missing = new ArrayList<>();
    int damagedAndKept = 0;
    for (Sent each : sent) {
      DamagedOtlp batch = each.batch();
      boolean ofLogs = each.topic() == Topic.OTLP_LOGS;
      for (DamagedOtlp.Item item : batch.undamaged()) {
        List<String> row = List.of(item.name(), item.account(), item.run());
        if (!(ofLogs ? messages : functions).contains(row)) {
          missing.add(batch + ": no row of " + item);
        }
        if (!ofLogs
            && !messages.contains(
                List.of(DamagedOtlp.EVENT + item.name(), item.account(), item.run()))) {
          missing.add(batch + ": no row of the event of " + item);
        }
      }
      int rows = kept.getOrDefault(batch.label(), 0);
      damagedAndKept += rows - batch.undamaged().size();
      int letters =
          dead.getOrDefault(
              List.of(
                  each.topic().usualName(),
                  Integer.toString(each.partition()),
                  Integer.toString(each.offset())),
              0);
      if (rows + letters < batch.leastOutcomes() && !batch.maySayAnything()) {
        missing.add("%s: %d rows and %d dead letters".formatted(batch, rows, letters));
      }
    }
    assertThat(missing).isEmpty();
    assertThat(dead).hasSizeGreaterThan(BATCHES / 10);
    assertThat(damagedAndKept).isGreaterThan(BATCHES / 10);
  }

  private static List<Sent> send() throws Exception {
    Map<Topic, String> names = new EnumMap<>(Topic.class);
    for (Topic topic : Topic.values()) {
      names.put(topic, topic.usualName());
      kafka.createTopic(topic.usualName(), PARTITIONS, KafkaProgram.LOG_APPEND_TIME);
    }
    Instant at = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    Map<List<Object>, Integer> offsets = new HashMap<>();
    List<Sent> sent = new ArrayList<>();
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), names, silent)) {
      for (int seed = 0; seed < BATCHES; seed++) {
        // Each topic has both encodings, and each partition too.
        boolean ofLogs = seed % 2 == 0;
        boolean json = seed / 2 % 2 == 0;
        int partition = seed / 4 % PARTITIONS;
        Topic topic = ofLogs ? Topic.OTLP_LOGS : Topic.OTLP_SPANS;
        DamagedOtlp batch = DamagedOtlp.of(seed, ofLogs, json, at);
        sender.send(new Delivery(0, topic, null, batch.record()), partition);
        int offset = offsets.merge(List.of(topic, partition), 1, Integer::sum) - 1;
        sent.add(new Sent(topic, partition, offset, batch));
      }
      sender.flush();
    }
    return sent;
  }

  private static Set<List<String>> rows(String sql) {
    Set<List<String>> rows = new HashSet<>();
    clickHouse
        .query(sql.formatted("script_analytics"))
        .lines()
        .forEach(line -> rows.add(List.of(line.split("\t", -1))));
    return rows;
  }

  /** Counts an item of its batch: no damage costs its name, its account and its run. */
  private static void countOnce(List<String> row, Map<String, Integer> counts) {
    if (row.get(0).startsWith(DamagedOtlp.EVENT)) {
      return;
    }
    for (String text : row) {
      int end = text.indexOf(' ');
      if (end > 0 && text.matches("b\\d+ .*")) {
        counts.merge(text.substring(0, end + 1), 1, Integer::sum);
        return;
      }
    }
  }
}
