package dev.scriptanalytics.bench.faults;

import java.util.List;
import java.util.Locale;

/** What came of faults, for a person. */
final class OutcomeTable {
  private static final String COLUMNS = "%-18s %-8s %9s %9s %10s %9s  %s";

  /** The names of the columns; times are in seconds. */
  static final String HEAD =
      COLUMNS.formatted("fault", "exact", "records", "lasted s", "recovery s", "all in s", "");

  private OutcomeTable() {}

  /** A line for a fault, and one for each difference. */
  static String line(Outcome outcome) {
    if (!outcome.happened()) {
      return COLUMNS
          .formatted(outcome.fault().word(), "skipped", "", "", "", "", outcome.obstacle())
          .stripTrailing();
    }
    StringBuilder line =
        new StringBuilder(
            COLUMNS
                .formatted(
                    outcome.fault().word(),
                    outcome.isExact() ? "yes" : "NO",
                    String.format(Locale.ROOT, "%,d", outcome.records()),
                    seconds(outcome.faultSeconds()),
                    seconds(outcome.recoverySeconds()),
                    seconds(outcome.exactSeconds()),
                    outcome.isInTime()
                        ? ""
                        : "slower than " + outcome.fault().targetSeconds().orElseThrow() + " s")
                .stripTrailing());
    for (String difference : outcome.differences()) {
      line.append("\n    ").append(difference);
    }
    return line.toString();
  }

  /** How often each fault ended exact, and how long recovery took. */
  static String summary(List<Outcome> outcomes) {
    StringBuilder table =
        new StringBuilder(
            "%-18s %-8s %22s  %s%n"
                .formatted("fault", "exact", "recovery s (longest)", "what happens"));
    for (Fault fault : Fault.values()) {
      List<Outcome> of =
          outcomes.stream()
              .filter(outcome -> outcome.fault() == fault && outcome.happened())
              .toList();
      if (of.isEmpty()) {
        continue;
      }
      double[] times = of.stream().mapToDouble(Outcome::recoverySeconds).sorted().toArray();
      table.append(
          "%-18s %-8s %22s  %s%n"
              .formatted(
                  fault.word(),
                  of.stream().filter(Outcome::isExact).count() + " of " + of.size(),
                  "%s (%s)"
                      .formatted(
                          seconds(times[times.length / 2]), seconds(times[times.length - 1])),
                  fault.description()));
    }
    return table.toString();
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds);
  }
}
