package dev.scriptanalytics.api.operations;

import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.error.ApiException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.concurrent.CompletableFuture;

/** What probes and Prometheus ask, without a key. */
public final class OperationsRoutes {
  private final Readiness readiness;
  private final Metrics metrics;
  private volatile boolean stopping;

  public OperationsRoutes(ClickHouse clickHouse, Metrics metrics) {
    this.readiness = new Readiness(clickHouse);
    this.metrics = metrics;
  }

  /** Adds the routes to a server. */
  public void addTo(RoutesConfig routes) {
    routes.get("/health/live", context -> context.result("ok\n"));
    routes.get("/health/ready", context -> context.future(() -> answerReady(context)));
    routes.get("/metrics", context -> context.contentType(Metrics.TYPE).result(metrics.text()));
  }

  private CompletableFuture<Void> answerReady(Context context) {
    return readiness
        .isReady()
        .thenAccept(
            ready -> {
              if (stopping || !ready) {
                throw ApiException.unavailable();
              }
              context.result("ok\n");
            });
  }

  /** From now on the server is not ready, so that no new requests are sent to it. */
  public void stopping() {
    stopping = true;
  }
}
