package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.row.RowReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecodeRunsTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final String GOOD =
      """
      {"run_id":"r1","script":"s1","status":"ok","started_at":"2025-05-14T06:07:27.100Z"}
      """;

  private Redaction redaction = Redaction.NONE;
  private DecodeHarness harness;
  private long nextOffset = 100;

  @BeforeEach
  void start() throws Exception {
    harness =
        new DecodeHarness(
            new DecodeRuns(
                new DecodeSettings(
                    limits(), EventRules.DEFAULT, "000102030405060708090a0b0c0d0e0f", redaction)));
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void decodesWhatIsGood() throws Exception {
    process(GOOD);

    assertThat(events()).hasSize(1);
    assertThat(RowReader.runRow(events().get(0).row)).containsEntry("run_id", "r1");
    assertThat(events().get(0).arrival).isEqualTo(ARRIVAL.toEpochMilli());
    assertThat(events().get(0).origin.offset()).isEqualTo(100);
    assertThat(letters()).isEmpty();
    assertThat(harness.rejected()).isEmpty();
  }

  @Test
  void makesADeadLetterOfWhatIsNot() throws Exception {
    process("{\"run_id\":\"ä\"}");

    assertThat(events()).isEmpty();
    assertThat(letters()).hasSize(1);
    assertThat(letters().get(0))
        .usingRecursiveComparison()
        .isEqualTo(
            new DeadLetter(
                "script-runs",
                3,
                100,
                0,
                ARRIVAL.toEpochMilli(),
                "default",
                "",
                DeadLetterReason.MISSING_FIELD,
                "status is missing (read are status; event.alias.status adds names)",
                "{\"run_id\":\"ä\"}".getBytes(UTF_8)));
  }

  @Test
  void goesOnAfterBadRecords() throws Exception {
    process(GOOD);
    process("{");
    process(GOOD);
    process(new byte[0]);
    process(GOOD);

    assertThat(events()).hasSize(3);
    assertThat(events())
        .extracting(event -> event.origin.offset())
        .containsExactly(100L, 102L, 104L);
    assertThat(letters()).extracting(DeadLetter::offset).containsExactly(101L, 103L);
  }

  @Test
  void countsRejectedRecordsByReason() throws Exception {
    process("{");
    process("[]");
    process(new byte[0]);
    process(new byte[] {(byte) 0xff});
    process(GOOD.replace("ok", ""));
    process(GOOD.replace("\"ok\"", "[1]"));
    process(GOOD.replace("ok", "skipped"));
    process(GOOD.replace("2025", "1925"));
    process(GOOD.replace("2025", "2015"));
    process(GOOD.replace("2025", "2026"));
    process(" ".repeat(1025));
    process(GOOD);

    assertThat(harness.rejected())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "not_json", 2L,
                "empty", 1L,
                "not_utf8", 1L,
                "missing_field", 1L,
                "wrong_type", 1L,
                "bad_value", 1L,
                "negative_time", 1L,
                "too_old", 1L,
                "too_far_ahead", 1L,
                "too_large", 1L));
    assertThat(letters()).hasSize(11);
  }

  @Test
  void cutsTheBytesOfADeadLetter() throws Exception {
    process("[" + "x".repeat(63));
    process("[" + "x".repeat(64));
    process("[" + "x".repeat(5000));

    assertThat(letters())
        .extracting(letter -> new String(letter.bytes(), UTF_8))
        .containsOnly("[" + "x".repeat(63));
    assertThat(letters().get(2).detail())
        .isEqualTo("The record has 5001 bytes; event.max-bytes allows 1024");
  }

  @Test
  void showsAnEmptyValueAsNoBytes() throws Exception {
    process(new byte[0]);

    assertThat(letters().get(0).bytes()).isEmpty();
    assertThat(letters().get(0).reason()).isEqualTo(DeadLetterReason.EMPTY);
  }

  @Test
  void neverShowsInADeadLetterWhatAPatternMatches() throws Exception {
    stop();
    redaction = new Redaction(Map.of("pin", Pattern.compile("pin-\\d+")));
    start();
    String longStatus = "x".repeat(95) + "pin-1234567";

    process(GOOD.replace("r1", "pin-1").replace("ok", "pin-2"));
    process(GOOD.replace("ok", longStatus));
    process(GOOD.replace("2025-05-14T06:07:27.100Z", "pin\\u002d3"));
    process("no JSON: pin-4");
    process("{\"a\":\"pin\\u002d5\", 1}");
    process("[" + "x".repeat(58) + "pin-678901234567890]");
    process("\u00ff pin-7".getBytes(ISO_8859_1));
    process(GOOD);

    assertThat(letters()).hasSize(7);
    assertThat(letters())
        .allSatisfy(
            letter -> {
              assertThat(letter.detail()).doesNotContain("pin-");
              assertThat(new String(letter.bytes(), ISO_8859_1))
                  .doesNotContain("pin-", "pin\\u002d");
            });
    assertThat(letters().get(0).detail()).endsWith("run.status.failed: \"[redacted:pin]\"");
    assertThat(new String(letters().get(0).bytes(), UTF_8))
        .startsWith("{\"run_id\":\"[redacted:pin]\",\"script\":\"s1\",")
        .hasSize(64);
    assertThat(letters().get(1).detail()).endsWith("x[reda…\"");
    assertThat(new String(letters().get(5).bytes(), UTF_8))
        .isEqualTo("[" + "x".repeat(58) + "[reda");
    assertThat(letters().get(6).bytes()).isEqualTo("\u00ff [redacted:pin]".getBytes(ISO_8859_1));
    assertThat(events()).hasSize(1);
  }

  @Test
  void masksRows() throws Exception {
    stop();
    redaction = new Redaction(Map.of("pin", Pattern.compile("pin-\\d+")));
    start();

    process(GOOD.replace("{", "{\"input\":[\"pin-1\"],"));

    assertThat(RowReader.runRow(events().get(0).row))
        .containsEntry("input", "[\"[redacted:pin]\"]")
        .containsEntry("redacted", List.of("input"));
  }

  @Test
  void countsWhatNoPatternCanBeMatchedWith() throws Exception {
    stop();
    redaction = new Redaction(Map.of("deep", Pattern.compile("(a|b)*c")));
    start();

    process("ab".repeat(100_000));

    assertThat(letters().get(0).bytes()).asString(UTF_8).isEqualTo("\"[redacted:deep]\"");
    assertThat(harness.redactionFailures()).isEqualTo(1);
  }

  @Test
  void decodesWhatStartsTodayWhereATopicHasNoTimestamps() throws Exception {
    process(record(GOOD.replace("2025-05-14T06:07:27.100Z", Instant.now().toString()), -1));

    assertThat(events()).hasSize(1);
    assertThat(letters()).isEmpty();
  }

  @Test
  void keepsADeadLetterOfAnyTimestampWithinWhatCanBeStored() throws Exception {
    process(record(GOOD, Long.MAX_VALUE));

    assertThat(letters().get(0).reason()).isEqualTo(DeadLetterReason.BAD_VALUE);
    assertThat(letters().get(0).arrivedAt())
        .isEqualTo(Instant.parse("2100-01-01T00:00:00Z").toEpochMilli());
  }

  private void process(String json) throws Exception {
    process(json.getBytes(UTF_8));
  }

  private void process(byte[] value) throws Exception {
    process(new KafkaRecord("script-runs", 3, nextOffset++, ARRIVAL.toEpochMilli(), value));
  }

  private void process(KafkaRecord record) throws Exception {
    harness.process(record);
  }

  private static KafkaRecord record(String json, long timestamp) {
    return new KafkaRecord("script-runs", 3, 100, timestamp, json.getBytes(UTF_8));
  }

  private List<ScriptEvent> events() {
    return harness.events();
  }

  private List<DeadLetter> letters() {
    return harness.letters();
  }

  private static EventLimits limits() {
    return new EventLimits(
        Duration.ofDays(30).toMillis(),
        Duration.ofDays(1).toMillis(),
        1024,
        64,
        512,
        512,
        128,
        128,
        64,
        30,
        Map.of());
  }
}
