package dev.scriptanalytics.api.route;

import dev.scriptanalytics.api.access.Gate;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Questions;
import dev.scriptanalytics.api.http.Connection;
import dev.scriptanalytics.api.http.ConnectionWatch;
import dev.scriptanalytics.api.http.Requests;
import dev.scriptanalytics.api.http.Workers;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Brings requests to their routes: lets them in, gives each a thread, and ends what it asked when
 * its client goes away.
 */
public final class Entrance {
  private static final CompletionStage<Void> ENDED = CompletableFuture.completedFuture(null);

  private final Gate gate;
  private final ClickHouse clickHouse;
  private final Workers workers;
  private final ConnectionWatch watch;
  private final Requests requests;
  private final Duration timeout;

  /**
   * An entrance; several may share threads and watch.
   *
   * @param timeout how long what a request asks may take together
   */
  public Entrance(
      Gate gate,
      ClickHouse clickHouse,
      Workers workers,
      ConnectionWatch watch,
      Requests requests,
      Duration timeout) {
    this.gate = gate;
    this.clickHouse = clickHouse;
    this.workers = workers;
    this.watch = watch;
    this.requests = requests;
    this.timeout = timeout;
  }

  /** What Javalin calls for a route that needs a key. */
  public Handler to(Route route) {
    return context -> context.future(() -> begin(context, () -> enter(context, route)));
  }

  /** What Javalin calls for a route that needs no key, or checks it by itself. */
  public Handler toAll(Consumer<Context> answer) {
    return context ->
        context.future(
            () ->
                begin(
                    context,
                    () -> {
                      answer.accept(context);
                      return ENDED;
                    }));
  }

  private CompletableFuture<Void> begin(Context context, Supplier<CompletionStage<Void>> answer) {
    Connection connection = Connection.of(context);
    watch.add(connection);
    return workers
        // One that went away while it waited for a thread needs no answer.
        .run(() -> connection.isLost() ? ENDED : answer.get())
        .thenCompose(Function.identity())
        // Before the answer is complete, because the connection's next request may follow it.
        .whenComplete((ended, failure) -> release(context, connection));
  }

  private static void release(Context context, Connection connection) {
    if (connection.release()) {
      // Has no effect on an answer that is sent already, and has this header by then.
      context.header("Connection", "close");
    }
  }

  private CompletionStage<Void> enter(Context context, Route route) {
    Gate.Entry entry =
        gate.enter(
            context.header("Authorization"), requests.cookie(context), requests.address(context));
    context.header("RateLimit", entry.rateLimit());
    context.header("RateLimit-Policy", entry.ratePolicy());
    requests.setUser(context, entry.caller().credentials().user());
    try (Questions questions =
        new Questions(clickHouse, entry.caller().credentials(), requests.id(context), timeout)) {
      var unused = Connection.of(context).lost().thenRun(questions::close);
      Exchange exchange = new Exchange(context, entry.caller(), gate.callers(), questions);
      route.answer(exchange);
      return exchange.end();
    }
  }
}
