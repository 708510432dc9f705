package dev.scriptanalytics.track;

import static dev.scriptanalytics.event.RunStatus.FAILED;
import static dev.scriptanalytics.event.RunStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.track.FinishedRuns.Ending;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The decisions about events, of each state that a run may be in. */
class RunStepTest {
  private static final int UNFINISHED = FinishedRuns.NONE;
  private static final ScriptEvent UNKNOWN = null;

  private final RunEvents events = new RunEvents();
  private final FinishedRuns finished = new FinishedRuns(new Deployments(10));

  @Test
  void opensARunWithItsFirstStartOnly() {
    assertThat(RunStep.ofStart(finished, UNFINISHED, UNKNOWN)).isEqualTo(RunStep.OPEN);
    assertThat(RunStep.ofStart(finished, UNFINISHED, events.start("a").decoded()))
        .isEqualTo(RunStep.IGNORE_DUPLICATE);
  }

  @Test
  void completesAFinishedRunWithAStartIfTheEndIsKept() {
    int withoutStart = finished(SUCCESS, Ending.WITHOUT_START, 5);
    ScriptEvent end = events.success("a", 5).decoded();

    assertThat(RunStep.ofStart(finished, withoutStart, end)).isEqualTo(RunStep.COMPLETE);
    assertThat(RunStep.ofStart(finished, withoutStart, UNKNOWN))
        .isEqualTo(RunStep.REJECT_LATE_START);
  }

  @Test
  void ignoresAStartOfARunWhoseStartWasSeen() {
    for (Ending ending : new Ending[] {Ending.AFTER_START, Ending.BY_TIMEOUT}) {
      assertThat(RunStep.ofStart(finished, finished(FAILED, ending, 5), UNKNOWN))
          .isEqualTo(RunStep.IGNORE_DUPLICATE);
    }
  }

  @Test
  void finishesARunWithItsFirstEnd() {
    Event end = events.success("a", 5);

    assertThat(ofEnd(end, UNFINISHED, UNKNOWN, Duration.ZERO))
        .isEqualTo(RunStep.FINISH_WITHOUT_START);
    assertThat(ofEnd(end, UNFINISHED, events.start("a").decoded(), Duration.ZERO))
        .isEqualTo(RunStep.FINISH);
  }

  @Test
  void failsAnOpenRunByTheArrivalOfItsEndAndNotByTheTimeOfTheDecision() {
    Duration timeout = Duration.ofMinutes(1);
    ScriptEvent start = events.start("a").decoded();
    Event inTime = events.success("a", 5).arrivingAfter(timeout);
    Event late = events.success("a", 5).arrivingAfter(timeout.plusMillis(1));

    assertThat(ofEnd(inTime, UNFINISHED, start, timeout)).isEqualTo(RunStep.FINISH);
    assertThat(ofEnd(late, UNFINISHED, start, timeout)).isEqualTo(RunStep.TIME_OUT_AND_REJECT);
    assertThat(ofEnd(late, UNFINISHED, start, Duration.ZERO))
        .as("without a timeout")
        .isEqualTo(RunStep.FINISH);
  }

  @Test
  void comparesASecondEndWithTheFirst() {
    int slot = finished(SUCCESS, Ending.AFTER_START, 7.1);

    assertThat(ofEnd(events.success("a", 7.1), slot, UNKNOWN, Duration.ZERO))
        .isEqualTo(RunStep.IGNORE_DUPLICATE);
    assertThat(ofEnd(events.success("a", 7.2), slot, UNKNOWN, Duration.ZERO))
        .isEqualTo(RunStep.REJECT_OTHER_RESPONSE_TIME);
    assertThat(ofEnd(events.failure("a"), slot, UNKNOWN, Duration.ZERO))
        .as("the status is compared first")
        .isEqualTo(RunStep.REJECT_OTHER_STATUS);
  }

  @Test
  void takesTwoEndsWithoutResponseTimeForTheSame() {
    int slot = finished(FAILED, Ending.WITHOUT_START, Double.NaN);

    assertThat(ofEnd(events.failure("a"), slot, UNKNOWN, Duration.ZERO))
        .isEqualTo(RunStep.IGNORE_DUPLICATE);
  }

  @Test
  void rejectsAnyEndAfterTheTimeout() {
    int slot = finished(FAILED, Ending.BY_TIMEOUT, Double.NaN);

    for (Event end : new Event[] {events.failure("a"), events.success("a", 1)}) {
      assertThat(ofEnd(end, slot, UNKNOWN, Duration.ofMinutes(1)))
          .isEqualTo(RunStep.REJECT_END_AFTER_TIMEOUT);
    }
  }

  private RunStep ofEnd(Event event, int slot, ScriptEvent start, Duration timeout) {
    ScriptEvent end = event.decoded();
    TrackingRules rules = Rules.rules().timeout(timeout).build();
    RunRow row = new RunRow().wrap(end.row);
    return RunStep.ofEnd(row, end.arrival, finished, slot, start, rules);
  }

  private int finished(RunStatus status, Ending ending, double responseTime) {
    long high = finished.size() + 1L;
    long finishedAt = RunEvents.T.toEpochMilli();
    finished.add(high, 0, finishedAt, status, ending, responseTime, Deployments.UNKNOWN);
    return finished.find(high, 0);
  }
}
