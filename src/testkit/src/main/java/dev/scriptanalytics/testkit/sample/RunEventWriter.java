package dev.scriptanalytics.testkit.sample;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;
import dev.scriptanalytics.testkit.sample.SampleRun.Details;
import dev.scriptanalytics.testkit.sample.SampleRun.Failure;
import dev.scriptanalytics.testkit.sample.SampleRun.Resources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Map;

/**
 * Writes the events of topic {@code script-runs}. The same run always gives the same bytes.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class RunEventWriter {
  private final JsonFactory factory = new JsonFactory();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

  /** The event that a run sends when it begins to wait for a worker. */
  public byte[] queued(SampleRun run) {
    return write(
        json -> {
          writeIdentity(json, run, run.dialect().queued());
          writeTime(json, "started_at", run.dialect(), run.executedOn());
        });
  }

  /** The event that a run sends when it starts. */
  public byte[] start(SampleRun run) {
    return write(
        json -> {
          writeIdentity(json, run, run.word(RunStatus.IN_PROGRESS));
          writeTime(json, "started_at", run.dialect(), run.startedAt());
          writeText(json, "trace_id", run.details().traceId());
        });
  }

  /** The event that a run sends when it ends, which tells all that {@link #start} does. */
  public byte[] end(SampleRun run) {
    return write(
        json -> {
          writeIdentity(json, run, run.word(run.status()));
          writeTimes(json, run);
          writeDetails(json, run.details());
        });
  }

  private byte[] write(Content content) {
    bytes.reset();
    try (JsonGenerator json = factory.createGenerator(bytes)) {
      json.writeStartObject();
      content.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void writeIdentity(JsonGenerator json, SampleRun run, String status)
      throws IOException {
    if (!run.account().equals(SampleRun.DEFAULT_ACCOUNT)) {
      json.writeStringField("account", run.account());
    }
    json.writeStringField("run_id", run.runId());
    if (run.attempt() > 1) {
      json.writeNumberField("attempt", run.attempt());
    }
    json.writeStringField("script", run.script());
    Deployment deployment = run.deployment();
    writeText(json, "deployment_id", deployment.id());
    if (deployment.version() > 0) {
      json.writeNumberField("deployment_version", deployment.version());
    }
    json.writeStringField("function", run.function());
    json.writeStringField("status", status);
    json.writeStringField("source_type", run.source().type());
    json.writeStringField("source", run.source().name());
  }

  private static void writeTimes(JsonGenerator json, SampleRun run) throws IOException {
    Timing timing = run.timing();
    if (timing != Timing.END_AND_RESPONSE_TIME && timing != Timing.END) {
      writeTime(json, "started_at", run.dialect(), run.startedAt());
    }
    if (timing != Timing.NONE) {
      writeTime(json, "ended_at", run.dialect(), run.endedAt());
    }
    if (timing == Timing.RESPONSE_TIME || timing == Timing.END_AND_RESPONSE_TIME) {
      json.writeFieldName("response_time_ms");
      json.writeNumber(BigDecimal.valueOf(run.durationMicros(), 3));
    }
  }

  private static void writeDetails(JsonGenerator json, Details details) throws IOException {
    writeJson(json, "input", details.input());
    writeJson(json, "output", details.output());
    if (details.failure() != null) {
      writeFailure(json, details.failure());
    }
    writeText(json, "stdout", details.stdout());
    writeText(json, "stderr", details.stderr());
    writeText(json, "trace_id", details.traceId());
    if (!details.phases().isEmpty()) {
      json.writeObjectFieldStart("phases");
      for (Map.Entry<String, Double> phase : details.phases().entrySet()) {
        json.writeNumberField(phase.getKey(), phase.getValue());
      }
      json.writeEndObject();
    }
    if (details.resources() != null) {
      writeResources(json, details.resources());
    }
  }

  private static void writeFailure(JsonGenerator json, Failure failure) throws IOException {
    json.writeObjectFieldStart("error");
    json.writeStringField("code", failure.code());
    json.writeStringField("message", failure.message());
    json.writeArrayFieldStart("stack_trace");
    for (String line : failure.stackTrace()) {
      json.writeString(line);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeResources(JsonGenerator json, Resources resources) throws IOException {
    json.writeObjectFieldStart("resources");
    json.writeNumberField("memory_bytes", resources.memoryBytes());
    json.writeNumberField("cpu_ms", resources.cpuMillis());
    if (!Double.isNaN(resources.gpuPercent())) {
      json.writeNumberField("gpu_percent", resources.gpuPercent());
    }
    json.writeBooleanField("cold_start", resources.cold());
    json.writeEndObject();
  }

  private static void writeTime(JsonGenerator json, String field, Dialect dialect, long millis)
      throws IOException {
    json.writeFieldName(field);
    dialect.writeTime(json, millis);
  }

  private static void writeText(JsonGenerator json, String field, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField(field, text);
    }
  }

  private static void writeJson(JsonGenerator json, String field, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeFieldName(field);
      json.writeRawValue(text);
    }
  }

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }
}
