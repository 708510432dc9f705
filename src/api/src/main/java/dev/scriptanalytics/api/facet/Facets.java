package dev.scriptanalytics.api.facet;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.Columns;
import dev.scriptanalytics.api.filter.Filter;
import dev.scriptanalytics.api.filter.FilterReader;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.http.TimeRange;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.route.Route;
import dev.scriptanalytics.api.view.ScriptQuery;
import dev.scriptanalytics.api.view.Scripts;
import dev.scriptanalytics.api.view.ViewRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A route that counts the values of columns in one look at the rows. */
public final class Facets implements Route {
  private static final int USUAL = 10;
  private static final int MOST_VALUES = 1000;
  private static final int MOST_COLUMNS = 10;
  private static final List<String> PARAMETERS =
      List.of("startTime", "endTime", "filter", "columns", "limit");

  private record Value(String value, long count) {}

  private final String view;
  private final Permission permission;
  private final String purpose;
  private final Columns columns;
  private final List<String> usual;
  private final Optional<Duration> maxTimeRange;

  /**
   * A route.
   *
   * @param view whose rows are counted
   * @param purpose the subject of an error, such as {@code Runs access}
   * @param usual the columns where none are asked for
   */
  public Facets(
      String view,
      Permission permission,
      String purpose,
      Columns columns,
      List<String> usual,
      Optional<Duration> maxTimeRange) {
    this.view = view;
    this.permission = permission;
    this.purpose = purpose;
    this.columns = columns;
    this.usual = usual;
    this.maxTimeRange = maxTimeRange;
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.require(permission, purpose);
    ScriptQuery asked = ScriptQuery.ofParameters(exchange, PARAMETERS);
    Fields fields = asked.fields();
    TimeRange range = TimeRange.read(fields, maxTimeRange);
    Filter filter = FilterReader.read(fields.object("filter"), columns);
    List<String> names = names(fields.text("columns"));
    List<String> values = names.stream().map(name -> columns.countable("columns", name)).toList();
    int limit = fields.integer("limit", USUAL, 1, MOST_VALUES);
    ViewRequest request = new ViewRequest(asked.account(), asked.script(), range);
    Map<String, List<Value>> facets = new LinkedHashMap<>();
    names.forEach(name -> facets.put(name, new ArrayList<>()));
    try (Rows rows = exchange.ask(query(request, filter, values, limit))) {
      for (JsonNode row = rows.next(); row != null; row = rows.next()) {
        facets
            .get(names.get(row.get(0).asInt()))
            .add(new Value(row.get(1).asText(), row.get(2).asLong()));
      }
    }
    if (facets.get(names.get(0)).isEmpty()) {
      Scripts.require(exchange, asked.account(), asked.script());
    }
    Answers.json(exchange.context(), json -> write(json, request, facets));
  }

  private List<String> names(String asked) {
    List<String> names = asked == null ? usual : List.of(asked.split(",", -1));
    if (names.size() > MOST_COLUMNS || names.stream().distinct().count() < names.size()) {
      throw ApiException.invalid(
          "columns", "up to %d different columns, separated by commas".formatted(MOST_COLUMNS));
    }
    return names;
  }

  private Query query(ViewRequest request, Filter filter, List<String> values, int limit) {
    Query query = new Query();
    // Each column is a grouping set of its own, so that the rows are read once.
    List<String> keys = new ArrayList<>();
    StringBuilder facet = new StringBuilder("multiIf(");
    StringBuilder value = new StringBuilder("multiIf(");
    StringBuilder inner = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      keys.add("(v" + i + ")");
      facet.append("grouping(v%1$d) = 0, %1$d, ".formatted(i));
      value.append("grouping(v%1$d) = 0, v%1$d, ".formatted(i));
      inner.append(i == 0 ? "" : ", ").append(values.get(i)).append(" AS v").append(i);
    }
    query.append("SELECT " + facet + "0) AS facet, " + value + "'') AS value, count() AS rows\n");
    request.from(query.append("FROM (SELECT " + inner + "\nFROM "), view).append(")\nWHERE ");
    filter.appendTo(query);
    query.append(")\nGROUP BY GROUPING SETS (" + String.join(", ", keys) + ")");
    query.append("\nORDER BY facet, rows DESC, value\nLIMIT ").integer(limit);
    return query.append(" BY facet");
  }

  private static void write(
      JsonGenerator json, ViewRequest request, Map<String, List<Value>> facets) throws IOException {
    json.writeStartObject();
    request.write(json);
    json.writeObjectFieldStart("facets");
    for (Map.Entry<String, List<Value>> facet : facets.entrySet()) {
      json.writeArrayFieldStart(facet.getKey());
      for (Value value : facet.getValue()) {
        json.writeStartObject();
        json.writeStringField("value", value.value());
        json.writeNumberField("count", value.count());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
