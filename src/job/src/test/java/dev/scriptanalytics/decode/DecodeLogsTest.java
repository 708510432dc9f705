package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.row.RowReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecodeLogsTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final String GOOD = "{\"timestamp\":1747202847,\"message\":\"m\"}";

  private DecodeHarness harness;

  @BeforeEach
  void start() throws Exception {
    harness =
        new DecodeHarness(
            new DecodeLogs(
                Map.of("script-logs", DecodedLogs.JSON, "more-logs", DecodedLogs.JSON),
                new DecodeSettings(
                    DecodedLogs.limits(Duration.ofDays(30)),
                    EventRules.DEFAULT,
                    DecodedLogs.HASH_KEY,
                    Redaction.NONE)));
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void decodesTheRecordsOfEveryTopic() throws Exception {
    process("script-logs", GOOD);
    process("more-logs", GOOD.replace("\"m\"", "\"n\""));

    assertThat(harness.events())
        .extracting(event -> RowReader.logRow(event.row).get("log_message"))
        .containsExactly("m", "n");
    assertThat(harness.letters()).isEmpty();
    assertThat(harness.rejected()).isEmpty();
  }

  @Test
  void makesADeadLetterOfARecordAndGoesOn() throws Exception {
    process("script-logs", "{\"message\":\"ä\"}");
    process("script-logs", GOOD);

    assertThat(harness.events()).hasSize(1);
    assertThat(harness.letters()).hasSize(1);
    assertThat(harness.letters().get(0))
        .usingRecursiveComparison()
        .isEqualTo(
            new DeadLetter(
                "script-logs",
                3,
                42,
                0,
                ARRIVAL.toEpochMilli(),
                "default",
                "",
                DeadLetterReason.MISSING_FIELD,
                "timestamp is missing (read are timestamp, time, ts, @timestamp, instant;"
                    + " event.alias.timestamp adds names)",
                "{\"message\":\"ä\"}".getBytes(UTF_8)));
  }

  @Test
  void makesADeadLetterOfEachItemThatCannotBeUsed() throws Exception {
    process("script-logs", "{\"logs\":[7," + GOOD + ",{\"timestamp\":1747202847},true]}");

    assertThat(harness.events()).hasSize(1);
    assertThat(harness.letters()).extracting(DeadLetter::item).containsExactly(0, 2, 3);
    assertThat(harness.letters()).extracting(DeadLetter::offset).containsOnly(42L);
    assertThat(harness.letters())
        .extracting(letter -> new String(letter.bytes(), UTF_8))
        .containsExactly("7", "{\"timestamp\":1747202847}", "true");
    assertThat(harness.rejected()).isEqualTo(Map.of("wrong_type", 2L, "missing_field", 1L));
  }

  @Test
  void makesNoMoreThanAThousandDeadLettersOfARecordAndCountsAll() throws Exception {
    process("script-logs", "{\"logs\":[" + "7,".repeat(999) + "7]}");
    assertThat(harness.letters())
        .hasSize(1000)
        .noneMatch(letter -> letter.detail().contains("before"));

    process("script-logs", "{\"logs\":[" + "7,".repeat(2499) + "7]}");
    assertThat(harness.letters()).hasSize(2000);
    assertThat(harness.letters().get(1999).item()).isEqualTo(2499);
    assertThat(harness.letters().get(1999).detail()).contains("before it 1500 other items");
    assertThat(harness.rejected()).isEqualTo(Map.of("wrong_type", 3500L));
  }

  @Test
  void makesADeadLetterOfWhatATopicBringsThatIsNoLongerConfigured() throws Exception {
    process("left-out", GOOD);

    assertThat(harness.letters())
        .extracting(DeadLetter::detail)
        .containsExactly("The topic is none of those that carry logs any more: left-out");
    assertThat(harness.rejected()).isEqualTo(Map.of("bad_value", 1L));
  }

  private void process(String topic, String json) throws Exception {
    harness.process(new KafkaRecord(topic, 3, 42, ARRIVAL.toEpochMilli(), json.getBytes(UTF_8)));
  }
}
