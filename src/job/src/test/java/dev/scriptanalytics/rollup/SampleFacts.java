package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;
import java.time.Duration;

/** Facts to test with, of a minute and an arrival hour of their own. */
final class SampleFacts {
  static final Script SCRIPT = Script.of("acme", "Qbalance");

  /** 2025-05-14 06:00 UTC. */
  static final long ARRIVAL = 1_747_202_400;

  /** 2025-05-14 06:07 UTC. */
  static final long MINUTE = ARRIVAL + 7 * 60;

  /**
   * Facts are gathered for a second, rows wait for one to ten, hours end an hour late, three ids
   * per hour.
   */
  static final RollupSettings SETTINGS =
      new RollupSettings(
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofHours(1),
          3);

  static final CellKey KEY = new CellKey(SCRIPT, 3, "", MINUTE, ARRIVAL);

  private SampleFacts() {}

  /** The milliseconds of an instant so many seconds after the start of {@link #ARRIVAL}. */
  static long millis(long secondsAfterArrival) {
    return (ARRIVAL + secondsAfterArrival) * 1000;
  }

  static Fact fact(Fact.Kind kind) {
    return fact(kind, KEY, Double.NaN);
  }

  static Fact succeeded(double responseTime) {
    return fact(Fact.Kind.SUCCEEDED, KEY, responseTime);
  }

  static Fact fact(Fact.Kind kind, CellKey key, double responseTime) {
    Fact fact = new Fact();
    fact.kind = kind;
    fact.script = key.script();
    fact.deploymentVersion = key.deploymentVersion();
    fact.deploymentId = key.deploymentId();
    fact.minute = key.minute();
    fact.arrivalHour = key.arrival();
    fact.responseTime = responseTime;
    return fact;
  }

  /** The key of the cell of another script. */
  static CellKey keyOf(String script) {
    return new CellKey(Script.of("acme", script), 3, "", MINUTE, ARRIVAL);
  }

  /** A batch of successes. */
  static FactBatch batch(CellKey key, double... responseTimes) {
    FactBatch batch = new FactBatch(key);
    for (double responseTime : responseTimes) {
      batch.count(Fact.Kind.SUCCEEDED, responseTime);
    }
    return batch;
  }
}
