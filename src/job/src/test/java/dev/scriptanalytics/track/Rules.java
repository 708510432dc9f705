package dev.scriptanalytics.track;

import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.redact.Redaction;
import java.time.Duration;
import java.util.regex.Pattern;

/** Tracking rules that are the configuration's defaults, but for what a test says. */
final class Rules {
  private Duration memory = Duration.ofHours(24);
  private Duration maxOpen = Duration.ofDays(7);
  private Duration timeout = Duration.ZERO;
  private Duration awaitStart = Duration.ofMinutes(10);
  private long awaitStartMaxBytes = 32 << 20;

  private KoreloggerCapture capturedKorelogger = KoreloggerCapture.AUTO;
  private Duration awaitRun = Duration.ofMinutes(10);
  private int awaitRunMaxEntries = 1000;
  private long awaitRunMaxBytes = 32 << 20;

  private Redaction redaction = Redaction.NONE;

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

  Rules capturedKorelogger(KoreloggerCapture capture) {
    capturedKorelogger = capture;
    return this;
  }

  Rules awaitRun(Duration duration) {
    awaitRun = duration;
    return this;
  }

  Rules awaitRunMaxEntries(int entries) {
    awaitRunMaxEntries = entries;
    return this;
  }

  Rules awaitRunMaxBytes(long bytes) {
    awaitRunMaxBytes = bytes;
    return this;
  }

  Rules redaction(Redaction patterns) {
    redaction = patterns;
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
        capturedKorelogger,
        awaitRun.toMillis(),
        awaitRunMaxEntries,
        awaitRunMaxBytes,
        redaction,
        1 << 16,
        1 << 16);
  }
}
