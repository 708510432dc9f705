package dev.scriptanalytics.bench.api;

import dev.scriptanalytics.bench.process.Stopwatch;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** How fast a file comes to a reader who takes it at once, from both sides in turn. */
final class Exports {
  private static final double LEAST_ROWS = 1e6;
  private static final double MOST_CPU = 1.3;
  private static final int ROUNDS = 4;

  private final ApiProcess api;
  private final PrintStream out;

  Exports(ApiProcess api, PrintStream out) {
    this.api = api;
    this.out = out;
  }

  void measure(List<Question> files) throws IOException {
    out.printf(
        "%n**Exports** to a reader who takes all at once. Wanted: at least %,.0f rows/s of CSV, and"
            + " at most %.1f times the processor time that ClickHouse takes alone.%n%n"
            + "| file | asked | rows | rows/s, median | MB/s | processor time, s, median: ClickHouse"
            + " | API | both, times that of ClickHouse alone | of single rounds |%n"
            + "|---|---|---|---|---|---|---|---|---|%n",
        LEAST_ROWS, MOST_CPU);
    try (Client client = api.client()) {
      for (Question file : files) {
        measure(client, file);
      }
    }
  }

  private void measure(Client client, Question file) throws IOException {
    Map<Side, Turn[]> turns = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      turns.put(side, new Turn[ROUNDS]);
      // Not measured: the files of ClickHouse come into the caches.
      turn(client, file, side);
    }
    for (int round = 0; round < ROUNDS; round++) {
      List<Side> order =
          round % 2 == 0 ? List.of(Side.DIRECT, Side.API) : List.of(Side.API, Side.DIRECT);
      for (Side side : order) {
        turns.get(side)[round] = turn(client, file, side);
      }
    }
    double[] ratios = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      ratios[round] = turns.get(Side.API)[round].cpu() / turns.get(Side.DIRECT)[round].clickHouse();
    }
    turns.forEach((side, of) -> print(file, side, of, ratios));
  }

  private void print(Question file, Side side, Turn[] turns, double[] ratios) {
    double rate = median(turns, Turn::rowsPerSecond);
    boolean ofApi = side == Side.API;
    out.printf(
        "| %s | %s | %,d | %s | %.0f | %s | %s | %s | %s |%n",
        file.name(),
        side,
        turns[0].rows(),
        ofApi && file.name().endsWith(".csv")
            ? Figures.atLeast(LEAST_ROWS, rate)
            : Figures.number(rate),
        median(turns, Turn::megabytesPerSecond),
        Figures.number(median(turns, Turn::clickHouse)),
        Figures.number(median(turns, Turn::api)),
        ofApi ? Figures.atMost(MOST_CPU, Figures.median(ratios.clone())) : "",
        ofApi
            ? Arrays.stream(ratios).mapToObj(Figures::number).collect(Collectors.joining(", "))
            : "");
  }

  private static double median(Turn[] turns, ToDoubleFunction<Turn> figure) {
    return Figures.median(Arrays.stream(turns).mapToDouble(figure).toArray());
  }

  /**
   * A file that was read.
   *
   * @param rows lines of it
   * @param clickHouse processor time in seconds
   * @param api processor time in seconds
   */
  private record Turn(long rows, long bytes, double seconds, double clickHouse, double api) {
    double rowsPerSecond() {
      return rows / seconds;
    }

    double megabytesPerSecond() {
      return bytes / seconds / 1e6;
    }

    double cpu() {
      return clickHouse + api;
    }
  }

  private Turn turn(Client client, Question file, Side side) throws IOException {
    Lines lines = new Lines();
    Stopwatch stopwatch = new Stopwatch(api.processes());
    client.ask(file, side, lines);
    double seconds = stopwatch.seconds();
    Map<String, Double> cpu = stopwatch.cpuSeconds();
    return new Turn(
        lines.count, lines.bytes, seconds, cpu.get("clickhouse"), cpu.get(ApiProcess.NAME));
  }

  /** Counts the lines of what is written. */
  private static final class Lines extends OutputStream {
    private long count;
    private long bytes;

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        if (buffer[i] == '\n') {
          count++;
        }
      }
      bytes += length;
    }
  }
}
