package dev.scriptanalytics.local.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import io.opentelemetry.proto.logs.v1.LogsData;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of lines of logs in a replay. */
class ReplayedLogsTest {
  private static final Instant END = Instant.parse("2026-11-20T10:00:00Z");
  private static final int RUNS = 50;
  private static final List<LogLine> LINES =
      IntStream.range(0, 400)
          .mapToObj(i -> new LogLine(i % 4 == 0 ? "combo" : "WARN", "part" + i % 3, "line " + i))
          .toList();

  @Test
  void sendsEachLineOnceInOneFormOrAnother() throws Exception {
    assertThat(messages(replay(1, false)).values()).containsOnly(1).hasSize(LINES.size());
  }

  @Test
  void sendsAsManyCopiesAsAskedForWithTheSameBytes() throws Exception {
    assertThat(messages(replay(3, true)).values()).containsOnly(3).hasSize(LINES.size());
    assertThat(new HashSet<>(texts(replay(3, true))))
        .isEqualTo(new HashSet<>(texts(replay(1, false))));
  }

  @Test
  void givesTheSameBytesInTheSameOrderForTheSameSettings() {
    assertThat(texts(replay(3, true))).isEqualTo(texts(replay(3, true)));
    assertThat(texts(replay(3, true))).isNotEqualTo(texts(replay(3, false)));
  }

  @Test
  void mixesLogsWithTheEventsOfTheirRunsInRandomOrder() {
    List<Topic> topics = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    replay(1, true)
        .forEach(
            delivery -> {
              topics.add(delivery.topic());
              times.add(delivery.at());
            });

    assertThat(times).isSorted();
    assertThat(topics.subList(0, 60)).contains(Topic.RUNS, Topic.LOGS, Topic.OTLP_LOGS);
    assertThat(topics.subList(topics.size() - 60, topics.size()))
        .contains(Topic.RUNS, Topic.LOGS, Topic.OTLP_LOGS);
  }

  @Test
  void countsTheEntriesOfAllScriptsInTheLedgerUnknownWordsAsInfo() {
    List<ScriptLedger> scripts = replay(3, true).ledger().scripts();

    assertThat(scripts).hasSizeGreaterThan(4);
    assertThat(scripts.stream().mapToLong(script -> script.logs().counts().total()).sum())
        .isEqualTo(400);
    Map<String, Long> levels = new HashMap<>();
    scripts.forEach(
        script ->
            script.logs().counts().byLevel().forEach((l, n) -> levels.merge(l, n, Long::sum)));
    assertThat(levels).isEqualTo(Map.of("Info", 100L, "Warning", 300L));
  }

  @Test
  void givesNeighbouringLinesToOneRunAndNoTwoEntriesOfARunTheSameTime() throws Exception {
    Map<String, Set<String>> timesOfRun = new HashMap<>();
    int entries = 0;
    for (Delivery delivery : replay(1, false)) {
      if (delivery.topic() == Topic.LOGS) {
        JsonNode json = new JsonMapper().readTree(delivery.value());
        String time = json.path("timestamp").asText(json.path("start_time").asText());
        assertThat(timesOfRun.computeIfAbsent(delivery.key(), run -> new HashSet<>()).add(time))
            .isTrue();
        entries++;
      }
    }
    assertThat(entries).isEqualTo(LINES.size() * 3 / 5);
    assertThat(timesOfRun).hasSize(RUNS);
  }

  @Test
  void needsARunToLogALine() {
    Trace none = new Trace(1, List.of(), 0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Replay(none, LINES, settings(1, false)))
        .withMessageContaining("no run to log them");
  }

  @Test
  void makesUpAsManyRunsAsAskedForHalfOfThemOfOneFunction() {
    for (int runs : new int[] {1, 7, 2000}) {
      Replay replay = new Replay(Trace.madeUp(runs), List.of(), settings(1, false));

      assertThat(replay.runs()).isEqualTo(runs);
      assertThat(replay.ledger().scripts().get(0).totalRuns()).isEqualTo((runs + 1) / 2);
    }
  }

  private static Replay replay(int copies, boolean shuffled) {
    return new Replay(Trace.madeUp(RUNS), LINES, settings(copies, shuffled));
  }

  private static Replay.Settings settings(int copies, boolean shuffled) {
    return new Replay.Settings(END, 1, "azure", 0, copies, false, shuffled);
  }

  private static List<String> texts(Replay replay) {
    List<String> texts = new ArrayList<>();
    replay.forEach(delivery -> texts.add(new String(delivery.value(), UTF_8)));
    return texts;
  }

  /** How often each message was sent. */
  private static Map<String, Integer> messages(Replay replay) throws Exception {
    Map<String, Integer> sent = new HashMap<>();
    for (Delivery delivery : replay) {
      for (String message : messages(delivery)) {
        sent.merge(message, 1, Integer::sum);
      }
    }
    return sent;
  }

  private static List<String> messages(Delivery delivery) throws IOException {
    if (delivery.topic() == Topic.RUNS) {
      return List.of();
    }
    if (delivery.topic() == Topic.OTLP_LOGS && delivery.value()[0] != '{') {
      return LogsData.parseFrom(delivery.value()).getResourceLogsList().stream()
          .flatMap(resource -> resource.getScopeLogsList().stream())
          .flatMap(scope -> scope.getLogRecordsList().stream())
          .map(record -> record.getBody().getStringValue())
          .toList();
    }
    JsonNode json = new JsonMapper().readTree(delivery.value());
    if (delivery.topic() == Topic.OTLP_LOGS) {
      return json.findValues("body").stream().map(b -> b.get("stringValue").asText()).toList();
    }
    return List.of(
        json.path("message").asText(json.path("attributes").path("log.message").asText()));
  }
}
