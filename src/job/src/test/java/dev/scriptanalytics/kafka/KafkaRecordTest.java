package dev.scriptanalytics.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class KafkaRecordTest {
  private static final Instant NOW = Instant.parse("2025-05-14T06:10:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @Test
  void arrivesAtItsTimestamp() {
    assertThat(withTimestamp(0).arrival(CLOCK)).isZero();
    assertThat(withTimestamp(1_700_000_000_123L).arrival(CLOCK)).isEqualTo(1_700_000_000_123L);
    assertThat(withTimestamp(1_700_000_000_123L).arrival()).isEqualTo(1_700_000_000_123L);
  }

  @Test
  void arrivesNowWhereTheTopicHasNoTimestamps() {
    assertThat(withTimestamp(-1).arrival(CLOCK)).isEqualTo(NOW.toEpochMilli());
  }

  private static KafkaRecord withTimestamp(long timestamp) {
    return new KafkaRecord("script-runs", 3, 100, timestamp, new byte[0]);
  }
}
