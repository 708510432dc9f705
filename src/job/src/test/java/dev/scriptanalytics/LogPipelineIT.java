package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.sample.Delivery;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Log entries from Kafka to ClickHouse, beside the events of their runs. */
class LogPipelineIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RUNS = 1_000;
  private static final int ENTRIES_PER_RUN = 8;

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private Path checkpoints;
  private final Instant now = Instant.now().minusSeconds(60);
  private String runTopic;
  private String logTopic;

  @BeforeEach
  void createTopics(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName();
    runTopic = name + "-runs";
    logTopic = name + "-logs";
    Map<String, String> configuration = new HashMap<>(KafkaProgram.LOG_APPEND_TIME);
    configuration.put("max.message.bytes", Integer.toString(32 << 20));
    kafka.createTopic(runTopic, 4, configuration);
    kafka.createTopic(logTopic, 3, configuration);
  }

  @Test
  void writesEachEntryOnceUnderItsScriptThoughAllComesThreeTimesInRandomOrder() throws Exception {
    List<Delivery> runs = new ArrayList<>();
    List<Delivery> logs = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      String id = "run-" + run;
      for (int copy = 0; copy < 3; copy++) {
        runs.add(new Delivery(0, id, run(run, "started", Map.of())));
        runs.add(
            new Delivery(
                0,
                id,
                run(
                    run,
                    "success",
                    Map.of(
                        "response_time_ms",
                        12,
                        "deployment_version",
                        1 + run % 3,
                        "stdout",
                        "printed by "
                            + id
                            + "\nWARNING :: entry 3 of "
                            + id
                            + "\nWARNING :: only printed by "
                            + id
                            + "\n"))));
        for (int entry = 0; entry < ENTRIES_PER_RUN; entry++) {
          logs.add(new Delivery(0, entry % 2 == 0 ? null : id, entry(id, entry)));
        }
      }
    }
    Collections.shuffle(runs, new Random(1));
    Collections.shuffle(logs, new Random(2));
    send(runTopic, runs);
    send(logTopic, logs);

    readEverything();
    expectEachEntryOnce();
    readEverything();
    expectEachEntryOnce();
  }

  private void expectEachEntryOnce() {
    int streamed = RUNS * ENTRIES_PER_RUN;
    int all = streamed + 2 * RUNS;
    String fromLogs =
        " FROM script_analytics.logs FINAL WHERE account = 'acme' FORMAT TabSeparated";
    assertThat(
            clickHouse.query(
                "SELECT count(), countIf(stream = ''), countIf(script = ''), uniqExact(log_id),"
                    + " countIf(script = concat('Script', toString(toUInt32(substring(run_id, 5)) %"
                    + " 7))), countIf(deployment_version = 1 + toUInt32(substring(run_id, 5)) % 3)"
                    + fromLogs))
        .isEqualToIgnoringNewLines(
            String.join(
                "\t",
                List.of(
                    Integer.toString(all),
                    Integer.toString(streamed),
                    "0",
                    Integer.toString(all),
                    Integer.toString(all),
                    Integer.toString(all))));
    assertThat(
            clickHouse.query(
                "SELECT countIf(log_message = concat('entry ', substring(log_id, 1 +"
                    + " position(log_id, '/')), ' of ', run_id)), countIf(log_message ="
                    + " concat('printed by ', run_id)), countIf(log_message = concat('only printed"
                    + " by ', run_id))"
                    + fromLogs))
        .isEqualToIgnoringNewLines(streamed + "\t" + RUNS + "\t" + RUNS);
    assertThat(clickHouse.query("SELECT count() FROM script_analytics.dead_letters"))
        .isEqualToIgnoringNewLines("0");
  }

  @Test
  void makesRowsOrDeadLettersOfWhateverComesAndNeverFails() throws Exception {
    byte[] invalid = entry("bad", 1);
    invalid[40] = (byte) 0xff;
    String deep = "[".repeat(10_000) + "]".repeat(10_000);
    List<Delivery> logs =
        List.of(
            delivery(entryWith("huge", "x".repeat(5 << 20), Map.of())),
            delivery(entryWith("null-byte", "a\u0000b", Map.of())),
            new Delivery(0, null, invalid),
            delivery(
                "{\"timestamp\":\"%s\",\"level\":\"info\",\"message\":\"deep\",\"metadata\":%s}"
                    .formatted(now, deep)),
            delivery("{\"name\":\"span\",\"start_time\":\"" + now + "\",\"context\":{}}"),
            delivery(deep),
            delivery("null"),
            delivery(""),
            delivery(entryWith("good", "the last one", Map.of())));
    send(logTopic, logs);
    send(
        runTopic,
        List.of(
            new Delivery(
                0,
                "millions",
                run(
                    0,
                    "success",
                    Map.of("response_time_ms", 1, "stdout", "line\n".repeat(1_000_000))))));

    readEverything();

    assertThat(
            clickHouse.query(
                "SELECT length(log_message), truncated, stream FROM script_analytics.logs FINAL"
                    + " WHERE run_id = 'huge' FORMAT TabSeparated"))
        .isEqualToIgnoringNewLines("32768\t['log_message']\t");
    assertThat(
            clickHouse.query(
                "SELECT hex(log_message) FROM script_analytics.logs FINAL WHERE run_id ="
                    + " 'null-byte'"))
        .isEqualToIgnoringNewLines("610062");
    assertThat(
            clickHouse.query(
                "SELECT log_message FROM script_analytics.logs FINAL WHERE run_id = 'good'"))
        .isEqualToIgnoringNewLines("the last one");
    assertThat(
            clickHouse.query(
                "SELECT count(), uniqExact(line) FROM script_analytics.logs FINAL WHERE stream ="
                    + " 'stdout' FORMAT TabSeparated"))
        .isEqualToIgnoringNewLines("1000000\t1000000");
    int rows =
        Integer.parseInt(
            clickHouse
                .query("SELECT count() FROM script_analytics.logs FINAL WHERE stream = ''")
                .strip());
    int letters =
        Integer.parseInt(
            clickHouse.query("SELECT count() FROM script_analytics.dead_letters").strip());
    assertThat(rows + letters).isEqualTo(logs.size());
    assertThat(letters).isGreaterThanOrEqualTo(5);
  }

  private byte[] run(int number, String status, Map<String, ?> more) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("account", "acme");
    event.put("run_id", "run-" + number);
    event.put("script", "Script" + number % 7);
    event.put("status", status);
    event.put("started_at", now.toString());
    event.putAll(more);
    return json(event);
  }

  private byte[] entry(String runId, int number) {
    return entryWith(
        runId,
        "entry " + number + " of " + runId,
        Map.of("account", "acme", "log_id", runId + "/" + number));
  }

  private byte[] entryWith(String runId, String message, Map<String, ?> more) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("run_id", runId);
    entry.put("timestamp", now.plusMillis(5).toString());
    entry.put("level", "warning");
    entry.put("message", message);
    entry.putAll(more);
    return json(entry);
  }

  private static byte[] json(Map<String, Object> event) {
    try {
      return JSON.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Delivery delivery(String json) {
    return delivery(json.getBytes(UTF_8));
  }

  private static Delivery delivery(byte[] json) {
    return new Delivery(0, null, json);
  }

  private static void send(String topic, List<Delivery> deliveries) throws Exception {
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), topic, silent)) {
      for (Delivery delivery : deliveries) {
        sender.send(delivery);
      }
      sender.flush();
    }
  }

  private void readEverything() throws Exception {
    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns(runTopic)
            .readingLogs(logTopic)
            .start()) {
      pipeline.awaitEverythingWritten();
    }
  }
}
