package dev.scriptanalytics.bench.api;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the API adds to a question that is asked alone: both sides in turn, many rounds. */
final class Overhead {
  private static final double MOST_MILLIS = 5;
  private static final double MOST_CPU_MILLIS = 2;

  /** The rounds in parts, of which the worst is shown as well. */
  private static final int PARTS = 5;

  private final ApiProcess api;
  private final int rounds;
  private final PrintStream out;

  Overhead(ApiProcess api, int rounds, PrintStream out) {
    this.api = api;
    this.rounds = rounds;
    this.out = out;
  }

  void measure(List<Question> questions) throws IOException {
    out.printf(
        "%n**One at a time**, %,d rounds, in ms. Wanted: at most %.0f ms at the median, and %.0f ms"
            + " of processor time.%n%n"
            + "| question | ClickHouse: median | p95 | API: median | p95 | difference of medians"
            + " | in the worst fifth of the rounds | processor time of the API per request"
            + " | of it the JVM's compilers"
            + " | failed |%n|---|---|---|---|---|---|---|---|---|---|%n",
        rounds, MOST_MILLIS, MOST_CPU_MILLIS);
    for (Question question : questions) {
      measure(question);
    }
  }

  private void measure(Question question) throws IOException {
    double[] direct = new double[rounds];
    double[] through = new double[rounds];
    Map<String, Integer> failures = new TreeMap<>();
    double cpu = -api.cpuSeconds();
    double compilers = -api.compilerSeconds();
    try (Client client = api.client()) {
      for (int i = 0; i < rounds; i++) {
        try {
          // Who is asked second may find caches filled, so they change places.
          if (i % 2 == 0) {
            direct[i] = millis(client, question, Side.DIRECT);
            through[i] = millis(client, question, Side.API);
          } else {
            through[i] = millis(client, question, Side.API);
            direct[i] = millis(client, question, Side.DIRECT);
          }
        } catch (IOException e) {
          failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
          client.disconnect();
        }
      }
    }
    cpu += api.cpuSeconds();
    compilers += api.compilerSeconds();
    out.printf(
        "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n",
        question.name(),
        Figures.number(Figures.median(direct)),
        Figures.number(Figures.quantile(direct, 0.95)),
        Figures.number(Figures.median(through)),
        Figures.number(Figures.quantile(through, 0.95)),
        Figures.atMost(MOST_MILLIS, Figures.median(through) - Figures.median(direct)),
        Figures.number(worstPart(direct, through)),
        Figures.atMost(MOST_CPU_MILLIS, cpu * 1000 / rounds),
        Figures.number(compilers * 1000 / rounds),
        Load.failed(failures));
  }

  private static double millis(Client client, Question question, Side side) throws IOException {
    long start = System.nanoTime();
    client.ask(question, side);
    return (System.nanoTime() - start) / 1e6;
  }

  private double worstPart(double[] direct, double[] through) {
    double worst = Double.NEGATIVE_INFINITY;
    for (int part = 0; part < PARTS; part++) {
      int from = part * rounds / PARTS;
      int to = (part + 1) * rounds / PARTS;
      worst =
          Math.max(
              worst,
              Figures.median(Arrays.copyOfRange(through, from, to))
                  - Figures.median(Arrays.copyOfRange(direct, from, to)));
    }
    return worst;
  }
}
