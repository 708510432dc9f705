package dev.scriptanalytics.testkit.sample;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;

/** How a platform spells times and status: the topic takes all of these. */
public enum Dialect {
  /** ISO-8601 in UTC. */
  UTC("in_progress", "success", "failed") {
    @Override
    void writeTime(JsonGenerator json, long millis) throws IOException {
      json.writeString(Instant.ofEpochMilli(millis).toString());
    }
  },
  /** ISO-8601 with the offset of a place. */
  OFFSET("Started", "Completed", "Failure") {
    @Override
    void writeTime(JsonGenerator json, long millis) throws IOException {
      json.writeString(
          Instant.ofEpochMilli(millis).atOffset(ZoneOffset.ofHoursMinutes(5, 30)).toString());
    }
  },
  /** Milliseconds since 1970. */
  MILLIS("RUNNING", "SUCCEEDED", "ERROR") {
    @Override
    void writeTime(JsonGenerator json, long millis) throws IOException {
      json.writeNumber(millis);
    }
  },
  /** Seconds since 1970 with a fraction. */
  SECONDS("in progress", "ok", "timeout") {
    @Override
    void writeTime(JsonGenerator json, long millis) throws IOException {
      json.writeNumber(BigDecimal.valueOf(millis, 3));
    }
  };

  private final String inProgress;
  private final String success;
  private final String failed;

  Dialect(String inProgress, String success, String failed) {
    this.inProgress = inProgress;
    this.success = success;
    this.failed = failed;
  }

  /** The word for {@code status}. */
  String word(RunStatus status) {
    return switch (status) {
      case IN_PROGRESS -> inProgress;
      case SUCCESS -> success;
      case FAILED -> failed;
    };
  }

  abstract void writeTime(JsonGenerator json, long millis) throws IOException;
}
