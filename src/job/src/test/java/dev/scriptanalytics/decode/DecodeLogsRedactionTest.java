package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.decode.otlp.OtlpFormat;
import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RowReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;

class DecodeLogsRedactionTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final Redaction PINS = new Redaction(Map.of("pin", Pattern.compile("pin-\\d+")));

  @Test
  void masksRowsAndDeadLetters() throws Exception {
    try (DecodeHarness harness = harnessOf(DecodedLogs.JSON)) {
      harness.process(record("{\"timestamp\":\"2025-05-14T06:09:00Z\",\"message\":\"my pin-1\"}"));
      harness.process(record("{\"timestamp\":\"pin-2\",\"message\":\"my pin-3\"}"));
      harness.process(
          record("{\"logs\":[\"" + "x".repeat(95) + "pin-456789\",{\"message\":\"pin-7\"}]}"));

      assertThat(RowReader.logRow(harness.events().get(0).row))
          .containsEntry("log_message", "my [redacted:pin]")
          .containsEntry("redacted", List.of("log_message"));
      assertThat(harness.letters())
          .hasSize(3)
          .allSatisfy(
              letter -> {
                assertThat(letter.detail()).doesNotContain("pin-");
                assertThat(new String(letter.bytes(), UTF_8))
                    .contains("[redacted:pin]")
                    .doesNotContain("pin-");
              });
    }
  }

  @Test
  void masksAndCutsTheResourceOfADeadLetter() throws Exception {
    try (DecodeHarness harness = harnessOf(OtlpFormat.LOGS)) {
      harness.process(record(badLogOf("my pin-1")));
      harness.process(record(badLogOf("é".repeat(2040) + " pin-2" + "x".repeat(100_000))));

      assertThat(harness.letters().get(0).resource()).isEqualTo("{\"a\":\"my [redacted:pin]\"}");
      assertThat(harness.letters().get(1).resource())
          .isEqualTo("{\"a\":\"" + "é".repeat(2040) + " [redacted");
      assertThat(harness.letters().get(1).resource().getBytes(UTF_8))
          .hasSizeLessThanOrEqualTo(DeadLetter.MAX_RESOURCE_BYTES);
    }
  }

  private static String badLogOf(String resource) {
    return """
        {"resourceLogs":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"%s"}}]},
         "scopeLogs":[{"logRecords":[7]}]}]}
        """
        .formatted(resource);
  }

  @Test
  void masksTheRunOfASpan() throws Exception {
    String span =
        """
        {"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"n pin-1","startTimeUnixNano":"1747202940000000000",
         "endTimeUnixNano":"1747202941000000000","status":{"code":2,"message":"my pin-2"},
         "attributes":[{"key":"faas.name","value":{"stringValue":"s1"}},
          {"key":"faas.invocation_id","value":{"stringValue":"r1"}},
          {"key":"error.type","value":{"stringValue":"pin-3"}},
          {"key":"more","value":{"stringValue":"pin-4"}}]}]}]}]}
        """;
    DecodedLogs decoded =
        DecodedLogs.of(
            OtlpFormat.SPANS.decoder(
                DecodedLogs.limits(Duration.ofDays(30)),
                EventRules.DEFAULT,
                DecodedLogs.HASH_KEY,
                new Redactor(PINS, new SimpleCounter())),
            span.getBytes(UTF_8),
            ARRIVAL);

    assertThat(decoded.events()).hasSize(1);
    assertThat(RowReader.runRow(decoded.events().get(0).row))
        .containsEntry("function", "n pin-1")
        .containsEntry("error_code", "[redacted:pin]")
        .containsEntry("error_message", "my [redacted:pin]")
        .containsEntry(
            "extra",
            "{\"span_name\":\"n [redacted:pin]\",\"attributes\":{\"more\":\"[redacted:pin]\"}}")
        .containsEntry("redacted", List.of("error_code", "error_message", "extra"));
  }

  private static DecodeHarness harnessOf(LogFormat format) throws Exception {
    return new DecodeHarness(
        new DecodeLogs(
            Map.of("script-logs", format),
            new DecodeSettings(
                DecodedLogs.limits(Duration.ofDays(30)),
                EventRules.DEFAULT,
                DecodedLogs.HASH_KEY,
                PINS)));
  }

  private static KafkaRecord record(String json) {
    return new KafkaRecord("script-logs", 3, 100, ARRIVAL.toEpochMilli(), json.getBytes(UTF_8));
  }
}
