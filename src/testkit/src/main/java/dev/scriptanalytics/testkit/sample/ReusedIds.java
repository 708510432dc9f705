package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.SampleRun.Details;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Gives the id of a run to a second one, of another script or of another time: a run id belongs to
 * one run, so all that is told of the second one is a dead letter.
 *
 * <p>The second run is told after all events of the first one, under the same key, because
 * contradictions are judged in order of arrival.
 */
final class ReusedIds {
  /** Runs whose id is used again. */
  static final double SHARE = 0.0004;

  static final String START_REASON = "contradicting_start";
  static final String END_REASON = "contradicting_end";

  private static final long LATER_MILLIS = 1000;
  private static final long ANOTHER_TIME_MILLIS = 10 * 60_000;
  private static final long DURATION_MICROS = 42_000;

  private final SplittableRandom random;
  private final RunEventWriter events = new RunEventWriter();

  ReusedIds(SplittableRandom random) {
    this.random = random;
  }

  /**
   * The events of a second run.
   *
   * @param first the run that the id belongs to
   * @param told its events; none if it is told in another way
   */
  List<Delivery> after(SampleRun first, List<Delivery> told) {
    boolean reused = random.nextDouble() < SHARE;
    boolean otherScript = random.nextBoolean();
    if (!reused || told.isEmpty()) {
      return List.of();
    }
    long at = told.stream().mapToLong(Delivery::at).max().orElseThrow() + LATER_MILLIS;
    SampleRun second = otherScript ? ofOtherScript(first, at) : ofOtherTime(first);
    return List.of(
        Delivery.unusable(at, first.runId(), events.start(second), START_REASON),
        Delivery.unusable(at + 1, first.runId(), events.end(second), END_REASON));
  }

  private SampleRun ofOtherScript(SampleRun first, long at) {
    List<ScriptProfile> others =
        ScriptCatalogue.SCRIPTS.stream()
            .filter(of -> of.account().equals(first.account()))
            .filter(of -> !of.name().equals(first.script()))
            .toList();
    if (others.isEmpty()) {
      return ofOtherTime(first);
    }
    ScriptProfile other = others.get(random.nextInt(others.size()));
    return second(first, other, at);
  }

  /** Ten minutes before, which no clocks' difference explains. */
  private static SampleRun ofOtherTime(SampleRun first) {
    ScriptProfile same =
        ScriptCatalogue.SCRIPTS.stream()
            .filter(of -> of.account().equals(first.account()))
            .filter(of -> of.name().equals(first.script()))
            .findFirst()
            .orElseThrow();
    return second(first, same, first.executedOn() - ANOTHER_TIME_MILLIS);
  }

  private static SampleRun second(SampleRun first, ScriptProfile profile, long startedAt) {
    return new SampleRun(
        first.account(),
        profile.name(),
        first.runId(),
        first.attempt(),
        profile.deployment(profile.versionAt(startedAt)),
        profile.functions().get(0),
        profile.sources().get(0),
        0,
        startedAt,
        DURATION_MICROS,
        RunStatus.SUCCESS,
        profile.dialect(),
        Timing.START_AND_END,
        Details.NONE);
  }
}
