package dev.scriptanalytics.testkit.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.testkit.sample.SampleLog.Details;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Writes the log entries of topic {@code script-logs}. The same entry always gives the same bytes.
 *
 * <p>An entry of a run leaves it to the run to tell script and version; one without tells them
 * itself.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class LogEventWriter {
  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter(Locale.ROOT);

  private final JsonFactory factory = new JsonFactory();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

  /** A native entry. */
  public byte[] nativeEntry(SampleLog log) {
    return write(
        json -> {
          writeText(json, "account", account(log));
          writeAttempt(json, log.runId());
          if (log.runId().isEmpty()) {
            writeText(json, "script", log.script());
            writeText(json, "deployment_id", log.deployment().id());
            json.writeNumberField("deployment_version", log.deployment().version());
            writeText(json, "function", log.function());
          }
          writeText(json, "log_id", log.id());
          json.writeStringField("timestamp", time(log));
          writeText(json, "level", log.level());
          json.writeStringField("message", log.message());
          writeText(json, "source", log.source());
          Details details = log.details();
          writeText(json, "request_id", details.requestId());
          writeNumber(json, "duration_ms", details.durationMillis());
          if (details.memoryBytes() >= 0) {
            json.writeNumberField("memory_bytes", details.memoryBytes());
          }
          writeNumber(json, "gpu_percent", details.gpuPercent());
          writeJson(json, "metadata", details.metadata());
          writeLines(json, "stack_trace", details.stackTrace());
          writeText(json, "trace_id", details.traceId());
          writeText(json, "span_id", details.spanId());
        });
  }

  /** An entry as the endpoints' logs API has it: the endpoint is the script, the job the run. */
  public byte[] endpointEntry(SampleLog log) {
    return write(
        json -> {
          writeText(json, "account", account(log));
          if (log.runId().isEmpty()) {
            writeText(json, "endpointId", log.script());
          }
          writeEndpointEntry(json, log);
        });
  }

  /** An answer of the endpoints' logs API with these entries, which are of one script. */
  public byte[] endpointAnswer(List<SampleLog> logs) {
    return writeAnswer(
        logs,
        json -> {
          for (SampleLog log : logs) {
            json.writeStartObject();
            writeEndpointEntry(json, log);
            json.writeEndObject();
          }
        });
  }

  /** As {@link #endpointAnswer}, with each entry as a line of text. */
  public byte[] endpointLines(List<SampleLog> logs) {
    return writeAnswer(
        logs,
        json -> {
          for (SampleLog log : logs) {
            json.writeString(text(log));
          }
        });
  }

  /** An entry in the text format of the endpoints' logs API. */
  public byte[] line(SampleLog log) {
    return text(log).getBytes(UTF_8);
  }

  private byte[] writeAnswer(List<SampleLog> logs, Content entries) {
    SampleLog first = logs.get(0);
    return write(
        json -> {
          writeText(json, "account", account(first));
          json.writeStringField("endpointId", first.script());
          json.writeArrayFieldStart("logs");
          entries.write(json);
          json.writeEndArray();
          json.writeNumberField("totalLogs", logs.size());
        });
  }

  private static String text(SampleLog log) {
    return "%s [%s] %s: %s%s"
        .formatted(
            time(log),
            log.level(),
            log.source(),
            log.message(),
            log.runId().isEmpty() ? "" : " (" + log.runId() + ")");
  }

  private static void writeEndpointEntry(JsonGenerator json, SampleLog log) throws IOException {
    json.writeStringField("timestamp", time(log));
    writeText(json, "level", log.level().toLowerCase(Locale.ROOT));
    json.writeStringField("message", log.message());
    writeText(json, "jobId", log.runId());
    Details details = log.details();
    writeText(json, "requestId", details.requestId());
    writeText(json, "source", log.source());
    writeJson(json, "metadata", details.metadata());
    if (Double.isNaN(details.durationMillis())) {
      json.writeNullField("duration");
    } else {
      writeNumber(json, "duration", details.durationMillis() / 1000);
    }
    if (details.memoryBytes() >= 0) {
      json.writeStringField("memoryUsage", gigabytes(details.memoryBytes()));
    }
    writeNumber(json, "gpuUtilization", details.gpuPercent());
    writeLines(json, "stackTrace", details.stackTrace());
  }

  /** The span that korelogger makes of an entry, in the JSON of OpenTelemetry's Python SDK. */
  public byte[] koreloggerSpan(SampleLog log) {
    return write(
        json -> {
          long identity =
              SeedMixer.seedOf(log.runId().hashCode(), log.micros(), log.message().hashCode());
          String digits = hex(identity) + hex(SeedMixer.mix(identity));
          Details details = log.details();
          String trace = details.traceId().isEmpty() ? digits : details.traceId();
          String span = hex(SeedMixer.mix(identity + 1));
          String traceparent = "00-" + trace + "-" + span + "-01";
          json.writeStringField("name", "gvisor_" + log.level().toLowerCase(Locale.ROOT) + "_log");
          json.writeObjectFieldStart("context");
          json.writeStringField("trace_id", "0x" + trace);
          json.writeStringField("span_id", "0x" + span);
          json.writeStringField("trace_state", "[]");
          json.writeEndObject();
          json.writeStringField("kind", "SpanKind.INTERNAL");
          json.writeNullField("parent_id");
          json.writeStringField("start_time", time(log));
          json.writeStringField("end_time", MICROS.format(instant(log.micros() + 39)));
          json.writeObjectFieldStart("status");
          json.writeStringField("status_code", "UNSET");
          json.writeEndObject();
          json.writeObjectFieldStart("attributes");
          json.writeStringField("traceparent", traceparent);
          writeText(json, "account", account(log));
          writeText(json, "run_id", log.runId());
          writeText(json, "deployment_id", log.deployment().id());
          if (log.runId().isEmpty()) {
            writeText(json, "script", log.script());
            json.writeNumberField("deployment_version", log.deployment().version());
          }
          writeText(json, "source", log.source());
          json.writeStringField("log.message", log.message());
          writeText(json, "log.level", log.level());
          json.writeStringField("log.trace_id", traceparent);
          json.writeStringField("log.meta.msg", log.message());
          json.writeStringField("log.meta.pid", Long.toString(30 + Math.floorMod(identity, 60)));
          json.writeStringField(
              "log.meta.logid",
              log.id().isEmpty()
                  ? new UUID(identity, SeedMixer.mix(identity)).toString()
                  : log.id());
          json.writeEndObject();
          json.writeArrayFieldStart("events");
          json.writeEndArray();
          json.writeArrayFieldStart("links");
          json.writeEndArray();
          json.writeObjectFieldStart("resource");
          json.writeObjectFieldStart("attributes");
          json.writeStringField("service.name", "gvisor-py-normal");
          json.writeStringField("deployment.environment", "prod.example.com");
          json.writeEndObject();
          json.writeStringField("schema_url", "");
          json.writeEndObject();
        });
  }

  private static void writeAttempt(JsonGenerator json, String id) throws IOException {
    int runEnd = id.indexOf('#');
    writeText(json, "run_id", runEnd < 0 ? id : id.substring(0, runEnd));
    if (runEnd >= 0) {
      json.writeNumberField("attempt", Integer.parseInt(id.substring(runEnd + 1)));
    }
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

  private static String account(SampleLog log) {
    return log.account().equals(SampleRun.DEFAULT_ACCOUNT) ? "" : log.account();
  }

  private static String time(SampleLog log) {
    return MICROS.format(instant(log.micros()));
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static String hex(long digits) {
    return String.format("%016x", digits);
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1fGB", bytes / 1e9);
  }

  private static void writeText(JsonGenerator json, String field, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField(field, text);
    }
  }

  private static void writeNumber(JsonGenerator json, String field, double number)
      throws IOException {
    if (!Double.isNaN(number)) {
      json.writeFieldName(field);
      json.writeNumber(BigDecimal.valueOf(number));
    }
  }

  private static void writeJson(JsonGenerator json, String field, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeFieldName(field);
      json.writeRawValue(text);
    }
  }

  private static void writeLines(JsonGenerator json, String field, List<String> lines)
      throws IOException {
    if (!lines.isEmpty()) {
      json.writeArrayFieldStart(field);
      for (String line : lines) {
        json.writeString(line);
      }
      json.writeEndArray();
    }
  }

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }
}
