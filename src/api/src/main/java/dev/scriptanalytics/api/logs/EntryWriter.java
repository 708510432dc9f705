package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.api.http.OneLine;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * An entry in the three forms of the API: as JSON as it was sent, as a line of text, and as a line
 * of CSV.
 */
final class EntryWriter {
  /** The first line of CSV. */
  static final String CSV_HEADER =
      "timestamp,level,message,jobId,requestId,source,metadata,duration,memoryUsage,"
          + "gpuUtilization,stackTrace,logId\r\n";

  /**
   * A text that begins with one of these is a formula to some spreadsheet: OWASP's list, with the
   * full-width signs of East Asian keyboards.
   */
  private static final String FORMULA_SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Fields of an entry that further fields of the same name do not replace. */
  private static final Set<String> OWN =
      Set.of(
          "timestamp",
          "level",
          "originalLevel",
          "message",
          "jobId",
          "requestId",
          "source",
          "metadata",
          "stackTrace",
          "logId",
          "pattern",
          "endpointId",
          "duration",
          "memoryUsage",
          "gpuUtilization");

  private EntryWriter() {}

  /**
   * Writes an entry as an object. Fields that the API does not document have a value only where
   * there is something to say.
   *
   * @param withEndpoint whether the entries around it are of several endpoints
   */
  static void json(JsonGenerator json, Entry entry, boolean withEndpoint) throws IOException {
    json.writeStartObject();
    fields(json, entry, withEndpoint, true);
    json.writeEndObject();
  }

  /** As {@link #json}, with the pattern that the entry belongs to. */
  static void listed(JsonGenerator json, Entry entry, String pattern) throws IOException {
    json.writeStartObject();
    fields(json, entry, false, true);
    json.writeStringField("pattern", pattern);
    json.writeEndObject();
  }

  private static void fields(
      JsonGenerator json, Entry entry, boolean withEndpoint, boolean withNulls) throws IOException {
    JsonNode extra = entry.extra();
    json.setCodec(JSON);
    json.writeStringField("timestamp", entry.timestamp());
    json.writeStringField("level", entry.level().word());
    writeText(json, "originalLevel", entry.ownLevel());
    json.writeStringField("message", entry.message());
    if (withEndpoint) {
      json.writeStringField("endpointId", entry.endpointId());
    }
    writeText(json, "jobId", entry.jobId());
    writeText(json, "requestId", entry.requestId());
    writeText(json, "source", entry.source());
    JsonNode metadata = entry.metadata();
    if (metadata != null) {
      json.writeObjectField("metadata", metadata);
    }
    writeAsSent(json, "duration", extra, entry.duration(), withNulls);
    writeAsSent(json, "memoryUsage", extra, entry.memoryUsage(), false);
    writeAsSent(json, "gpuUtilization", extra, entry.gpuUtilization(), false);
    List<String> stackTrace = entry.stackTrace();
    if (!stackTrace.isEmpty()) {
      json.writeObjectField("stackTrace", stackTrace);
    }
    writeFurther(json, entry, metadata, extra);
    json.writeStringField("logId", entry.logId());
  }

