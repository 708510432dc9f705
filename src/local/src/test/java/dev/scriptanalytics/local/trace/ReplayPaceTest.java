package dev.scriptanalytics.local.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.sample.Delivery;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayPaceTest {
  private static final long FIRST = Instant.parse("2026-11-20T09:57:00Z").toEpochMilli();

  @TempDir Path folder;
  private final AtomicLong clock = new AtomicLong(-5);

  @Test
  void makesARecordDueAfterItsShareOfTheTracesTime() {
    ReplayPace pace = new ReplayPace(60, clock::get);

    assertThat(pace.nanosUntilDue(FIRST)).isZero();
    assertThat(pace.nanosUntilDue(FIRST + 60_000)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(400));
    assertThat(pace.nanosUntilDue(FIRST + 60_000)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(600));
  }

  @Test
  void neverWaitsForARecordThatIsLate() {
    ReplayPace pace = new ReplayPace(60, clock::get);

    assertThat(pace.nanosUntilDue(FIRST)).isZero();
    clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
    assertThat(pace.nanosUntilDue(FIRST + 60_000)).isZero();
  }

  @Test
  void neverWaitsWithoutASpeed() {
    ReplayPace pace = new ReplayPace(0, clock::get);

    assertThat(pace.nanosUntilDue(FIRST)).isZero();
    assertThat(pace.nanosUntilDue(FIRST + 60_000)).isZero();
  }

  @Test
  void givesAWholeTraceItsTimeOverTheSpeed() throws Exception {
    Replay replay =
        new Replay(
            TinyTrace.write(folder).read(),
            List.of(),
            new Replay.Settings(
                Instant.parse("2026-11-20T10:00:00Z"), 1, "azure", 0, 1, false, false));
    ReplayPace pace = new ReplayPace(60, clock::get);

    long begun = clock.get();
    for (Delivery delivery : replay) {
      clock.addAndGet(pace.nanosUntilDue(delivery.at()));
    }

    // Three minutes, whose first and last second may be without events.
    assertThat(Duration.ofNanos(clock.get() - begun))
        .isBetween(Duration.ofMillis(2950), Duration.ofSeconds(3));
  }
}
