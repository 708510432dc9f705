package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.http.Answers;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Writes answers with log entries, row by row as they arrive. */
final class LogAnswer {
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private LogAnswer() {}

  /**
   * Answers with entries, their counts and their summary.
   *
   * @param several whether the answer names a list of endpoints
   */
  static void json(
      Context context, Scope scope, Page page, Summary summary, Rows rows, boolean several) {
    Answers.json(
        context,
        json -> {
          json.writeStartObject();
          if (several) {
            json.writeArrayFieldStart("endpointIds");
            for (String endpointId : scope.endpointIds()) {
              json.writeString(endpointId);
            }
            json.writeEndArray();
          } else {
            json.writeStringField("endpointId", scope.endpointIds().get(0));
          }
          json.writeNumberField("totalLogs", summary.total());
          json.writeNumberField("filteredLogs", summary.filtered());
          json.writeStringField("startTime", scope.range().start().toString());
          json.writeStringField("endTime", scope.range().end().toString());
          writePagination(json, page, summary);
          json.writeArrayFieldStart("logs");
          for (JsonNode row = rows.next(); row != null; row = rows.next()) {
            EntryWriter.json(json, Entry.of(row), several);
          }
          json.writeEndArray();
          summary.write(json);
          json.writeEndObject();
        });
  }

  private static void writePagination(JsonGenerator json, Page page, Summary summary)
      throws IOException {
    int next = page.limit() + page.offset();
    boolean hasMore = summary.filtered() > next;
    json.writeObjectFieldStart("pagination");
    json.writeNumberField("limit", page.limit());
    json.writeNumberField("offset", page.offset());
    json.writeBooleanField("hasMore", hasMore);
    if (hasMore) {
      json.writeNumberField("nextOffset", next);
    } else {
      json.writeNullField("nextOffset");
    }
    json.writeEndObject();
  }

  /** Answers with {@code {"logs": ["LINE", …]}}. */
  static void lines(Context context, Rows rows) {
    Answers.json(
        context,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("logs");
          for (JsonNode row = rows.next(); row != null; row = rows.next()) {
            json.writeString(EntryWriter.line(Entry.of(row)));
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  static void text(Context context, Rows rows) {
    body(context, "text/plain; charset=utf-8", "", rows, entry -> EntryWriter.line(entry) + "\n");
  }

  /**
   * Answers with CSV.
   *
   * @param withMark whether a byte order mark comes first, by which Excel knows UTF-8
   */
  static void csv(Context context, Rows rows, boolean withMark) {
    String header = (withMark ? BYTE_ORDER_MARK : "") + EntryWriter.CSV_HEADER;
    body(context, "text/csv; charset=utf-8", header, rows, EntryWriter::csv);
  }

  private static void body(
      Context context, String contentType, String header, Rows rows, Function<Entry, String> line) {
    Answers.send(
        context,
        contentType,
        out -> {
          out.write(header.getBytes(StandardCharsets.UTF_8));
          for (JsonNode row = rows.next(); row != null; row = rows.next()) {
            out.write(line.apply(Entry.of(row)).getBytes(StandardCharsets.UTF_8));
          }
        });
  }
}
