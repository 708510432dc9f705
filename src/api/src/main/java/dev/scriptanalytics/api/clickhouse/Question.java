package dev.scriptanalytics.api.clickhouse;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** A query on its way. */
record Question(Future<?> exchange, CompletableFuture<Rows> rows) {

  /** Ends it: ClickHouse stops a query whose connection is closed. */
  void cancel() {
    exchange.cancel(true);
    var unused = rows.thenAccept(Rows::close);
  }
}
