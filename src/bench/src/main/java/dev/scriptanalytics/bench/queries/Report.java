package dev.scriptanalytics.bench.queries;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.bench.queries.Stopwatch.Timing;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** The figures as rows of a Markdown table, printed as they come, and as JSON. */
final class Report {
  private final PrintStream out;
  private final List<Figure> figures = new ArrayList<>();

  Report(PrintStream out) {
    this.out = out;
  }

  /**
   * A bound of a figure.
   *
   * @param atLeast whether the value must be at least the bound; otherwise at most
   */
  record Target(double bound, boolean atLeast) {
    static Target atMost(double bound) {
      return new Target(bound, false);
    }

    static Target atLeast(double bound) {
      return new Target(bound, true);
    }

    boolean isMetBy(double value) {
      return atLeast ? value >= bound : value <= bound;
    }
  }

  /**
   * A figure.
   *
   * @param cpuMillis of ClickHouse's process, where it matters
   * @param rowsRead by ClickHouse; 0 where it does not matter
   */
  private record Figure(
      String name,
      double value,
      String unit,
      Optional<Target> target,
      OptionalDouble cpuMillis,
      long rowsRead) {}

  /** Begins the table. */
  void begin() {
    out.printf("%n| | median | target | processor time | rows read |%n|---|---|---|---|---|%n");
  }

  /** Adds what a query took. */
  void add(String name, Timing timing, OptionalDouble atMostMillis) {
    Optional<Target> target =
        atMostMillis.isPresent()
            ? Optional.of(Target.atMost(atMostMillis.getAsDouble()))
            : Optional.empty();
    add(
        new Figure(
            name,
            timing.millis(),
            "ms",
            target,
            OptionalDouble.of(timing.cpuMillis()),
            timing.rowsRead()));
  }

  /** Adds another figure that has a target. */
  void add(String name, double value, String unit, Target target) {
    add(new Figure(name, value, unit, Optional.of(target), OptionalDouble.empty(), 0));
  }

  /** Adds another figure. */
  void add(String name, double value, String unit) {
    add(new Figure(name, value, unit, Optional.empty(), OptionalDouble.empty(), 0));
  }

  private void add(Figure figure) {
    figures.add(figure);
    out.printf(
        "| %s | %s %s | %s | %s | %s |%n",
        figure.name,
        number(figure.value),
        figure.unit,
        figure.target.map(target -> text(target, figure.value)).orElse(""),
        figure.cpuMillis.isPresent() ? number(figure.cpuMillis.getAsDouble()) + " ms" : "",
        figure.rowsRead == 0 ? "" : "%,d".formatted(figure.rowsRead));
    out.flush();
  }

  private static String text(Target target, double value) {
    return (target.atLeast ? "≥ " : "≤ ")
        + number(target.bound)
        + (target.isMetBy(value) ? "" : ", **not met**");
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value < 20 && value != Math.rint(value) ? "%,.1f" : "%,.0f", value);
  }

  /** All figures, and what they were measured on. */
  String json(SqlGeneratedHistory data, double load) throws JsonProcessingException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode report = mapper.createObjectNode();
    report.put("runs", data.runs()).put("logs", data.logs()).put("load", load);
    for (Figure figure : figures) {
      ObjectNode node = report.withArray("figures").addObject();
      node.put("name", figure.name).put("value", figure.value).put("unit", figure.unit);
      figure.target.ifPresent(target -> node.put("target", target.bound));
      figure.cpuMillis.ifPresent(cpu -> node.put("cpu_ms", cpu));
      if (figure.rowsRead > 0) {
        node.put("rows_read", figure.rowsRead);
      }
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n";
  }
}
