package dev.scriptanalytics.bench.api;

import dev.scriptanalytics.bench.process.Stopwatch;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How many requests per second both sides answer to several clients, in turn. */
final class Parallel {
  private static final double LEAST_RATIO = 0.85;
  private static final int ROUNDS = 4;

  private final ApiProcess api;
  private final Duration turn;
  private final PrintStream out;
  private final List<String> ratios = new ArrayList<>();

  Parallel(ApiProcess api, Duration turn, PrintStream out) {
    this.api = api;
    this.turn = turn;
    this.out = out;
  }

  void measure(List<Question> questions, List<Integer> clients) throws InterruptedException {
    out.printf(
        "%n**Several at a time**, turns of %d s.%n%n"
            + "| question | at a time | round | asked | requests/s | median, ms | p95"
            + " | processor time per request, ms: ClickHouse | API | failed |%n"
            + "|---|---|---|---|---|---|---|---|---|---|%n",
        turn.toSeconds());
    for (Question question : questions) {
      for (int number : clients) {
        measure(question, number);
      }
    }
    out.printf(
        "%nWanted: at least %.2f of the requests/s that ClickHouse reaches.%n%n"
            + "| question | at a time | ClickHouse, requests/s, median | API | ratio"
            + " | of single rounds |%n|---|---|---|---|---|---|%n",
        LEAST_RATIO);
    ratios.forEach(out::println);
  }

  private void measure(Question question, int clients) throws InterruptedException {
    Map<Side, double[]> rates = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      rates.put(side, new double[ROUNDS]);
    }
    List<String> single = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      // A machine that becomes slower meanwhile is as bad for both when they change places.
      List<Side> order =
          round % 2 == 0 ? List.of(Side.DIRECT, Side.API) : List.of(Side.API, Side.DIRECT);
      for (Side side : order) {
        rates.get(side)[round] = turn(question, clients, round, side);
      }
      single.add(Figures.number(rates.get(Side.API)[round] / rates.get(Side.DIRECT)[round]));
    }
    double direct = Figures.median(rates.get(Side.DIRECT));
    double through = Figures.median(rates.get(Side.API));
    ratios.add(
        "| %s | %d | %s | %s | %s | %s |"
            .formatted(
                question.name(),
                clients,
                Figures.number(direct),
                Figures.number(through),
                Figures.atLeast(LEAST_RATIO, through / direct),
                String.join(", ", single)));
  }

  private double turn(Question question, int clients, int round, Side side)
      throws InterruptedException {
    Stopwatch stopwatch = new Stopwatch(api.processes());
    Load.Result result =
        new Load(clients, turn, Duration.ZERO)
            .run(api::client, (client, number) -> client.ask(question, side));
    Map<String, Double> cpu = stopwatch.cpuSeconds();
    int answers = Math.max(1, result.answers());
    out.printf(
        "| %s | %d | %d | %s | %s | %s | %s | %s | %s | %s |%n",
        question.name(),
        clients,
        round + 1,
        side,
        Figures.number(result.perSecond()),
        Figures.number(result.median()),
        Figures.number(result.quantile(0.95)),
        Figures.number(cpu.get("clickhouse") * 1000 / answers),
        Figures.number(cpu.get(ApiProcess.NAME) * 1000 / answers),
        result.failed());
    return result.perSecond();
  }
}
