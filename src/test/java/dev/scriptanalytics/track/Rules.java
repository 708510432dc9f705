package dev.scriptanalytics.track;

import java.time.Duration;
import java.util.regex.Pattern;

/** Tracking rules that are the configuration's defaults, but for what a test says. */
final class Rules {
  private Duration memory = Duration.ofHours(24);
  private Duration maxOpen = Duration.ofDays(7);
  private Duration timeout = Duration.ZERO;
  private Duration awaitStart = Duration.ofMinutes(10);
  private long awaitStartMaxBytes = 32 << 20;

  private Rules() {}

  static Rules rules() {
    return new Rules();
  }

  Rules memory(Duration duration) {
    memory = duration;
    return this;
  }

  Rules maxOpen(Duration duration) {
    maxOpen = duration;
    return this;
  }

  Rules timeout(Duration duration) {
    timeout = duration;
    return this;
  }

  Rules awaitStart(Duration duration) {
    awaitStart = duration;
    return this;
  }

  Rules awaitStartMaxBytes(long bytes) {
    awaitStartMaxBytes = bytes;
    return this;
  }

  TrackingRules build() {
    return new TrackingRules(
        memory.toMillis(),
        maxOpen.toMillis(),
        timeout.toMillis(),
        awaitStart.toMillis(),
        awaitStartMaxBytes,
        Pattern.compile("^([A-Za-z]+) :: (.*)$"),
        true,
        1 << 16,
        1 << 16);
  }
}
