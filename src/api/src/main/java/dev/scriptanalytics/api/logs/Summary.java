package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many entries there are, and of which kinds the wanted ones are; from one look at them. */
final class Summary {
  private static final int MOST_SOURCES = 1000;
  private static final int MOST_ERRORS = 10;

  private record CommonError(String error, long count, Instant first, Instant last) {}

  private long total;
  private long filtered;
  private final Map<Level, Long> levels = new EnumMap<>(Level.class);
  private final Map<String, Long> sources = new LinkedHashMap<>();
  private final List<CommonError> errors = new ArrayList<>();

  /**
   * The question. An error is named by its code, or by the first line of its message, where words
   * with digits are {@code *}.
   */
  static Query query(Scope scope, LogFilter filter) {
    Query query = new Query();
    query.append(
        "SELECT grouping(level), grouping(source), level, source, error, count(),"
            + " countIf(wanted) AS times, minIf(micros, wanted), maxIf(micros, wanted)\n"
            + "FROM (SELECT "
            + Level.SQL
            + " AS level, source, toUnixTimestamp64Micro(timestamp) AS micros,\n");
    filter.appendTo(query);
    query.append(
        " AS wanted, multiIf(NOT wanted OR level NOT IN ('error', 'fatal'), '',"
            + " error_code != '', error_code,"
            + " replaceRegexpAll(leftUTF8(extract(log_message, '^\\\\s*([^\\n]*)'), 300),"
            + " '\\\\w*\\\\d\\\\w*', '*')) AS error");
    scope.appendTo(query);
    return query.append(
        ")\nGROUP BY GROUPING SETS ((level), (source), (error))"
            + "\nORDER BY times DESC, source, error LIMIT "
            + MOST_SOURCES
            + " BY grouping(level), grouping(source)");
  }

  /** Reads the answer to {@link #query}. */
  static Summary read(Rows rows) {
    Summary summary = new Summary();
    try (rows) {
      for (JsonNode row = rows.next(); row != null; row = rows.next()) {
        summary.add(row);
      }
    }
    return summary;
  }

  private void add(JsonNode row) {
    boolean ofLevel = row.get(0).asInt() == 0;
    boolean ofSource = row.get(1).asInt() == 0;
    long wanted = row.get(6).asLong();
    if (ofLevel) {
      total += row.get(5).asLong();
      filtered += wanted;
      levels.put(Level.ofWord("level", row.get(2).asText()), wanted);
    } else if (ofSource && wanted > 0 && !row.get(3).asText().isEmpty()) {
      sources.put(row.get(3).asText(), wanted);
    } else if (!ofSource
        && wanted > 0
        && !row.get(4).asText().isEmpty()
        && errors.size() < MOST_ERRORS) {
      errors.add(
          new CommonError(
              row.get(4).asText(),
              wanted,
              instant(row.get(7).asLong()),
              instant(row.get(8).asLong())));
    }
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  /** The entries of the range, and of the job if one is named. */
  long total() {
    return total;
  }

  /** Those of them that the filter wants. */
  long filtered() {
    return filtered;
  }

  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("summary");
    json.writeObjectFieldStart("logLevels");
    for (Level level : Level.values()) {
      json.writeNumberField(level.word(), levels.getOrDefault(level, 0L));
    }
    json.writeEndObject();
    json.writeObjectFieldStart("sources");
    for (Map.Entry<String, Long> source : sources.entrySet()) {
      json.writeNumberField(source.getKey(), source.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("commonErrors");
    for (CommonError error : errors) {
      json.writeStartObject();
      json.writeStringField("error", error.error());
      json.writeNumberField("count", error.count());
      json.writeStringField("firstOccurrence", error.first().toString());
      json.writeStringField("lastOccurrence", error.last().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
