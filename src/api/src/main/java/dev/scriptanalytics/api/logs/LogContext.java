package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.http.TimeRange;
import dev.scriptanalytics.api.http.Times;
import dev.scriptanalytics.api.page.Order;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.view.ScriptQuery;
import dev.scriptanalytics.api.view.ViewRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code /v2/scripts/{script}/logs/context}: what was logged around an entry. */
final class LogContext {
  private static final int USUAL = 20;
  private static final int MOST = 1000;

  /** How far from the entry others are looked for. */
  private static final Duration REACH = Duration.ofDays(1);

  private static final List<String> PARAMETERS =
      List.of("timestamp", "logId", "jobId", "before", "after", "sameJob");

  void get(Exchange exchange) {
    exchange.require(Permission.LOGS_READ, "Logs access");
    ScriptQuery asked = ScriptQuery.ofParameters(exchange, PARAMETERS);
    Fields parameters = asked.fields();
    String script = asked.script();
    String account = asked.account();
    Instant time = Times.read("timestamp", required(parameters, "timestamp"), Instant.now());
    String logId = required(parameters, "logId");
    String jobId = parameters.text("jobId");
    int before = parameters.integer("before", USUAL, 0, MOST);
    int after = parameters.integer("after", USUAL, 0, MOST);
    ViewRequest instant = new ViewRequest(account, script, new TimeRange(time, time.plusMillis(1)));
    JsonNode anchor = anchor(exchange, instant, logId, jobId);
    TimeRange around = new TimeRange(floor(time.minus(REACH)), time.plus(REACH));
    ViewRequest request = new ViewRequest(account, script, around);
    String ofJob = parameters.flag("sameJob", false) ? Entry.of(anchor).jobId() : null;
    CompletableFuture<Rows> earlier = exchange.askAsync(side(request, anchor, true, before, ofJob));
    List<Entry> later = entries(exchange.ask(side(request, anchor, false, after, ofJob)));
    List<Entry> entries = entries(ClickHouse.await(earlier));
    Collections.reverse(entries);
    int index = entries.size();
    entries.add(Entry.of(anchor));
    entries.addAll(later);
    Answers.json(
        exchange.context(),
        json -> {
          json.writeStartObject();
          json.writeStringField("account", account);
          json.writeStringField("script", script);
          json.writeNumberField("index", index);
          json.writeArrayFieldStart("logs");
          for (Entry entry : entries) {
            EntryWriter.json(json, entry, false);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static Instant floor(Instant time) {
    return time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time;
  }

  private static String required(Fields parameters, String name) {
    String text = parameters.text(name);
    if (text == null) {
      throw ApiException.invalid(name, "that of the entry");
    }
    return text;
  }

  /** The row of the entry itself, with the values by which it is ordered. */
  private static JsonNode anchor(
      Exchange exchange, ViewRequest instant, String logId, String jobId) {
    Query query = select(instant, LogColumns.order(false));
    query.append(" WHERE log_id = ").string(logId);
    if (jobId != null) {
      query.append(" AND run_id = ").string(jobId);
    }
    try (Rows rows = exchange.ask(query.append("\nLIMIT 1"))) {
      JsonNode row = rows.next();
      if (row == null) {
        throw new ApiException(404, "ENTRY_NOT_FOUND", "There is no such entry")
            .with("logId", logId)
            .with("timestamp", instant.range().start().toString());
      }
      return row;
    }
  }

  private static Query select(ViewRequest request, Order order) {
    Query query = new Query().append("SELECT " + Entry.COLUMNS);
    order.appendColumns(query);
    return request.from(query.append("\nFROM "), "all_logs").append(")");
  }

  /** The entries before the anchor, the nearest first, or those after it. */
  private static Query side(
      ViewRequest request, JsonNode anchor, boolean earlier, int limit, String jobId) {
    Order order = LogColumns.order(earlier);
    Query query = select(request, order).append("\nWHERE ");
    List<JsonNode> keys = new ArrayList<>();
    for (int i = Entry.WIDTH; i < anchor.size(); i++) {
      keys.add(anchor.get(i));
    }
    order.appendAfter(query, keys);
    if (jobId != null) {
      query.append(" AND run_id = ").string(jobId);
    }
    order.appendOrderBy(query);
    return query.append("\nLIMIT ").integer(limit);
  }

  private static List<Entry> entries(Rows answer) {
    List<Entry> entries = new ArrayList<>();
    try (answer) {
      for (JsonNode row = answer.next(); row != null; row = answer.next()) {
        entries.add(Entry.of(row));
      }
    }
    return entries;
  }
}
