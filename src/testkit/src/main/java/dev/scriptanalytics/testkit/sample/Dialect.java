package dev.scriptanalytics.testkit.sample;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** How a platform spells times and status: the topic takes all of these. */
@SuppressWarnings("ImmutableEnumChecker") // All lists are those of List.of.
public enum Dialect {
  /** ISO-8601 in UTC. */
  UTC(
      "queued",
      List.of("in_progress"),
      List.of("success"),
      List.of("failed", "timed_out", "cancelled", "crashed")) {
    @Override
    void writeTime(JsonGenerator json, long millis) throws IOException {
      json.writeString(Instant.ofEpochMilli(millis).toString());
    }
  },
  /** ISO-8601 with the offset of a place. */
  OFFSET(
      "Pending",
      List.of("Started", "InProgress"),
      List.of("Completed", "Done", "Complete", "Passed"),
      List.of("Failure", "TimedOut", "Interrupted")) {
    @Override
    void writeTime(JsonGenerator json, long millis) throws IOException {
      json.writeString(
          Instant.ofEpochMilli(millis).atOffset(ZoneOffset.ofHoursMinutes(5, 30)).toString());
    }
  },
  /** Milliseconds since 1970. */
  MILLIS(
      "SCHEDULED",
      List.of("RUNNING"),
      List.of("SUCCEEDED", "FINISHED"),
      List.of("ERROR", "ABORTED", "KILLED", "TERMINATED")) {
    @Override
    void writeTime(JsonGenerator json, long millis) throws IOException {
      json.writeNumber(millis);
    }
  },
  /** Seconds since 1970 with a fraction. */
  SECONDS(
      "queued",
      List.of("in progress", "in-progress"),
      List.of("ok", "successful"),
      List.of("timeout", "timed out", "canceled", "errored")) {
    @Override
    void writeTime(JsonGenerator json, long millis) throws IOException {
      json.writeNumber(BigDecimal.valueOf(millis, 3));
    }
  };

  private final String queued;
  private final List<String> inProgress;
  private final List<String> success;
  private final List<String> failed;

  Dialect(String queued, List<String> inProgress, List<String> success, List<String> failed) {
    this.queued = queued;
    this.inProgress = inProgress;
    this.success = success;
    this.failed = failed;
  }

  /** The word for a run that waits for a worker. */
  String queued() {
    return queued;
  }

  /** The word for {@code status} of that run: a platform has several, and a run has one. */
  String word(RunStatus status, String runId) {
    List<String> words =
        switch (status) {
          case IN_PROGRESS -> inProgress;
          case SUCCESS -> success;
          case FAILED -> failed;
        };
    return words.get(Math.floorMod(runId.hashCode(), words.size()));
  }

  abstract void writeTime(JsonGenerator json, long millis) throws IOException;
}
