package dev.scriptanalytics.testkit.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptanalytics.testkit.ledger.LogOutcome;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LogGeneratorTest {
  private static final Instant FROM = Instant.parse("2026-11-20T10:00:00Z");
  private static final int RUNS = 10_000;

  private static final List<RunWithDeliveries> GENERATED = new ArrayList<>();
  private static final List<LogGenerator.Logged> LOGGED = new ArrayList<>();

  @BeforeAll
  static void generate() {
    RunGenerator runs = new RunGenerator(1, FROM, 50);
    LogGenerator logs = runs.logs();
    for (int i = 0; i < RUNS; i++) {
      GENERATED.add(runs.next());
      LOGGED.add(logs.log(GENERATED.get(i)));
    }
  }

  @Test
  void givesTheSameBytesForTheSameSeed() {
    List<Delivery> one = Sample.withLogs(new RunGenerator(1, FROM, 50), 1000).deliveries();
    List<Delivery> two = Sample.withLogs(new RunGenerator(1, FROM, 50), 1000).deliveries();

    assertThat(one)
        .extracting(LogGeneratorTest::text)
        .isEqualTo(two.stream().map(LogGeneratorTest::text).toList());
  }

  @Test
  void usesEveryWayToLogAndOneForEachScript() {
    Map<Logging, Integer> scripts = new EnumMap<>(Logging.class);
    ScriptCatalogue.SCRIPTS.forEach(script -> scripts.merge(script.logging(), 1, Integer::sum));

    assertThat(scripts).containsOnlyKeys(Logging.values());
  }

  @Test
  void streamsWhatTheLedgerHas() throws IOException {
    for (int i = 0; i < RUNS; i++) {
      Logging logging = GENERATED.get(i).profile().logging();
      if (logging.streamed().isEmpty() && logging != Logging.SPANS) {
        continue;
      }
      Set<String> sent = new HashSet<>();
      for (Delivery delivery : LOGGED.get(i).deliveries()) {
        sent.addAll(messages(delivery));
      }
      Set<String> expected = new HashSet<>();
      for (LogOutcome outcome : LOGGED.get(i).outcomes()) {
        if (!outcome.level().name().startsWith("STD")) {
          expected.add(outcome.message());
        }
      }
      assertThat(sent).isEqualTo(expected);
    }
  }

  @Test
  void printsTheEntriesOfKoreloggerInItsFormatToo() {
    int compared = 0;
    for (int i = 0; i < RUNS; i++) {
      RunWithDeliveries generated = GENERATED.get(i);
      if (generated.profile().logging() == Logging.KORELOGGER && !generated.lines().isEmpty()) {
        StringBuilder printed = new StringBuilder();
        generated
            .lines()
            .forEach(l -> printed.append(l.level() + " :: " + l.message()).append('\n'));
        assertThat(generated.run().details().stdout()).hasToString(printed.toString());
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(1000);
  }

  @Test
  void capturesEachPrintedLineAndTheTraceOfAFailure() {
    Map<String, Integer> captured = new HashMap<>();
    for (int i = 0; i < RUNS; i++) {
      RunWithDeliveries generated = GENERATED.get(i);
      if (generated.profile().logging() == Logging.PRINT) {
        List<String> stdout =
            LOGGED.get(i).outcomes().stream()
                .filter(outcome -> outcome.level().name().equals("STDOUT"))
                .map(LogOutcome::message)
                .toList();
        assertThat(String.join("\n", stdout)).isEqualTo(generated.run().details().stdout().strip());
      }
      LOGGED.get(i).outcomes().forEach(o -> captured.merge(o.level().name(), 1, Integer::sum));
    }
    assertThat(captured).containsOnlyKeys("STDOUT", "STDERR", "DEBUG", "INFO", "WARNING", "ERROR");
  }

  @Test
  void tellsARunAsASpanAndByNoEventBeside() throws IOException {
    int spans = 0;
    for (int i = 0; i < RUNS; i++) {
      SampleRun run = GENERATED.get(i).run();
      for (Delivery delivery : LOGGED.get(i).deliveries()) {
        if (delivery.topic() == Topic.OTLP_SPANS && delivery.value()[0] != '{') {
          Span span =
              TracesData.parseFrom(delivery.value())
                  .getResourceSpans(0)
                  .getScopeSpans(0)
                  .getSpans(0);
          assertThat(span.getEndTimeUnixNano() - span.getStartTimeUnixNano())
              .isEqualTo(run.durationMicros() * 1000);
          assertThat(LOGGED.get(i).deliveries())
              .noneMatch(d -> d.topic() == Topic.RUNS && d.key() != null);
          spans++;
        }
      }
    }
    assertThat(spans).isGreaterThan(50);
  }

  @Test
  void deliversSomeEntriesBeforeTheirRunsStartSomeLateSomeTwiceAndSomeOfNoRun() {
    int early = 0;
    int late = 0;
    int noRun = 0;
    int twice = 0;
    for (int i = 0; i < RUNS; i++) {
      SampleRun run = GENERATED.get(i).run();
      long start =
          LOGGED.get(i).deliveries().stream()
              .filter(d -> d.topic() == Topic.RUNS)
              .mapToLong(Delivery::at)
              .min()
              .orElse(0);
      Set<String> seen = new HashSet<>();
      for (Delivery delivery : LOGGED.get(i).deliveries()) {
        if (delivery.topic() == Topic.LOGS) {
          early += delivery.at() < start ? 1 : 0;
          late += delivery.at() > run.endedAt() + 60_000 ? 1 : 0;
          twice += seen.add(text(delivery)) ? 0 : 1;
        }
        assertThat(delivery.at()).isGreaterThanOrEqualTo(run.executedOn());
      }
      noRun += LOGGED.get(i).outcomes().stream().anyMatch(o -> o.runId().isEmpty()) ? 1 : 0;
    }

    assertThat(early).isPositive();
    assertThat(late).isPositive();
    assertThat(twice).isPositive();
    assertThat(noRun).isBetween(RUNS / 1000, RUNS / 200);
  }

  private static String text(Delivery delivery) {
    return new String(delivery.value(), UTF_8);
  }

  /** What a record logs. */
  private static List<String> messages(Delivery delivery) throws IOException {
    List<String> messages = new ArrayList<>();
    boolean json = delivery.value().length > 0 && delivery.value()[0] == '{';
    switch (delivery.topic()) {
      case RUNS -> {}
      case LOGS -> {
        JsonNode entry = new JsonMapper().readTree(delivery.value());
        messages.add(
            entry.path("message").asText(entry.path("attributes").path("log.message").asText()));
      }
      case OTLP_LOGS -> {
        if (json) {
          new JsonMapper()
              .readTree(delivery.value())
              .findValues("body")
              .forEach(body -> messages.add(body.get("stringValue").asText()));
        } else {
          LogsData.parseFrom(delivery.value())
              .getResourceLogsList()
              .forEach(
                  resource ->
                      resource
                          .getScopeLogsList()
                          .forEach(
                              scope ->
                                  scope
                                      .getLogRecordsList()
                                      .forEach(r -> messages.add(r.getBody().getStringValue()))));
        }
      }
      case OTLP_SPANS -> {
        if (json) {
          new JsonMapper()
              .readTree(delivery.value())
              .findValues("events")
              .forEach(events -> events.forEach(event -> messages.add(event.get("name").asText())));
        } else {
          TracesData.parseFrom(delivery.value())
              .getResourceSpans(0)
              .getScopeSpans(0)
              .getSpans(0)
              .getEventsList()
              .forEach(event -> messages.add(message(event)));
        }
      }
    }
    return messages;
  }

  private static String message(Span.Event event) {
    return event.getAttributesList().stream()
        .filter(attribute -> attribute.getKey().equals("exception.message"))
        .map(attribute -> attribute.getValue().getStringValue())
        .findFirst()
        .orElse(event.getName());
  }
}
