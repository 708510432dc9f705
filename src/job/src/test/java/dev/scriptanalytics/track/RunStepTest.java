package dev.scriptanalytics.track;

import static dev.scriptanalytics.event.RunStatus.FAILED;
import static dev.scriptanalytics.event.RunStatus.SUCCESS;
import static dev.scriptanalytics.track.RunEvents.T;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.track.FinishedRuns.Ending;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The decisions about events, of each state that a run may be in. */
class RunStepTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final RunEvents events = new RunEvents();
  private final Deployments deployments = new Deployments(10);
  private final FinishedRuns finished = new FinishedRuns(deployments);
  private final KnownRun run = new KnownRun(Rules.rules().build(), deployments);

  @Test
  void opensARunWithItsFirstStartOnly() {
    for (Event start : List.of(events.start("a"), events.queued("a"))) {
      assertThat(step(start, run.unknown())).isEqualTo(RunStep.OPEN);
      assertThat(step(start, open(events.start("a")))).isEqualTo(RunStep.IGNORE_DUPLICATE);
    }
    assertThat(step(events.queued("a"), open(events.queued("a"))))
        .isEqualTo(RunStep.IGNORE_DUPLICATE);
  }

  @Test
  void beginsAQueuedRunOnce() {
    ScriptEvent queued = events.queued("a").decoded();
    Event start = events.start("a").startedAt(T.plusSeconds(900));

    assertThat(step(start, run.open(queued, FinishedRuns.NO_START))).isEqualTo(RunStep.BEGIN);
    assertThat(step(start, run.open(queued, T.plusSeconds(900).toEpochMilli())))
        .isEqualTo(RunStep.IGNORE_DUPLICATE);
    assertThat(step(start, run.open(queued, T.toEpochMilli())))
        .isEqualTo(RunStep.REJECT_CONTRADICTION);
  }

  @Test
  void completesAFinishedRunWithAStartIfTheEndIsKept() {
    ScriptEvent end = events.success("a", 5).decoded();

    assertThat(step(events.start("a"), finished(Ending.WITHOUT_START, end)))
        .isEqualTo(RunStep.COMPLETE);
    assertThat(step(events.start("a"), finished(Ending.WITHOUT_START, null)))
        .isEqualTo(RunStep.REJECT_LATE_START);
  }

  @Test
  void ignoresAStartOfARunWhoseStartWasSeen() {
    for (Ending ending : new Ending[] {Ending.AFTER_START, Ending.BY_TIMEOUT}) {
      assertThat(step(events.start("a"), finished(ending, null)))
          .isEqualTo(RunStep.IGNORE_DUPLICATE);
    }
  }

  @Test
  void finishesARunWithItsFirstEnd() {
    Event end = events.success("a", 5);

    assertThat(step(end, run.unknown())).isEqualTo(RunStep.FINISH_WITHOUT_START);
    assertThat(step(end, open(events.start("a")))).isEqualTo(RunStep.FINISH);
    assertThat(step(end, open(events.queued("a")))).isEqualTo(RunStep.FINISH);
  }

  @Test
  void finishesARunWithAnUntimedEndOnceItsStartIsKnown() {
    Event end = events.untimedSuccess("a", T.plusMillis(5));

    assertThat(step(end, run.unknown())).isEqualTo(RunStep.AWAIT_START);
    assertThat(step(end, open(events.start("a")))).isEqualTo(RunStep.FINISH);
    for (Event start : List.of(events.start("a"), events.queued("a"))) {
      assertThat(step(start, run.untimed(end.decoded()))).isEqualTo(RunStep.OPEN_AND_FINISH);
    }
  }

  @Test
  void prefersAnEndThatTellsItsStartToTheSameEndThatDoesNot() {
    ScriptEvent untimed = events.untimedSuccess("a", T.plusMillis(5)).decoded();

    assertThat(step(events.success("a", 5), run.untimed(untimed)))
        .isEqualTo(RunStep.FINISH_INSTEAD_OF_UNTIMED_END);
    assertThat(step(events.success("a", 6), run.untimed(untimed)))
        .isEqualTo(RunStep.REJECT_CONTRADICTION);
  }

  @Test
  void failsAnOpenRunByTheArrivalOfItsEndAndNotByTheTimeOfTheDecision() {
    KnownRun timingOut = new KnownRun(Rules.rules().timeout(TIMEOUT).build(), deployments);
    ScriptEvent start = events.start("a").decoded();
    Event inTime = events.success("a", 5).arrivingAfter(TIMEOUT);
    Event late = events.success("a", 5).arrivingAfter(TIMEOUT.plusMillis(1));

    assertThat(step(inTime, timingOut.open(start, T.toEpochMilli()))).isEqualTo(RunStep.FINISH);
    assertThat(step(late, timingOut.open(start, T.toEpochMilli())))
        .isEqualTo(RunStep.TIME_OUT_AND_REJECT);
    assertThat(step(late, run.open(start, T.toEpochMilli())))
        .as("without a timeout")
        .isEqualTo(RunStep.FINISH);
  }

  @Test
  void rejectsWhatContradictsTheRunInEachState() {
    ScriptEvent start = events.start("a").decoded();
    ScriptEvent untimed = events.untimedSuccess("a", T.plusMillis(5)).decoded();
    for (Event event :
        List.of(
            events.start("a").with("script", "Other"),
            events.queued("a").with("script", "Other"),
            events.success("a", 5).with("script", "Other"),
            events.untimedSuccess("a", T.plusMillis(5)).with("script", "Other"))) {
      assertThat(step(event, run.unknown())).isNotEqualTo(RunStep.REJECT_CONTRADICTION);
      assertThat(step(event, run.open(start, T.toEpochMilli())))
          .isEqualTo(RunStep.REJECT_CONTRADICTION);
      assertThat(step(event, run.untimed(untimed))).isEqualTo(RunStep.REJECT_CONTRADICTION);
      for (Ending ending : Ending.values()) {
        assertThat(step(event, finished(ending, null))).isEqualTo(RunStep.REJECT_CONTRADICTION);
      }
    }
  }

  @Test
  void ignoresTheSameEndInWhateverForm() {
    ScriptEvent first = events.success("a", 5).decoded();
    ScriptEvent untimed = events.untimedSuccess("a", T.plusMillis(5)).decoded();

    for (ScriptEvent known : List.of(first, untimed)) {
      for (Event end :
          List.of(events.success("a", 5), events.untimedSuccess("a", T.plusMillis(5)))) {
        assertThat(step(end, finished(Ending.AFTER_START, known, SUCCESS)))
            .isEqualTo(RunStep.IGNORE_DUPLICATE);
      }
    }
    assertThat(step(events.untimedSuccess("a", T.plusMillis(5)), run.untimed(untimed)))
        .isEqualTo(RunStep.IGNORE_DUPLICATE);
  }

  @Test
  void rejectsAnyEndAfterTheTimeout() {
    for (Event end :
        List.of(
            events.failure("a"),
            events.success("a", 1),
            events.untimedFailure("a", T.minusSeconds(900)))) {
      assertThat(step(end, finished(Ending.BY_TIMEOUT, null)))
          .isEqualTo(RunStep.REJECT_END_AFTER_TIMEOUT);
    }
  }

  private static RunStep step(Event event, KnownRun known) {
    ScriptEvent decoded = event.decoded();
    return RunStep.of(decoded, new RunRow().wrap(decoded.row), known);
  }

  private KnownRun open(Event event) {
    ScriptEvent start = event.decoded();
    boolean begun = start.kind == ScriptEvent.Kind.RUN;
    return run.open(start, begun ? T.toEpochMilli() : FinishedRuns.NO_START);
  }

  private KnownRun finished(Ending ending, ScriptEvent keptEnd) {
    ScriptEvent end = events.success("a", 5).decoded();
    KnownRun known = finished(ending, end, ending == Ending.BY_TIMEOUT ? FAILED : SUCCESS);
    return known.finished(finished, known.slot(), keptEnd);
  }

  private KnownRun finished(Ending ending, ScriptEvent end, RunStatus status) {
    long high = finished.size() + 1L;
    RunRow row = new RunRow().wrap(end.row);
    finished.add(
        high,
        0,
        T.toEpochMilli(),
        status,
        ending,
        T.toEpochMilli(),
        EndFingerprint.of(end, row),
        deployments.of(row));
    return run.finished(finished, finished.find(high, 0), null);
  }
}
