package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.Filter;
import dev.scriptanalytics.api.filter.FilterReader;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.http.JsonFields;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.page.Listing;
import dev.scriptanalytics.api.page.Order;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.view.ScriptQuery;
import dev.scriptanalytics.api.view.Scripts;
import dev.scriptanalytics.api.view.ViewRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The entries of a script, and those of a run, that pass a filter: {@code
 * /v2/scripts/{script}/logs} and {@code /v2/runs/{runId}/logs}.
 */
final class LogList {
  private static final int USUAL = 100;
  private static final List<String> OF_RUN =
      List.of("account", "filter", "order", "limit", "offset", "cursor");
  private static final List<String> OF_SCRIPT =
      List.of("startTime", "endTime", "filter", "order", "limit", "offset", "cursor");

  private final Optional<Duration> maxTimeRange;

  LogList(Optional<Duration> maxTimeRange) {
    this.maxTimeRange = maxTimeRange;
  }

  /** Answers with entries of a script, asked for by parameters. */
  void get(Exchange exchange) {
    exchange.require(Permission.LOGS_READ, "Logs access");
    ofScript(exchange, ScriptQuery.ofParameters(exchange, OF_SCRIPT));
  }

  /** Answers with entries of a script, asked for by a body. */
  void search(Exchange exchange) {
    exchange.require(Permission.LOGS_READ, "Logs access");
    ofScript(exchange, ScriptQuery.ofBody(exchange));
  }

  private void ofScript(Exchange exchange, ScriptQuery asked) {
    String script = asked.script();
    String account = asked.account();
    Page page = page(asked.fields(), account + "\n" + script, true);
    ViewRequest request = new ViewRequest(account, script, page.listing().range());
    Query query = page.query(from -> request.from(from, "all_logs").append(")"));
    try (Rows rows = exchange.ask(query)) {
      JsonNode first = rows.next();
      if (first == null) {
        Scripts.require(exchange, account, script);
      }
      Answers.json(
          exchange.context(),
          json -> {
            json.writeStartObject();
            request.write(json);
            page.write(json, first, rows);
            json.writeEndObject();
          });
    }
  }

  /** Answers with the entries of a run, whenever they were logged. */
  void ofRun(Exchange exchange) {
    exchange.require(Permission.LOGS_READ, "Logs access");
    Parameters parameters = Parameters.read(exchange.context().queryString(), OF_RUN);
    String account = exchange.account(parameters.text("account"));
    String runId = exchange.context().pathParam("runId");
    Page page = page(parameters, account + "\n" + runId, false);
    Query query = page.query(from -> recordLogs(from, account, runId));
    try (Rows rows = exchange.ask(query)) {
      JsonNode first = rows.next();
      if (first == null) {
        requireRun(exchange, account, runId);
      }
      Answers.json(
          exchange.context(),
          json -> {
            json.writeStartObject();
            json.writeStringField("account", account);
            json.writeStringField("runId", runId);
            page.write(json, first, rows);
            json.writeEndObject();
          });
    }
  }

  private static Query recordLogs(Query query, String account, String runId) {
    query.append("script_analytics.record_logs(account = ").string(account);
    return query.append(", run_id = ").string(runId).append(")");
  }

  private static void requireRun(Exchange exchange, String account, String runId) {
    Query query = recordLogs(new Query().append("SELECT count() FROM "), account, runId);
    if (exchange.ask(query).single().get(0).asLong() == 0) {
      throw new ApiException(404, "RUN_NOT_FOUND", "There is no run of this id that has logged")
          .with("runId", runId)
          .with("account", account);
    }
  }

  private Page page(Fields fields, String about, boolean ofRange) {
    JsonFields wanted = fields.object("filter");
    Filter filter = FilterReader.read(wanted, LogColumns.FILTERED);
    boolean newestFirst = fields.choice("order", "asc", List.of("asc", "desc")).equals("desc");
    Order order = LogColumns.order(newestFirst);
    String question = about + "\n" + wanted;
    Listing listing =
        ofRange
            ? Listing.read(fields, order, USUAL, question, maxTimeRange)
            : Listing.readWithoutRange(fields, order, USUAL, question);
    fields.finish();
    return new Page(filter, listing);
  }

  private record Page(Filter filter, Listing listing) {

    Query query(UnaryOperator<Query> from) {
      Query query = new Query().append("SELECT " + Entry.COLUMNS + ", toString(pattern)");
      listing.appendColumns(query);
      from.apply(query.append("\nFROM ")).append("\nWHERE ");
      filter.appendTo(query);
      listing.appendTo(query);
      return query;
    }

    void write(JsonGenerator json, JsonNode first, Rows rows) throws IOException {
      json.writeArrayFieldStart("logs");
      int number = 0;
      for (JsonNode row = first; row != null && listing.isOnPage(number++, row); ) {
        EntryWriter.listed(json, Entry.of(row), row.get(Entry.WIDTH).asText());
        row = rows.next();
      }
      json.writeEndArray();
      listing.write(json);
    }
  }
}
