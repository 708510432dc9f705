package dev.scriptanalytics.bench.faults;

import java.util.List;

/**
 * What came of a fault.
 *
 * @param seed of the round
 * @param records that were sent around it
 * @param faultSeconds how long it lasted
 * @param recoverySeconds from its end until a run that was sent afterwards was in ClickHouse
 * @param exactSeconds from the last record until everything was there
 * @param differences between what was sent since the start of the suite and what is there; none if
 *     it is exact
 * @param obstacle why the fault could not happen; empty if it did
 */
public record Outcome(
    long seed,
    Fault fault,
    long records,
    double faultSeconds,
    double recoverySeconds,
    double exactSeconds,
    List<String> differences,
    String obstacle) {

  public Outcome {
    differences = List.copyOf(differences);
  }

  static Outcome skipped(long seed, Fault fault, String obstacle) {
    return new Outcome(seed, fault, 0, 0, 0, 0, List.of(), obstacle);
  }

  /** Whether the fault happened. */
  public boolean happened() {
    return obstacle.isEmpty();
  }

  /** Whether everything that was sent was there, once, and nothing else. */
  public boolean isExact() {
    return happened() && differences.isEmpty();
  }

  /** Whether rows flowed again as soon as they shall. */
  boolean isInTime() {
    return fault.targetSeconds().map(target -> recoverySeconds <= target).orElse(true);
  }
}
