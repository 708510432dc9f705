package dev.scriptanalytics.testkit.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MalformationTest {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final byte[] good =
      ("{\"account\":\"acme\",\"run_id\":\"run_1\",\"script\":\"Qbalance\",\"status\":\"success\","
              + "\"started_at\":\"2026-11-20T10:00:00Z\",\"ended_at\":\"2026-11-20T10:00:01Z\"}")
          .getBytes(UTF_8);

  @Test
  void knowsAtLeastThirtyDifferentWays() {
    Set<ByteBuffer> spoilt = new HashSet<>();
    Arrays.stream(Malformation.values())
        .forEach(way -> spoilt.add(ByteBuffer.wrap(way.spoil(good))));

    assertThat(spoilt).hasSize(Malformation.values().length).hasSizeGreaterThanOrEqualTo(30);
  }

  @ParameterizedTest
  @EnumSource
  void saysRightlyWhetherTheBytesAreOneJsonObject(Malformation way) {
    Set<String> unreadable = Set.of("empty", "not_json", "not_utf8");

    assertThat(isJsonObject(way.spoil(good))).isEqualTo(!unreadable.contains(way.reason()));
  }

  @ParameterizedTest
  @EnumSource
  void saysRightlyWhetherTheBytesAreUtf8(Malformation way) {
    assertThat(isUtf8(way.spoil(good))).isEqualTo(!way.reason().equals("not_utf8"));
  }

  @ParameterizedTest
  @EnumSource
  void spoilsWhatTheGeneratorMakes(Malformation way) {
    RunEventWriter events = new RunEventWriter();
    RunGenerator generator = new RunGenerator(1, Instant.parse("2026-11-20T10:00:00Z"), 50);

    for (int i = 0; i < 50; i++) {
      byte[] end = events.end(generator.next().run());
      assertThat(way.spoil(end)).isNotEqualTo(end);
    }
  }

  private static boolean isJsonObject(byte[] bytes) {
    try {
      return isUtf8(bytes) && STRICT.readTree(new String(bytes, UTF_8)).isObject();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
