package dev.scriptanalytics.track;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.RunDecoder;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEvent.Kind;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import dev.scriptanalytics.row.RunRowWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes run events by decoding JSON. Each event of one maker has an offset of its own. */
final class RunEvents {
  /** The start of runs and the arrival of events, unless a test sets another. */
  static final Instant T = Instant.parse("2026-11-02T10:15:00Z");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunDecoder decoder =
      new RunDecoder(
          new EventLimits(
              Duration.ofDays(30).toMillis(),
              Duration.ofDays(1).toMillis(),
              1 << 20,
              256,
              1 << 16,
              1 << 16,
              1 << 16,
              1 << 16,
              1 << 16,
              30,
              Map.of()),
          "000102030405060708090a0b0c0d0e0f");
  private long offset;

  /** The start of a run of script {@code Qbalance}. */
  Event start(String runId) {
    return new Event(runId, "in_progress");
  }

  /** The successful end of a run. */
  Event success(String runId, double responseTime) {
    return new Event(runId, "success").with("response_time_ms", responseTime);
  }

  /** The failed end of a run. */
  Event failure(String runId) {
    return new Event(runId, "failed").with("error", Map.of("code", "E1", "message", "broken"));
  }

  /** The event of a run that waits to be started. */
  Event queued(String runId) {
    return start(runId).of(Kind.QUEUED_RUN);
  }

  /** The successful end of a run that does not tell when the run started. */
  Event untimedSuccess(String runId, Instant endedAt) {
    return new Event(runId, "success").startedAt(endedAt).endedAt(endedAt).of(Kind.UNTIMED_END);
  }

  /** The failed end of a run that does not tell when the run started. */
  Event untimedFailure(String runId, Instant endedAt) {
    return new Event(runId, "failed").startedAt(endedAt).endedAt(endedAt).of(Kind.UNTIMED_END);
  }

  /** An event that is not yet decoded. */
  final class Event {
    private final Map<String, Object> json = new LinkedHashMap<>();
    private Instant arrival = T;
    private Kind kind = Kind.RUN;

    private Event(String runId, String status) {
      with("run_id", runId).with("script", "Qbalance").with("status", status).startedAt(T);
    }

    Event with(String field, Object value) {
      json.put(field, value);
      return this;
    }

    private Event of(Kind other) {
      kind = other;
      return this;
    }

    Event endedAt(Instant instant) {
      return with("ended_at", instant.toString());
    }

    Event startedAt(Instant instant) {
      return with("started_at", instant.toString());
    }

    Event arriving(Instant instant) {
      arrival = instant;
      return this;
    }

    Event arrivingAfter(Duration duration) {
      return arriving(T.plus(duration));
    }

    /** Decodes it from a new record on each call. */
    ScriptEvent decoded() {
      try {
        long millis = arrival.toEpochMilli();
        byte[] bytes = JSON.writeValueAsBytes(json);
        KafkaRecord record = new KafkaRecord("script-runs", 0, offset++, millis, bytes);
        return ofKind(decoder.decode(record, millis));
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      } catch (UnusableRecordException e) {
        throw new IllegalArgumentException("The tracker would never receive this event", e);
      }
    }

    private ScriptEvent ofKind(ScriptEvent event) {
      byte[] row = kind == Kind.UNTIMED_END ? untimed(new RunRow().wrap(event.row)) : event.row;
      return ScriptEvent.ofRun(
          kind,
          event.hashHigh,
          event.hashLow,
          event.arrival,
          event.origin,
          row,
          event.stdout,
          event.stderr);
    }

    /** The row without a response time, and with its end for its start. */
    private byte[] untimed(RunRow end) {
      RunRowWriter row = new RunRowWriter();
      row.begin(
          RunRow.END_ONLY,
          end.status(),
          end.deploymentVersion(),
          end.endedOn(),
          end.retentionDays());
      for (Column column : Column.values()) {
        switch (column) {
          case RESPONSE_TIME -> {}
          case ENDED_ON -> row.int64(column, end.endedOn());
          case ACCOUNT,
              RUN_ID,
              SCRIPT,
              DEPLOYMENT_ID,
              FUNCTION,
              SOURCE,
              INPUT,
              OUTPUT,
              ERROR_CODE,
              ERROR_MESSAGE ->
              row.text(column, end.textUtf8(column));
          default -> {}
        }
      }
      return row.finish();
    }
  }
}
