package dev.scriptanalytics.decode;

import static dev.scriptanalytics.decode.DecodedLogs.ATTRIBUTES;
import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.scriptanalytics.event.DeadLetterReason;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the record, it becomes rows and dead letters, and no field is lost on the way. */
class LogDecoderAgainstJacksonTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final ObjectMapper JACKSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  @Test
  void makesARowOrADeadLetterOfEachItemAndLosesNoField() throws Exception {
    RandomLogs logs = new RandomLogs(1, ARRIVAL);
    LogDecoder decoder = decoder(64 << 10);
    int entries = 0;
    int items = 0;
    int spans = 0;
    int rejected = 0;
    for (int i = 0; i < 12_000; i++) {
      byte[] json = logs.next();
      String source = new String(json, UTF_8);
      JsonNode record = JACKSON.readTree(json);
      DecodedLogs decoded;
      try {
        decoded = DecodedLogs.of(decoder, json, ARRIVAL);
      } catch (UnusableRecordException e) {
        assertThat(e).message().isNotBlank().hasSizeLessThan(502);
        rejected++;
        continue;
      }
      if (!isMissing(record.get("timestamp")) && !isTimedAnswer(record)) {
        assertThat(decoded.events()).as(source).hasSize(1);
        assertTold(record, decoded.rows().get(0), source);
        entries++;
      } else if (record.path("logs").isArray()) {
        assertThat(decoded.events().size() + decoded.unusable().size())
            .as(source)
            .isEqualTo(record.get("logs").size());
        for (DecodedLogs.Unusable unusable : decoded.unusable()) {
          assertThat(JACKSON.readTree(unusable.bytes()))
              .as(source)
              .isEqualTo(record.get("logs").get(unusable.item()));
        }
        items += decoded.events().size();
      } else {
        assertThat(decoded.events()).as(source).hasSize(1);
        assertTold(record, decoded.rows().get(0), source);
        assertThat(decoded.rows().get(0))
            .containsEntry(
                "log_message", utf8Text(record.get("attributes").get("log.message").textValue()));
        spans++;
      }
    }
    assertThat(entries).isGreaterThan(3_000);
    assertThat(items).isGreaterThan(1_000);
    assertThat(spans).isGreaterThan(1_000);
    assertThat(rejected).isGreaterThan(1_000);
  }

  @Test
  void survivesGarbageAndForgetsIt() throws Exception {
    RandomLogs logs = new RandomLogs(2, ARRIVAL);
    Random random = new Random(2);
    LogDecoder reused = decoder(128);
    Map<DeadLetterReason, Integer> rejected = new EnumMap<>(DeadLetterReason.class);
    int accepted = 0;
    for (int i = 0; i < 12_000; i++) {
      byte[] garbage = logs.next();
      byte[] other = logs.next();
      for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
        garbage = RandomEvents.mutated(garbage, other, random);
      }
      List<Object> verdict = verdict(reused, garbage);
      assertThat(verdict)
          .as("of a decoder that is not fresh")
          .isEqualTo(verdict(decoder(128), garbage));
      if (verdict.get(0) instanceof DeadLetterReason reason) {
        rejected.merge(reason, 1, Integer::sum);
      } else {
        accepted++;
      }
    }
    assertThat(accepted).isGreaterThan(2_000);
    assertThat(rejected.keySet())
        .containsAll(
            EnumSet.complementOf(
                EnumSet.of(
                    DeadLetterReason.TOO_LARGE,
                    DeadLetterReason.NOT_PROTOBUF,
                    DeadLetterReason.CONTRADICTING_START,
                    DeadLetterReason.CONTRADICTING_END,
                    DeadLetterReason.END_AFTER_TIMEOUT,
                    DeadLetterReason.LATE_START)));
  }

  /** What is wrong with the record, or all that was made of it. */
  private static List<Object> verdict(LogDecoder decoder, byte[] record) throws IOException {
    try {
      DecodedLogs decoded = DecodedLogs.of(decoder, record, ARRIVAL);
      for (Map<String, Object> row : decoded.rows()) {
        for (String column : List.of("metadata", "extra")) {
          if (!row.get(column).equals("")) {
            assertThat(JACKSON.readTree((String) row.get(column))).isInstanceOf(ObjectNode.class);
          }
        }
      }
      List<Object> hashes = new ArrayList<>();
      decoded.events().forEach(event -> hashes.add(List.of(event.hashHigh, event.hashLow)));
      return List.of(decoded.rows(), decoded.unusable(), hashes);
    } catch (UnusableRecordException e) {
      assertThat(e).message().isNotBlank().hasSizeLessThan(502);
      return List.of(e.reason(), e.getMessage());
    }
  }

  /** Every text and number of the record stands somewhere in its row, as it came or as a figure. */
  private static void assertTold(JsonNode record, Map<String, Object> row, String source)
      throws IOException {
    List<String> told = new ArrayList<>();
    for (Object value : row.values()) {
      told.add(String.valueOf(value));
    }
    for (String column : List.of("metadata", "extra")) {
      if (!row.get(column).equals("")) {
        leaves(JACKSON.readTree((String) row.get(column)), told);
      }
    }
    String all = String.join("\u0001", told);
    record
        .properties()
        .forEach(
            field -> {
              switch (field.getKey()) {
                case "timestamp", "start_time" -> {}
                case "duration", "duration_ms" ->
                    assertFigure(field.getValue(), row.get("duration_ms"), all, source);
                case "memoryUsage", "memory_bytes" ->
                    assertFigure(field.getValue(), row.get("memory_bytes"), all, source);
                case "gpuUtilization", "gpu_percent" ->
                    assertFigure(field.getValue(), row.get("gpu_percent"), all, source);
                case "deployment_version" ->
                    assertVersion(field.getValue(), row.get("deployment_version"), all, source);
                case "attributes" ->
                    field
                        .getValue()
                        .properties()
                        .forEach(
                            attribute -> {
                              if (!attribute.getKey().equals("deployment_version")) {
                                assertLeavesTold(attribute.getValue(), all, source);
                              }
                            });
                case "context" -> assertContextTold(field.getValue(), all, source);
                default -> assertLeavesTold(field.getValue(), all, source);
              }
            });
  }

  private static void assertContextTold(JsonNode context, String all, String source) {
    if (!context.path("trace_id").asText().equals("0x12")) {
      assertLeavesTold(context, all, source);
      return;
    }
    List<String> leaves = new ArrayList<>();
    leaves(context, leaves);
    for (String leaf : leaves) {
      assertThat(all).as(source).contains(leaf.startsWith("0x") ? leaf.substring(2) : leaf);
    }
  }

  private static void assertVersion(JsonNode value, Object version, String all, String source) {
    if (version.equals(0) && value.asDouble() != 0) {
      assertLeavesTold(value, all, source);
    }
  }

  private static void assertFigure(JsonNode value, Object figure, String all, String source) {
    if (figure == null) {
      assertLeavesTold(value, all, source);
    }
  }

  private static void assertLeavesTold(JsonNode value, String all, String source) {
    List<String> leaves = new ArrayList<>();
    leaves(value, leaves);
    for (String leaf : leaves) {
      // What is nested in a line of a stack trace stays JSON there.
      String quoted = TextNode.valueOf(leaf).toString();
      String escaped = quoted.substring(1, quoted.length() - 1);
      assertThat(all.contains(leaf) || all.contains(escaped)).as(leaf + " of " + source).isTrue();
    }
  }

  private static void leaves(JsonNode value, List<String> leaves) {
    if (value.isContainerNode()) {
      value.forEach(part -> leaves(part, leaves));
    } else if (value.isTextual()) {
      leaves.add(utf8Text(value.textValue()));
    } else if (value.isNumber()) {
      leaves.add(value.toString());
    }
  }

  /** The text as UTF-8 can hold it. */
  private static String utf8Text(String text) {
    return new String(text.getBytes(UTF_8), UTF_8);
  }

  private static boolean isMissing(JsonNode value) {
    return value == null || value.isNull() || (value.isTextual() && value.textValue().isEmpty());
  }

  /** Whether a record with a timestamp is an answer all the same. */
  private static boolean isTimedAnswer(JsonNode record) {
    JsonNode logs = record.path("logs");
    boolean holdsEntries = logs.isEmpty();
    for (JsonNode item : logs) {
      holdsEntries |= item.isObject() || item.asText().contains(" [info] ");
    }
    return logs.isArray()
        && isMissing(record.get("message"))
        && isMissing(record.get("level"))
        && holdsEntries;
  }

  private static LogDecoder decoder(int maxBytes) {
    EventLimits limits =
        new EventLimits(
            Duration.ofDays(30).toMillis(),
            Duration.ofDays(1).toMillis(),
            1 << 20,
            maxBytes,
            maxBytes,
            maxBytes,
            maxBytes,
            maxBytes,
            64,
            30,
            Map.of());
    return new LogDecoder(limits, EventRules.DEFAULT, HASH_KEY, ATTRIBUTES, DecodedLogs.UNMASKED);
  }
}
