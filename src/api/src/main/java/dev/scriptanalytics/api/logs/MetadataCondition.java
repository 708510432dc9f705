package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.RegularExpressions;
import dev.scriptanalytics.api.http.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * A condition on a field of the metadata, such as {@code "gpuUtilization": {"$gt": 90}}. A point in
 * the name leads into an object. Where the metadata lacks the field, the entry's own field of that
 * name is meant.
 */
record MetadataCondition(String field, String operator, JsonNode value) {
  private static final Map<String, String> COMPARISONS =
      Map.of("$gt", " > ", "$gte", " >= ", "$lt", " < ", "$lte", " <= ");
  private static final List<String> OPERATORS =
      List.of("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex", "$exists");
  private static final int MOST = 100;

  private static final Map<String, String> OWN_NUMBERS =
      Map.of(
          "gpuUtilization", "gpu_percent",
          "duration", "duration_ms / 1000",
          "memoryBytes", "toFloat64(memory_bytes)");
  private static final Map<String, String> OWN_TEXTS =
      Map.of(
          "memoryUsage",
          "multiIf(JSONHas(extra, 'memoryUsage'), JSONExtractString(extra, 'memoryUsage'),"
              + " memory_bytes IS NULL, '',"
              + " memory_bytes >= 1e12, concat(toString(memory_bytes / 1e12), 'TB'),"
              + " memory_bytes >= 1e9, concat(toString(memory_bytes / 1e9), 'GB'),"
              + " memory_bytes >= 1e6, concat(toString(memory_bytes / 1e6), 'MB'),"
              + " memory_bytes >= 1e3, concat(toString(memory_bytes / 1e3), 'KB'),"
              + " concat(toString(memory_bytes), 'B'))",
          "jobId",
          "run_id",
          "requestId",
          "request_id",
          "source",
          "source",
          "message",
          "log_message",
          "errorCode",
          "error_code",
          "level",
          Level.SQL);

  /** Reads all conditions of an object, which may be empty. */
  static List<MetadataCondition> read(JsonFields fields) {
    List<MetadataCondition> conditions = new ArrayList<>();
    for (String field : fields.names()) {
      JsonNode value = fields.get(field);
      if (value != null && value.isObject()) {
        value
            .properties()
            .forEach(
                entry -> conditions.add(checked(fields, field, entry.getKey(), entry.getValue())));
      } else {
        conditions.add(checked(fields, field, "$eq", value));
      }
    }
    if (conditions.size() > MOST) {
      throw ApiException.invalid(fields.path("*"), "at most %d conditions".formatted(MOST));
    }
    return conditions;
  }

  private static MetadataCondition checked(
      JsonFields fields, String field, String operator, JsonNode value) {
    String path = fields.path(field) + "." + operator;
    boolean isValid =
        switch (operator) {
          case "$gt", "$gte", "$lt", "$lte" ->
              value.isNumber() && Double.isFinite(value.asDouble());
          case "$regex" -> value.isTextual();
          case "$exists" -> value.isBoolean();
          case "$eq", "$ne" -> value != null && isValue(value);
          case "$in", "$nin" ->
              value.isArray()
                  && !value.isEmpty()
                  && value.size() <= MOST
                  && StreamSupport.stream(value.spliterator(), false)
                      .allMatch(MetadataCondition::isValue);
          default ->
              throw ApiException.invalid(path, "one of " + String.join(", ", OPERATORS))
                  .with("known", OPERATORS);
        };
    if (!isValid) {
      throw ApiException.invalid(
          path,
          switch (operator) {
            case "$gt", "$gte", "$lt", "$lte" -> "a number";
            case "$regex" -> RegularExpressions.WANTED;
            case "$exists" -> "true or false";
            case "$in", "$nin" -> "a list of 1 to %d texts, numbers, true or false".formatted(MOST);
            default -> "a text, a number, true or false";
          });
    }
    if (operator.equals("$regex")) {
      RegularExpressions.checked(path, value.textValue());
    }
    return new MetadataCondition(field, operator, value);
  }

  private static boolean isValue(JsonNode value) {
    return value.isTextual()
        || value.isBoolean()
        || (value.isNumber() && Double.isFinite(value.asDouble()));
  }

  void appendTo(Query query) {
    if (COMPARISONS.containsKey(operator)) {
      query.append("ifNull(");
      appendNumber(query);
      query.append(COMPARISONS.get(operator)).number(value.asDouble()).append(", false)");
      return;
    }
    switch (operator) {
      case "$regex" -> {
        query.append("match(");
        appendText(query);
        query.append(", ").string(value.textValue()).append(")");
      }
      case "$exists" -> {
        query.append(value.booleanValue() ? "(" : "NOT (");
        appendText(query);
        query.append(" != '')");
      }
      case "$ne", "$nin" -> {
        query.append("NOT ");
        appendEquals(query);
      }
      default -> appendEquals(query);
    }
  }

  private void appendEquals(Query query) {
    query.append("(");
    List<JsonNode> values = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(values::add);
    } else {
      values.add(value);
    }
    for (int i = 0; i < values.size(); i++) {
      query.append(i == 0 ? "" : " OR ");
      if (values.get(i).isNumber()) {
        query.append("ifNull(");
        appendNumber(query);
        query.append(" = ").number(values.get(i).asDouble()).append(", false)");
      } else {
        appendText(query);
        query.append(" = ").string(values.get(i).asText());
      }
    }
    query.append(")");
  }

  private void appendNumber(Query query) {
    query.append("if(JSONHas(metadata");
    appendPath(query);
    query.append("), JSONExtract(metadata");
    appendPath(query);
    query.append(", 'Nullable(Float64)'), ");
    if (OWN_NUMBERS.containsKey(field)) {
      query.append(OWN_NUMBERS.get(field));
    } else {
      query.append("JSONExtract(extra");
      appendPath(query);
      query.append(", 'Nullable(Float64)')");
    }
    query.append(")");
  }

  private void appendText(Query query) {
    query.append("if(JSONHas(metadata");
    appendPath(query);
    query.append("), ");
    appendTextOf(query, "metadata");
    query.append(", ");
    if (OWN_TEXTS.containsKey(field)) {
      query.append(OWN_TEXTS.get(field));
    } else if (OWN_NUMBERS.containsKey(field)) {
      query.append("ifNull(toString(").append(OWN_NUMBERS.get(field)).append("), '')");
    } else {
      appendTextOf(query, "extra");
    }
    query.append(")");
  }

  /** A text as it is, anything else as JSON. */
  private void appendTextOf(Query query, String column) {
    query.append("if(JSONType(").append(column);
    appendPath(query);
    query.append(") = 'String', JSONExtractString(").append(column);
    appendPath(query);
    query.append("), JSONExtractRaw(").append(column);
    appendPath(query);
    query.append("))");
  }

  private void appendPath(Query query) {
    for (String name : field.split("\\.", -1)) {
      query.append(", ").string(name);
    }
  }
}
