package dev.scriptanalytics.testkit.sample;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Makes up where a run's time went. */
final class Phases {
  /** Runs whose platform measures phases. */
  static final double SHARE = 0.3;

  private static final double MICROS_PER_MILLI = 1000;

  private final SplittableRandom random;

  Phases(SplittableRandom random) {
    this.random = random;
  }

  /** Milliseconds by phase, not more than {@code millis} in all; empty if they are not told. */
  Map<String, Double> of(ScriptProfile profile, double millis, boolean cold) {
    boolean told = random.nextDouble() < SHARE;
    double first = random.nextDouble();
    double second = random.nextDouble();
    if (!told) {
      return Map.of();
    }
    Map<String, Double> phases = new LinkedHashMap<>();
    double left = millis;
    left -= put(phases, "queue", left * 0.05 * first);
    if (cold) {
      left -= put(phases, "cold_start", left * 0.8 * second);
    }
    put(phases, profile.usesGpu() ? "inference" : "handler", left * (0.8 + 0.2 * second));
    return phases;
  }

  private static double put(Map<String, Double> phases, String name, double millis) {
    double micros = Math.floor(millis * MICROS_PER_MILLI);
    phases.put(name, micros / MICROS_PER_MILLI);
    return millis;
  }
}
