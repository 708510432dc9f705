package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.JsonFields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of the aggregations of a request: entries that pass a filter, grouped, with figures of each
 * group.
 */
record Aggregation(String name, List<String> groupBy, LogFilter filter, List<String> metrics) {
  private static final int MOST_GROUPS = 10_000;
  private static final int MOST_KEYS = 5;
  private static final int MOST_METRICS = 20;

  private static final Map<String, String> KEYS = new LinkedHashMap<>();
  private static final Map<String, String> METRICS = new LinkedHashMap<>();
  private static final Pattern PERCENTILE = Pattern.compile("p(\\d{1,2}(?:\\.\\d)?)_duration");

  static {
    KEYS.put("level", Level.SQL);
    KEYS.put("source", "source");
    KEYS.put("minute", time("toStartOfMinute(timestamp)"));
    KEYS.put("hour", time("toStartOfHour(timestamp)"));
    KEYS.put("day", time("toStartOfDay(timestamp)"));
    KEYS.put("endpointId", "script");
    KEYS.put("jobId", "run_id");
    KEYS.put("requestId", "request_id");
    KEYS.put("function", "function");
    KEYS.put("errorCode", "error_code");
    KEYS.put("deploymentVersion", "deployment_version");
    METRICS.put("count", "count()");
    METRICS.put("unique_jobs", "uniqExactIf(run_id, run_id != '')");
    METRICS.put("unique_requests", "uniqExactIf(request_id, request_id != '')");
    METRICS.put("avg_duration", "avg(duration_ms) / 1000");
    METRICS.put("min_duration", "min(duration_ms) / 1000");
    METRICS.put("max_duration", "max(duration_ms) / 1000");
    METRICS.put("sum_duration", "sum(duration_ms) / 1000");
  }

  private static String time(String sql) {
    return "formatDateTime(%s, '%%Y-%%m-%%dT%%H:%%i:%%SZ', 'UTC')".formatted(sql);
  }

  /** Reads an aggregation. */
  static Aggregation read(JsonFields fields) {
    String name = fields.text("name");
    if (name == null) {
      throw ApiException.invalid(fields.path("name"), "a text that is not empty");
    }
    List<String> groupBy = fields.texts("groupBy", MOST_KEYS);
    List<String> metrics = fields.texts("metrics", MOST_METRICS);
    JsonFields filters = fields.object("filters");
    LogFilter filter = LogSearch.filter(filters, EnumSet.allOf(Level.class));
    filters.finish();
    Aggregation aggregation =
        new Aggregation(
            name,
            groupBy == null ? List.of() : groupBy.stream().distinct().toList(),
            filter,
            metrics == null ? List.of("count") : metrics.stream().distinct().toList());
    fields.finish();
    for (String key : aggregation.groupBy()) {
      if (!KEYS.containsKey(key)) {
        throw ApiException.invalid(
                fields.path("groupBy"), "a list of " + String.join(", ", KEYS.keySet()))
            .with("known", KEYS.keySet());
      }
    }
    for (String metric : aggregation.metrics()) {
      if (metric(metric) == null) {
        throw ApiException.invalid(
                fields.path("metrics"),
                "a list of %s, and percentiles such as p95_duration"
                    .formatted(String.join(", ", METRICS.keySet())))
            .with("known", METRICS.keySet());
      }
    }
    return aggregation;
  }

  /** A metric in SQL, or null. Percentiles are nearest rank, and NULL where no entry has one. */
  private static String metric(String name) {
    Matcher percentile = PERCENTILE.matcher(name);
    if (!percentile.matches()) {
      return METRICS.get(name);
    }
    int perMille = (int) Math.round(Double.parseDouble(percentile.group(1)) * 10);
    return perMille == 0
        ? null
        : ("if(count(duration_ms) = 0, NULL, arrayElement(arraySort(groupArray(duration_ms)),"
                + " intDiv(%d * count(duration_ms) + 999, 1000)) / 1000)")
            .formatted(perMille);
  }

  /** The question: a row per group, its keys first. */
  Query query(Scope scope) {
    List<String> columns = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < groupBy.size(); i++) {
      columns.add(KEYS.get(groupBy.get(i)) + " AS key_" + i);
      keys.add("key_" + i);
    }
    metrics.forEach(metric -> columns.add(metric(metric)));
    Query query = new Query().append("SELECT " + String.join(", ", columns));
    scope.appendTo(query);
    query.append(" AND ");
    filter.appendTo(query);
    if (!keys.isEmpty()) {
      String list = String.join(", ", keys);
      query.append("\nGROUP BY " + list + " ORDER BY " + list);
    }
    return query.append("\nLIMIT " + (MOST_GROUPS + 1));
  }

  /** Writes the answer to {@link #query} as a list. */
  void write(JsonGenerator json, Rows rows) throws IOException {
    json.writeArrayFieldStart(name);
    int groups = 0;
    for (JsonNode row = rows.next(); row != null; row = rows.next()) {
      if (++groups > MOST_GROUPS) {
        throw new ApiException(413, "TOO_MANY_GROUPS", "An aggregation has too many groups")
            .with("aggregation", name)
            .with("maxAllowed", MOST_GROUPS)
            .with("suggestion", "Use a smaller time range or fewer keys");
      }
      json.writeStartObject();
      for (int i = 0; i < row.size(); i++) {
        int metric = i - groupBy.size();
        json.writeObjectField(metric < 0 ? groupBy.get(i) : metrics.get(metric), row.get(i));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
