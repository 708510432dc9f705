package dev.scriptanalytics.bench.api;

import java.io.PrintStream;
import java.time.Duration;

/** How often per second the server says that it is alive. */
final class Health {
  private static final double LEAST_PER_SECOND = 1500;
  private static final int CONNECTIONS = 16;
  private static final int TURNS = 3;
  static final String REQUEST = Requests.get("/health/live");

  private final ApiProcess api;
  private final Duration turn;
  private final PrintStream out;

  Health(ApiProcess api, Duration turn, PrintStream out) {
    this.api = api;
    this.turn = turn;
    this.out = out;
  }

  void measure() throws InterruptedException {
    out.printf(
        "%n**/health/live** over %d connections, turns of %d s."
            + " Wanted: at least %,.0f requests/s.%n%n"
            + "| turn | requests/s | median, ms | p95 | processor time of the API per request, ms"
            + " | failed |%n|---|---|---|---|---|---|%n",
        CONNECTIONS, turn.toSeconds(), LEAST_PER_SECOND);
    for (int i = 1; i <= TURNS; i++) {
      double cpu = -api.cpuSeconds();
      Load.Result result =
          new Load(CONNECTIONS, turn, Duration.ZERO)
              .run(api::client, (client, number) -> client.ask(REQUEST));
      cpu += api.cpuSeconds();
      out.printf(
          "| %d | %s | %s | %s | %s | %s |%n",
          i,
          Figures.atLeast(LEAST_PER_SECOND, result.perSecond()),
          Figures.number(result.median()),
          Figures.number(result.quantile(0.95)),
          Figures.number(cpu * 1000 / Math.max(1, result.answers())),
          result.failed());
    }
  }
}
