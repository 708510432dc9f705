package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.RegularExpressions;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.view.Scripts;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks for log entries on behalf of a request. */
final class LogReader {
  private final Exchange exchange;

  LogReader(Exchange exchange) {
    this.exchange = exchange;
  }

  /**
   * A page of entries.
   *
   * @param columns of {@link Entry}
   */
  Rows page(String columns, Scope scope, LogFilter filter, Order order, Page page) {
    Query query = new Query().append("SELECT ").append(columns);
    scope.appendTo(query);
    query.append(" AND ");
    filter.appendTo(query);
    query.append(order.sql());
    query.append("\nLIMIT ").integer(page.limit()).append(" OFFSET ").integer(page.offset());
    return exchange.ask(query);
  }

  /** Begins to ask how many entries of a scope there are, and of which kinds. */
  CompletableFuture<Rows> summary(Scope scope, LogFilter filter) {
    return exchange.askAsync(Summary.query(scope, filter));
  }

  /** How many entries of a scope a filter wants. */
  long count(Scope scope, LogFilter filter) {
    Query query = new Query().append("SELECT count()");
    scope.appendTo(query);
    query.append(" AND ");
    filter.appendTo(query);
    return exchange.ask(query).single().get(0).asLong();
  }

  /** Fails with 400 if the search of a filter is not a regular expression. */
  void requireValid(LogFilter filter) {
    exchange.ask(RegularExpressions.trial(List.of(filter.search()))).single();
  }

  /** Fails with 404 if an endpoint has neither runs nor entries, at any time. */
  void requireEndpoint(String account, String endpointId) {
    if (!Scripts.exists(exchange, account, endpointId)) {
      throw new ApiException(404, "ENDPOINT_NOT_FOUND", "There is no such endpoint")
          .with("endpointId", endpointId)
          .with("account", account);
    }
  }
}
