package dev.scriptanalytics.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
  private long now = Long.MAX_VALUE - Duration.ofSeconds(20).toNanos();
  private final Pace pace = new Pace(() -> now);

  @Test
  void aClientThatTakesNothingHas30Seconds() {
    pace.beginWrite();
    pass(29);
    assertThat(pace.isEnough(1)).isTrue();
    pass(1);
    assertThat(pace.isEnough(1)).isFalse();
  }

  @Test
  void onlyTheTimeOfWaitingForTheClientCounts() {
    for (int i = 0; i < 100; i++) {
      write(1, 0);
      pass(3600);
    }
    assertThat(pace.isEnough(1000)).isTrue();
  }

  @Test
  void theLeastRateIsEnough() {
    write(3000, 30);
    assertThat(pace.isEnough(100)).isTrue();
    write(2999, 30);
    assertThat(pace.isEnough(100)).isFalse();
  }

  @Test
  void whatWasTakenLongAgoDoesNotCount() {
    write(1_000_000, 30);
    assertThat(pace.isEnough(100)).isTrue();
    pace.beginWrite();
    pass(30);
    assertThat(pace.isEnough(100)).isFalse();
  }

  @Test
  void aWriteThatSpansTwoWindowsCountsInEachForItsPart() {
    pace.beginWrite();
    pass(40);
    assertThat(pace.isEnough(0)).isTrue();
    pass(29);
    assertThat(pace.isEnough(1)).isTrue();
    pace.endWrite(10);
    pass(100);
    assertThat(pace.isEnough(1)).isTrue();
    write(1, 1);
    assertThat(pace.isEnough(1)).isFalse();
  }

  private void write(long bytes, long seconds) {
    pace.beginWrite();
    pass(seconds);
    pace.endWrite(bytes);
  }

  private void pass(long seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }
}