  private static void writeText(JsonGenerator json, String name, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField(name, text);
    }
  }

  /** What was converted is kept as it was sent where the converted value would be another. */
  private static void writeAsSent(
      JsonGenerator json, String name, JsonNode extra, Object value, boolean evenNull)
      throws IOException {
    if (extra != null && extra.has(name)) {
      json.writeObjectField(name, extra.get(name));
    } else if (value instanceof BigDecimal number) {
      json.writeFieldName(name);
      json.writeNumber(number.toPlainString());
    } else if (value != null || evenNull) {
      json.writeObjectField(name, value);
    }
  }

  private static void writeFurther(
      JsonGenerator json, Entry entry, JsonNode metadata, JsonNode extra) throws IOException {
    Map<String, String> further =
        Map.of(
            "deploymentId", entry.deploymentId(),
            "function", entry.function(),
            "traceId", entry.traceId(),
            "spanId", entry.spanId());
    for (String name : List.of("deploymentId", "function", "traceId", "spanId")) {
      writeText(json, name, further.get(name));
    }
    if (entry.deploymentVersion() > 0) {
      json.writeNumberField("deploymentVersion", entry.deploymentVersion());
    }
    boolean coded = metadata != null && (metadata.has("errorCode") || metadata.has("error_code"));
    if (!coded) {
      writeText(json, "errorCode", entry.errorCode());
    }
    if (extra == null) {
      return;
    }
    for (Map.Entry<String, JsonNode> field : extra.properties()) {
      boolean written =
          OWN.contains(field.getKey())
              || further.containsKey(field.getKey())
              || field.getKey().equals("deploymentVersion")
              || field.getKey().equals("errorCode");
      if (!written) {
        json.writeObjectField(field.getKey(), field.getValue());
      }
    }
  }

  /**
   * A line of text, without its end:
   *
   * <pre>
   * TIMESTAMP [LEVEL] SOURCE: MESSAGE DETAIL (JOB)
   * </pre>
   *
   * The detail of a warning or an error is the metadata's {@code error}, without what follows
   * "after", or its {@code utilizationPercent}; that of any other entry is its duration. Line
   * breaks and other control characters are written as escapes, so that an entry is one line.
   */
  static String line(Entry entry) {
    StringBuilder line = new StringBuilder(entry.timestamp());
    line.append(" [").append(entry.level().name()).append("] ");
    if (!entry.source().isEmpty()) {
      line.append(entry.source()).append(": ");
    }
    line.append(entry.message()).append(detail(entry));
    if (!entry.jobId().isEmpty()) {
      line.append(" (").append(entry.jobId()).append(')');
    }
    return OneLine.of(line.toString());
  }

  private static String detail(Entry entry) {
    if (entry.level().compareTo(Level.WARN) >= 0) {
      JsonNode metadata = entry.metadata();
      JsonNode error = metadata == null ? null : metadata.get("error");
      JsonNode percent = metadata == null ? null : metadata.get("utilizationPercent");
      if (error != null && error.isTextual() && !entry.message().contains(error.textValue())) {
        return ": " + error.textValue().replaceFirst(" after .*", "");
      }
      return percent != null && percent.isNumber() ? ": " + percent.asText() + "%" : "";
    }
    BigDecimal seconds = entry.duration();
    return seconds == null ? "" : " in " + seconds.toPlainString() + "s";
  }

  /**
   * A line of CSV with its end, as RFC 4180 says. A text that a spreadsheet would run as a formula
   * has an apostrophe in front.
   */
  static String csv(Entry entry) {
    JsonNode extra = entry.extra();
    StringJoiner line = new StringJoiner(",", "", "\r\n");
    line.add(entry.timestamp());
    line.add(entry.level().word());
    for (String text :
        List.of(
            entry.message(),
            entry.jobId(),
            entry.requestId(),
            entry.source(),
            entry.metadataText())) {
      line.add(cell(text));
    }
    line.add(asSent("duration", extra, entry.duration()));
    line.add(asSent("memoryUsage", extra, entry.memoryUsage()));
    line.add(asSent("gpuUtilization", extra, entry.gpuUtilization()));
    line.add(cell(entry.stackTraceText()));
    line.add(cell(entry.logId()));
    return line.toString();
  }

  private static String asSent(String name, JsonNode extra, Object value) {
    if (extra != null && extra.has(name)) {
      JsonNode sent = extra.get(name);
      return sent.isTextual() ? cell(sent.textValue()) : quoted(sent.asText());
    }
    return value == null
        ? ""
        : value instanceof BigDecimal number ? number.toPlainString() : quoted(value.toString());
  }

  private static String cell(String text) {
    boolean isFormula = !text.isEmpty() && FORMULA_SIGNS.indexOf(text.charAt(0)) >= 0;
    return quoted(isFormula ? "'" + text : text);
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /** An entry as one line of JSON, for an event stream. */
  static String event(Entry entry) {
    return OneLine.json(
        json -> {
          json.writeStartObject();
          fields(json, entry, false, false);
          json.writeEndObject();
        });
  }
}
