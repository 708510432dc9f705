package dev.scriptanalytics.bench.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How long the API takes to answer what a page asks, one request at a time, of the history that the
 * benchmark of queries generates.
 */
final class Answers {
  static final String BUSIEST = "script_000";
  private static final int WARM_UP = 20;
  private static final int SCRIPTS = 10_000;
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration MONTH = Duration.ofDays(30);

  private static final String THREE_FILTERS =
      """
      {"and":[{"column":"status","op":"equals","value":"Failed"},\
      {"column":"sourceType","op":"in","value":["api","schedule","endpoint"]},\
      {"column":"errorMessage","op":"contains","value":"e"}]}""";

  private final ApiProcess api;
  private final LogTable table;
  private final int rounds;
  private final PrintStream out;

  Answers(ApiProcess api, LogTable table, int rounds, PrintStream out) {
    this.api = api;
    this.table = table;
    this.rounds = rounds;
    this.out = out;
  }

  /**
   * A request that is timed.
   *
   * @param wanted the most milliseconds that the median should be
   * @param paths one after the other; the same one again where there is one
   */
  private record Timed(String name, double wanted, List<String> paths) {}

  void measure() throws IOException {
    out.printf(
        "%n**Answers**, one request at a time, %d times each.%n%n"
            + "| request | median, ms | wanted | p95 | bytes, median |%n|---|---|---|---|---|%n",
        rounds);
    Instant end = table.newestRun(BUSIEST);
    table.copyOnce(BUSIEST, SCRIPTS);
    for (Timed timed : requests(end)) {
      measure(timed);
    }
  }

  private List<Timed> requests(Instant end) {
    List<Timed> requests = new ArrayList<>();
    for (Duration range : List.of(DAY, MONTH)) {
      requests.add(
          of(
              "first page of runs with three filters, " + range.toDays() + " d",
              120,
              script("runs", end, range) + "&filter=" + encode(THREE_FILTERS)));
    }
    requests.add(of("facets of a day", 150, script("facets", end, DAY)));
    requests.add(
        of(
            "scripts of an account with " + SCRIPTS,
            60,
            "/v2/scripts?account=" + LogTable.ACCOUNT_OF_MANY));
    List<String> records =
        table.runIds(rounds + WARM_UP).stream()
            .map(id -> "/v2/runs/%s?account=%s".formatted(encode(id), LogTable.ACCOUNT))
            .toList();
    requests.add(new Timed("record", 60, records));
    return requests;
  }

  private static Timed of(String name, double wanted, String path) {
    return new Timed(name, wanted, Collections.singletonList(path));
  }

  private static String script(String what, Instant end, Duration range) {
    return "/v2/scripts/%s/%s?account=%s&%s"
        .formatted(BUSIEST, what, LogTable.ACCOUNT, range(end, range));
  }

  private static String range(Instant end, Duration range) {
    return "startTime=" + end.minus(range) + "&endTime=" + end;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private void measure(Timed timed) throws IOException {
    double[] millis = new double[rounds];
    double[] bytes = new double[rounds];
    try (Client client = api.client()) {
      for (int i = -WARM_UP; i < rounds; i++) {
        String path = timed.paths().get((i + WARM_UP) % timed.paths().size());
        long begin = System.nanoTime();
        String answer = client.text(Requests.get(path));
        if (i >= 0) {
          millis[i] = (System.nanoTime() - begin) / 1e6;
          bytes[i] = answer.length();
        }
      }
    }
    out.printf(
        "| %s | %s | %.0f | %s | %,.0f |%n",
        timed.name(),
        Figures.atMost(timed.wanted(), Figures.median(millis)),
        timed.wanted(),
        Figures.number(Figures.quantile(millis, 0.95)),
        Figures.median(bytes));
  }
}
