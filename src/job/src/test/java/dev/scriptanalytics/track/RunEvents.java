package dev.scriptanalytics.track;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.RunDecoder;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
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

  /** An event that is not yet decoded. */
  final class Event {
    private final Map<String, Object> json = new LinkedHashMap<>();
    private Instant arrival = T;

    private Event(String runId, String status) {
      with("run_id", runId).with("script", "Qbalance").with("status", status).startedAt(T);
    }

    Event with(String field, Object value) {
      json.put(field, value);
      return this;
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
        return decoder.decode(new KafkaRecord("script-runs", 0, offset++, millis, bytes), millis);
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      } catch (UnusableRecordException e) {
        throw new IllegalArgumentException("The tracker would never receive this event", e);
      }
    }
  }
}
