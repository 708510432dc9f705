package dev.scriptanalytics.track;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.redact.Redaction;
import java.time.Duration;
import java.util.Map;

/** Tracking rules as the configuration's defaults have them, except for what a test changes. */
final class Rules {
  private static final TrackingRules DEFAULTS =
      TrackingRules.of(
          JobConfiguration.fromArgs(
              new String[] {
                "--kafka.bootstrap.servers", "localhost:9092",
                "--clickhouse.url", "http://localhost:8123"
              },
              Map.of()));

  private Duration memory = Duration.ofMillis(DEFAULTS.memoryMillis());
  private Duration maxOpen = Duration.ofMillis(DEFAULTS.maxOpenMillis());
  private Duration timeout = Duration.ofMillis(DEFAULTS.timeoutMillis());
  private Duration awaitStart = Duration.ofMillis(DEFAULTS.awaitStartMillis());
  private long awaitStartMaxBytes = DEFAULTS.awaitStartMaxBytes();
  private Duration maxClockSkew = Duration.ofMillis(DEFAULTS.maxClockSkewMillis());

  private KoreloggerCapture capturedKorelogger = DEFAULTS.libraryLines();
  private Duration awaitRun = Duration.ofMillis(DEFAULTS.awaitRunMillis());
  private int awaitRunMaxEntries = DEFAULTS.awaitRunMaxEntries();
  private long awaitRunMaxBytes = DEFAULTS.awaitRunMaxBytes();

  private Redaction redaction = DEFAULTS.redaction();
  private int maxMessageBytes = DEFAULTS.maxMessageBytes();

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

  Rules maxClockSkew(Duration duration) {
    maxClockSkew = duration;
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

  Rules maxMessageBytes(int bytes) {
    maxMessageBytes = bytes;
    return this;
  }

  TrackingRules build() {
    return new TrackingRules(
        memory.toMillis(),
        maxOpen.toMillis(),
        timeout.toMillis(),
        awaitStart.toMillis(),
        awaitStartMaxBytes,
        maxClockSkew.toMillis(),
        DEFAULTS.capturedFormat(),
        capturedKorelogger,
        awaitRun.toMillis(),
        awaitRunMaxEntries,
        awaitRunMaxBytes,
        redaction,
        maxMessageBytes,
        DEFAULTS.maxDeadLetterBytes());
  }
}
