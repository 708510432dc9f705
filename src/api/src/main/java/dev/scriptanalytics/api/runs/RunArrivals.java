package dev.scriptanalytics.api.runs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.filter.Filter;
import dev.scriptanalytics.api.http.OneLine;
import dev.scriptanalytics.api.live.Arrival;
import dev.scriptanalytics.api.live.ArrivalSource;
import dev.scriptanalytics.api.live.ArrivalWindow;
import dev.scriptanalytics.api.view.RowWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs that arrive, each as it is known when it is asked for: once it has started, and again
 * whenever more becomes known.
 *
 * @param filter which of them are wanted; a run passes by what is known of it then
 */
record RunArrivals(Filter filter) implements ArrivalSource {
  /** Columns after those of the list: script and time. */
  private static final int FURTHER = 2;

  /** A run that arrived. */
  private static final class RunArrival extends Arrival {
    private final RowWriter writer;
    private final JsonNode row;

    RunArrival(RowWriter writer, JsonNode row) {
      super(row.get(row.size() - 1).asLong(), row.get(row.size() - FURTHER).asText());
      this.writer = writer;
      this.row = row;
    }

    @Override
    protected String type() {
      return "run";
    }

    @Override
    protected String json() {
      return OneLine.json(json -> writer.write(json, row));
    }
  }

  @Override
  public String until() {
    return "runs_until";
  }

  @Override
  public Query query(ArrivalWindow window) {
    Query query = new Query().append("SELECT " + RunColumns.LISTED);
    query.append(", script, toUnixTimestamp64Milli(arrived)\nFROM (SELECT *\nFROM ");
    window.appendTo(query, "arrived_runs").append("\nWHERE ");
    filter.appendTo(query);
    ArrivalWindow.appendFirst(query, "arrived");
    return query.append(")\nORDER BY arrived, executed_on, run_id").append(RowWriter.FORMAT);
  }

  @Override
  public List<Arrival> read(Rows rows) {
    RowWriter writer = RowWriter.of(rows, FURTHER);
    List<Arrival> arrivals = new ArrayList<>();
    for (JsonNode row = rows.next(); row != null; row = rows.next()) {
      arrivals.add(new RunArrival(writer, row));
    }
    return arrivals;
  }
}
