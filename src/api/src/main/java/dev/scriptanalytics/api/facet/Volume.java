package dev.scriptanalytics.api.facet;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
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
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A route that counts rows by time and by the values of a column.
 *
 * <pre>
 * {…, "step": 60, "volume": [{"bucket": TIME, "value": "info", "count": 12}, …]}
 * </pre>
 *
 * <p>The most frequent values have rows of their own; what has another is counted under null, so
 * that the counts of a bucket add up.
 */
public final class Volume implements Route {
  private static final int USUAL_VALUES = 20;
  private static final int MOST_VALUES = 100;
  private static final List<String> PARAMETERS =
      List.of("startTime", "endTime", "filter", "by", "step", "limit");

  private final String view;
  private final String time;
  private final Permission permission;
  private final String purpose;
  private final Columns columns;
  private final List<String> by;
  private final Optional<Duration> maxTimeRange;

  /**
   * A route.
   *
   * @param view whose rows are counted
   * @param time its column with the time of a row
   * @param purpose the subject of an error, such as {@code Runs access}
   * @param by the columns whose values may be told apart, the usual one first
   */
  public Volume(
      String view,
      String time,
      Permission permission,
      String purpose,
      Columns columns,
      List<String> by,
      Optional<Duration> maxTimeRange) {
    this.view = view;
    this.time = time;
    this.permission = permission;
    this.purpose = purpose;
    this.columns = columns;
    this.by = by;
    this.maxTimeRange = maxTimeRange;
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.require(permission, purpose);
    ScriptQuery asked = ScriptQuery.ofParameters(exchange, PARAMETERS);
    Fields fields = asked.fields();
    TimeRange range = TimeRange.read(fields, maxTimeRange);
    Filter filter = FilterReader.read(fields.object("filter"), columns);
    String value = columns.countable("by", fields.choice("by", by.get(0), by));
    int step = Steps.read(fields, range);
    int limit = fields.integer("limit", USUAL_VALUES, 1, MOST_VALUES);
    ViewRequest request = new ViewRequest(asked.account(), asked.script(), range);
    try (Rows rows = exchange.ask(query(request, filter, value, step, limit))) {
      JsonNode first = rows.next();
      if (first == null) {
        Scripts.require(exchange, asked.account(), asked.script());
      }
      Answers.json(exchange.context(), json -> write(json, request, step, first, rows));
    }
  }

  private Query query(ViewRequest request, Filter filter, String value, int step, int limit) {
    Query query = new Query().append("SELECT bucket, if(place <= ").integer(limit);
    query.append(", value, NULL) AS shown, sum(rows)\nFROM (SELECT *, dense_rank() OVER (ORDER BY");
    query.append(" total DESC, value) AS place\nFROM (SELECT *, sum(rows) OVER (PARTITION BY");
    query.append(" value) AS total\nFROM (SELECT intDiv(toUnixTimestamp(" + time + "), ");
    query.integer(step).append(") * ").integer(step).append(" AS bucket, ");
    request.from(query.append(value + " AS value, count() AS rows\nFROM "), view);
    filter.appendTo(query.append(")\nWHERE "));
    return query.append(
        "\nGROUP BY bucket, value)))\nGROUP BY bucket, shown\nORDER BY bucket, shown");
  }

  private static void write(
      JsonGenerator json, ViewRequest request, int step, JsonNode first, Rows rows)
      throws IOException {
    json.writeStartObject();
    request.write(json);
    json.writeNumberField("step", step);
    json.writeArrayFieldStart("volume");
    for (JsonNode row = first; row != null; row = rows.next()) {
      json.writeStartObject();
      json.writeStringField("bucket", Instant.ofEpochSecond(row.get(0).asLong()).toString());
      json.writeStringField("value", row.get(1).isNull() ? null : row.get(1).asText());
      json.writeNumberField("count", row.get(2).asLong());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
