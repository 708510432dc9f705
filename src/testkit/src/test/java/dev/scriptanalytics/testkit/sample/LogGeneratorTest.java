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
      if (logging == Logging.KORELOGGER_IN_PART) {
        expected.removeAll(printedOnly(GENERATED.get(i)));
      }
      assertThat(sent).isEqualTo(expected);
    }
  }

  private static List<String> printedOnly(RunWithDeliveries generated) {
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < generated.lines().size(); i += 2) {
      messages.add(generated.lines().get(i).message());
    }
    return messages;
  }

  @Test
  void printsMoreThanItStreamsWhereItStreamsInPart() {
    Set<String> levels = new HashSet<>();
    for (int i = 0; i < RUNS; i++) {
      RunWithDeliveries generated = GENERATED.get(i);
      if (generated.profile().logging() == Logging.KORELOGGER_IN_PART) {
        List<String> printed = printedOnly(generated);
        List<LogOutcome> found =
            LOGGED.get(i).outcomes().stream().filter(o -> printed.contains(o.message())).toList();
        assertThat(found).hasSameSizeAs(printed);
        long end = generated.run().endedAt() * 1000;
        assertThat(found).allMatch(outcome -> outcome.micros() == end);
        found.forEach(outcome -> levels.add(outcome.level().word()));
      }
    }
    assertThat(levels).contains("Info", "Warning", "Error");
  }

  @Test
  void sendsEntriesOfOneInstantOneAfterTheOtherAndOnceUnlessTheyAreOneRecord() throws IOException {
    Set<Logging> inOrder = new HashSet<>();
    for (int i = 0; i < RUNS; i++) {
      List<String> expected = LOGGED.get(i).atOnce().stream().map(LogOutcome::message).toList();
      if (!expected.isEmpty()) {
        List<String> sent = new ArrayList<>();
        for (Delivery delivery : LOGGED.get(i).deliveries()) {
          if (sent.size() < expected.size()) {
            sent.addAll(messages(delivery));
          }
        }
        assertThat(sent).isEqualTo(expected);
        assertThat(LOGGED.get(i).atOnce())
            .extracting(LogOutcome::micros)
            .containsOnly(LOGGED.get(i).atOnce().get(0).micros());
        inOrder.add(GENERATED.get(i).profile().logging());
      }
    }
    assertThat(inOrder)
        .containsExactlyInAnyOrder(
            Logging.NATIVE,
            Logging.KORELOGGER,
            Logging.KORELOGGER_IN_PART,
            Logging.ENDPOINT,
            Logging.ENDPOINT_ANSWER,
            Logging.ENDPOINT_LINES,
            Logging.OTLP_JSON,
            Logging.OTLP_PROTOBUF);
  }

  @Test
  void printsTheEntriesOfKoreloggerInItsFormatToo() {
    int compared = 0;
    for (int i = 0; i < RUNS; i++) {
      RunWithDeliveries generated = GENERATED.get(i);
      Logging logging = generated.profile().logging();
      boolean isKorelogger = logging == Logging.KORELOGGER || logging == Logging.KORELOGGER_IN_PART;
      if (isKorelogger && !generated.lines().isEmpty()) {
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
        if (json) {
          JsonNode record = new JsonMapper().readTree(delivery.value());
          if (record.has("logs")) {
            record.get("logs").forEach(entry -> messages.add(message(entry)));
          } else {
            messages.add(message(record));
          }
        } else {
          messages.add(messageOfLine(text(delivery)));
        }
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
              .forEach(events -> events.forEach(event -> messages.add(messageOfEvent(event))));
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

  private static String message(JsonNode entry) {
    return entry.isTextual()
        ? messageOfLine(entry.textValue())
        : entry.path("message").asText(entry.path("attributes").path("log.message").asText());
  }

  private static String messageOfLine(String line) {
    return line.replaceFirst("^\\S+ \\[\\w+] \\w+: ", "").replaceFirst(" \\(job_\\w+\\)$", "");
  }

  private static String messageOfEvent(JsonNode event) {
    for (JsonNode attribute : event.path("attributes")) {
      if (attribute.get("key").asText().equals("exception.message")) {
        return attribute.get("value").get("stringValue").asText();
      }
    }
    return event.get("name").asText();
  }

  private static String message(Span.Event event) {
    return event.getAttributesList().stream()
        .filter(attribute -> attribute.getKey().equals("exception.message"))
        .map(attribute -> attribute.getValue().getStringValue())
        .findFirst()
        .orElse(event.getName());
  }
}
