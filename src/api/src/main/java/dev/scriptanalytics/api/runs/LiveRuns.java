package dev.scriptanalytics.api.runs;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.filter.Filter;
import dev.scriptanalytics.api.filter.FilterReader;
import dev.scriptanalytics.api.filter.RegularExpressions;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.live.ArrivalWindow;
import dev.scriptanalytics.api.live.LiveKind;
import dev.scriptanalytics.api.live.Wanted;
import dev.scriptanalytics.api.route.Exchange;
import java.util.List;

/** Runs in the stream of a script. */
public final class LiveRuns implements LiveKind {
  @Override
  public String name() {
    return "runs";
  }

  @Override
  public List<String> parameters() {
    return List.of("filter");
  }

  @Override
  public void require(Exchange exchange) {
    exchange.require(Permission.RUNS_READ, "Runs access");
  }

  @Override
  public Wanted wanted(Exchange exchange, Parameters parameters, String account) {
    Filter filter = FilterReader.read(parameters.object("filter"), RunColumns.FILTERED);
    RunArrivals runs = new RunArrivals(filter);
    if (!filter.equals(Filter.EVERYTHING)) {
      requireValid(exchange, filter, runs.query(ArrivalWindow.empty(account)));
    }
    return new Wanted(runs, arrival -> true);
  }

  /** What is wrong must be said before the stream begins. */
  private static void requireValid(Exchange exchange, Filter filter, Query ofNothing) {
    if (!filter.expressions().isEmpty()) {
      exchange.ask(RegularExpressions.trial(filter.expressions())).single();
    }
    // Fails where the filter has more or longer values than can be asked.
    exchange.ask(ofNothing).close();
  }
}
