package dev.scriptanalytics.bench.throughput;

import java.util.Arrays;
import java.util.Optional;

/**
 * What is sent in a case of the throughput benchmark.
 *
 * <p>The same position always gives the same event, so that nothing needs to be kept of what was
 * sent to know what must come out.
 */
public enum Workload {
  ENDS("a", "one end event per run, 1% of them twice", 10, 0, false, 0),
  STARTS_AND_ENDS("b", "start and end events, out of order", 10, 0, true, 0),
  SKEWED("c", "one end event per run, 80% of one of 425 scripts", 425, 0.8, false, 0),
  MANY_SCRIPTS("d", "one end event per run, of 100,000 scripts", 100_000, 0, false, 0),
  RUNS_AND_LOGS("e", "one end event per run, and five log entries", 10, 0, false, 5),
  REMEMBERED_RUNS(
      "f",
      "after a restart: one end event per run, and duplicates from before it",
      10,
      0,
      false,
      0),
  OPEN_RUNS("g", "after a restart: each run ends when a million more have started", 10, 0, true, 0),
  THOUSAND_SCRIPTS("s", "one end event per run, of 1,000 scripts", 1_000, 0, false, 0);

  private final String letter;
  private final String description;
  private final int scripts;
  private final double shareOfFirst;
  private final boolean hasStarts;
  private final int logsOfRun;

  Workload(
      String letter,
      String description,
      int scripts,
      double shareOfFirst,
      boolean hasStarts,
      int logsOfRun) {
    this.letter = letter;
    this.description = description;
    this.scripts = scripts;
    this.shareOfFirst = shareOfFirst;
    this.hasStarts = hasStarts;
    this.logsOfRun = logsOfRun;
  }

  /** The case of that letter. */
  public static Optional<Workload> of(String letter) {
    return Arrays.stream(values()).filter(value -> value.letter.equals(letter)).findFirst();
  }

  public String letter() {
    return letter;
  }

  public String description() {
    return description;
  }

  /** How many scripts there are. */
  public int scripts() {
    return scripts;
  }

  /** The share of runs that the first script has; 0 where all have the same. */
  public double shareOfFirst() {
    return shareOfFirst;
  }

  /** Whether a run sends an event when it starts too. */
  public boolean hasStarts() {
    return hasStarts;
  }

  /** How many log entries a run writes. */
  public int logsOfRun() {
    return logsOfRun;
  }
}
