package dev.scriptanalytics.api.runs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.filter.Filter;
import dev.scriptanalytics.api.filter.FilterReader;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.http.JsonFields;
import dev.scriptanalytics.api.page.Listing;
import dev.scriptanalytics.api.page.Order;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.view.RowWriter;
import dev.scriptanalytics.api.view.ScriptQuery;
import dev.scriptanalytics.api.view.Scripts;
import dev.scriptanalytics.api.view.ViewRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code /v2/scripts/{script}/runs}: the runs of a script that pass a filter. */
final class RunList {
  private static final int USUAL = 100;
  private static final List<String> PARAMETERS =
      List.of(
          "startTime",
          "endTime",
          "filter",
          "sort",
          "order",
          "limit",
          "offset",
          "cursor",
          "summary");

  private final Optional<Duration> maxTimeRange;

  RunList(Optional<Duration> maxTimeRange) {
    this.maxTimeRange = maxTimeRange;
  }

  /** Answers a request by parameters. */
  void get(Exchange exchange) {
    exchange.require(Permission.RUNS_READ, "Runs access");
    answer(exchange, ScriptQuery.ofParameters(exchange, PARAMETERS));
  }

  /** Answers a request by a body. */
  void search(Exchange exchange) {
    exchange.require(Permission.RUNS_READ, "Runs access");
    answer(exchange, ScriptQuery.ofBody(exchange));
  }

  private void answer(Exchange exchange, ScriptQuery asked) {
    Fields fields = asked.fields();
    String script = asked.script();
    String account = asked.account();
    JsonFields wanted = fields.object("filter");
    Filter filter = FilterReader.read(wanted, RunColumns.FILTERED);
    Order order =
        RunColumns.order(
            fields.choice("sort", "executedOn", RunColumns.sorted()),
            fields.choice("order", "desc", List.of("asc", "desc")).equals("asc"));
    Listing listing =
        Listing.read(
            fields, order, USUAL, List.of(account, script, wanted).toString(), maxTimeRange);
    boolean withSummary = fields.flag("summary", false);
    fields.finish();
    ViewRequest request = new ViewRequest(account, script, listing.range());
    CompletableFuture<Rows> summary =
        withSummary ? exchange.askAsync(RunSummary.query(request, filter)) : null;
    try (Rows rows = exchange.ask(query(request, filter, listing))) {
      RowWriter writer = RowWriter.of(rows, order.keys().size());
      JsonNode first = rows.next();
      if (first == null) {
        Scripts.require(exchange, account, script);
      }
      Answers.json(
          exchange.context(),
          json -> {
            json.writeStartObject();
            request.write(json);
            if (withSummary) {
              RunSummary.write(json, ClickHouse.await(summary));
            }
            json.writeArrayFieldStart("runs");
            int number = 0;
            for (JsonNode row = first;
                row != null && listing.isOnPage(number++, row);
                row = rows.next()) {
              writer.write(json, row);
            }
            json.writeEndArray();
            listing.write(json);
            json.writeEndObject();
          });
    }
  }

  private static Query query(ViewRequest request, Filter filter, Listing listing) {
    Query query = new Query().append("SELECT " + RunColumns.LISTED);
    listing.appendColumns(query);
    request.from(query.append("\nFROM "), "all_runs").append(")\nWHERE ");
    filter.appendTo(query);
    listing.appendTo(query);
    return query.append(RowWriter.FORMAT);
  }
}
