package dev.scriptanalytics.api.runs;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.filter.Filter;
import dev.scriptanalytics.api.view.RowWriter;
import dev.scriptanalytics.api.view.ViewRequest;
import java.io.IOException;

/** Counts and response times of all runs that pass a filter, on whatever page they are. */
final class RunSummary {
  private static final String COLUMNS =
      "count() AS total_runs, countIf(status = 'Success') AS succeeded,"
          + " countIf(status = 'Failed') AS failed, countIf(status = 'In Progress') AS in_progress,"
          + " if(succeeded + failed = 0, NULL, round(100 * failed / (succeeded + failed), 2)) AS"
          + " failure_rate, quantilesTDigest(0.5, 0.9, 0.99)(response_time) AS times,"
          + " if(count(response_time) = 0, NULL, times[1]) AS p50,"
          + " if(count(response_time) = 0, NULL, times[2]) AS p90,"
          + " if(count(response_time) = 0, NULL, times[3]) AS p99, avg(response_time) AS avg,"
          + " min(response_time) AS min, max(response_time) AS max";

  private RunSummary() {}

  static Query query(ViewRequest request, Filter filter) {
    Query query = new Query().append("SELECT * EXCEPT times FROM (SELECT " + COLUMNS);
    request.from(query.append("\nFROM "), "all_runs").append(")\nWHERE ");
    filter.appendTo(query);
    return query.append(")").append(RowWriter.FORMAT);
  }

  static void write(JsonGenerator json, Rows answer) throws IOException {
    try (answer) {
      RowWriter writer = RowWriter.of(answer, 0);
      json.writeFieldName("summary");
      writer.write(json, answer.next());
    }
  }
}
