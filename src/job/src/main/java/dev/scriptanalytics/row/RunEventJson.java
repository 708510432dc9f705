package dev.scriptanalytics.row;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.row.RunRow.Column;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Writes a row of {@code runs} as a run event in JSON, for dead letters: an event that contradicts
 * its run is found out long after its own bytes were decoded and dropped.
 */
public final class RunEventJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<Column> ERROR =
      EnumSet.of(Column.ERROR_CODE, Column.ERROR_MESSAGE, Column.ERROR_STACK);
  private static final Set<Column> RESOURCES =
      EnumSet.of(Column.MEMORY_BYTES, Column.CPU_MS, Column.GPU_PERCENT, Column.COLD_START);

  private final RunRow run;
  private final Set<String> cut;
  private final JsonGenerator to;

  private RunEventJson(RunRow run, JsonGenerator to) {
    this.run = run;
    this.cut = run.texts(Column.TRUNCATED);
    this.to = to;
  }

  /**
   * The row as a run event. Sent to the job, it gives the same row, except for {@code extra}, which
   * stands under its own name, and for what was cut.
   *
   * @param isTimed false if the row is that of an end that did not tell when its run started, so
   *     that {@code executed_on} is the end
   * @param stdout the captured output that came with the row, in UTF-8; null for none
   * @param stderr the same of the other stream
   */
  public static byte[] of(RunRow run, boolean isTimed, byte[] stdout, byte[] stderr) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator to = JSON.createGenerator(json)) {
      new RunEventJson(run, to).write(isTimed, stdout, stderr);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return json.toByteArray();
  }

  private void write(boolean isTimed, byte[] stdout, byte[] stderr) throws IOException {
    to.writeStartObject();
    writeText("account", Column.ACCOUNT);
    writeText("run_id", Column.RUN_ID);
    writeText("script", Column.SCRIPT);
    writeText("deployment_id", Column.DEPLOYMENT_ID);
    if (run.deploymentVersion() != 0) {
      to.writeNumberField("deployment_version", Integer.toUnsignedLong(run.deploymentVersion()));
    }
    writeText("function", Column.FUNCTION);
    boolean hasOwnWord = !run.isEmpty(Column.ORIGINAL_STATUS);
    to.writeStringField(
        "status", hasOwnWord ? run.text(Column.ORIGINAL_STATUS) : run.status().word());
    if (isTimed) {
      to.writeStringField("started_at", Instant.ofEpochMilli(run.executedOn()).toString());
    }
    if (run.hasEnded()) {
      to.writeStringField("ended_at", Instant.ofEpochMilli(run.endedOn()).toString());
    }
    writeFloat("response_time_ms", Column.RESPONSE_TIME);
    writeText("source_type", Column.SOURCE_TYPE);
    writeText("source", Column.SOURCE);
    writeDocument("input", Column.INPUT);
    writeDocument("output", Column.OUTPUT);
    if (hasAnyOf(ERROR)) {
      writeError();
    }
    writeStream("stdout", stdout);
    writeStream("stderr", stderr);
    writeText("trace_id", Column.TRACE_ID);
    writePhases();
    if (hasAnyOf(RESOURCES)) {
      writeResources();
    }
    writeDocument("extra", Column.EXTRA);
    if (!cut.isEmpty()) {
      to.writeArrayFieldStart("truncated");
      for (String column : cut) {
        to.writeString(column);
      }
      to.writeEndArray();
    }
    to.writeEndObject();
  }

  private void writeError() throws IOException {
    to.writeObjectFieldStart("error");
    writeText("code", Column.ERROR_CODE);
    writeText("message", Column.ERROR_MESSAGE);
    writeText("stack_trace", Column.ERROR_STACK);
    to.writeEndObject();
  }

  private void writePhases() throws IOException {
    if (!run.isEmpty(Column.PHASES)) {
      to.writeObjectFieldStart("phases");
      for (Map.Entry<String, Double> phase : run.numbers(Column.PHASES).entrySet()) {
        to.writeNumberField(phase.getKey(), phase.getValue());
      }
      to.writeEndObject();
    }
  }

  private void writeResources() throws IOException {
    to.writeObjectFieldStart("resources");
    if (!run.isEmpty(Column.MEMORY_BYTES)) {
      to.writeNumberField("memory_bytes", run.int64(Column.MEMORY_BYTES));
    }
    writeFloat("cpu_ms", Column.CPU_MS);
    writeFloat("gpu_percent", Column.GPU_PERCENT);
    if (!run.isEmpty(Column.COLD_START)) {
      to.writeBooleanField("cold_start", run.bool(Column.COLD_START));
    }
    to.writeEndObject();
  }

  private boolean hasAnyOf(Set<Column> columns) {
    return columns.stream().anyMatch(column -> !run.isEmpty(column));
  }

  private void writeText(String name, Column column) throws IOException {
    if (!run.isEmpty(column)) {
      to.writeStringField(name, run.text(column));
    }
  }

  private void writeFloat(String name, Column column) throws IOException {
    if (!run.isEmpty(column)) {
      to.writeNumberField(name, run.float64(column));
    }
  }

  private void writeStream(String name, byte[] utf8) throws IOException {
    if (utf8 != null) {
      to.writeStringField(name, new String(utf8, StandardCharsets.UTF_8));
    }
  }

  /** Writes a JSON value verbatim, or as a string if truncation made it invalid. */
  private void writeDocument(String name, Column column) throws IOException {
    if (run.isEmpty(column)) {
      return;
    }
    // A cut extra is complete JSON: whole fields are left out of it.
    if (cut.contains(name) && column != Column.EXTRA) {
      to.writeStringField(name, run.text(column));
    } else {
      to.writeFieldName(name);
      to.writeRawValue(run.text(column));
    }
  }
}
