package dev.scriptanalytics.track;

import static dev.scriptanalytics.rollup.Fact.Kind.FAILED;
import static dev.scriptanalytics.rollup.Fact.Kind.SEEN;
import static dev.scriptanalytics.rollup.Fact.Kind.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

/** The steps of runs on the state of one key group, without an operator. */
class MergeRunsTest {
  private static final TrackingRules RULES = Rules.rules().timeout(Duration.ofHours(1)).build();

  private final RunEvents events = new RunEvents();
  private final Tracked tracked = new Tracked();
  private final Deployments deployments = new Deployments(100);
  private final KeyGroupState group = new KeyGroupState(0, deployments);
  private final TrackerOutputs outputs =
      new TrackerOutputs(
          tracked,
          new UnregisteredMetricsGroup(),
          Redactor.ofNothing(),
          RULES.maxDeadLetterBytes());
  private final EnrichLogs logs = new EnrichLogs(RULES, deployments, Redactor.ofNothing(), outputs);
  private final MergeRuns runs = new MergeRuns(RULES, deployments, logs, outputs);

  @Test
  void movesARunFromTheOpenOnesToTheFinishedOnes() {
    receive(events.start("a"));
    assertThat(group.open.size()).isOne();
    assertThat(group.finished.size()).isZero();

    receive(events.success("a", 5));
    assertThat(group.open.size()).isZero();
    assertThat(group.finished.size()).isOne();
    assertThat(runs.ends().size()).isZero();
    assertThat(tracked.runValues("version")).containsExactly(1, 3);
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
  }

  @Test
  void keepsAnEndUntilItsStartArrives() {
    receive(events.success("a", 5));
    assertThat(runs.ends().size()).isOne();
    assertThat(group.open.size()).isZero();
    assertThat(group.finished.size()).isOne();

    receive(events.start("a"));
    assertThat(runs.ends().size()).isZero();
    assertThat(tracked.runValues("version")).containsExactly(2, 3);
  }

  @Test
  void rejectsALateStartOnceAndLeavesTheRunAsItIs() {
    receive(events.success("a", 5));
    runs.ends().expire(arrival -> true);
    receive(events.start("a"));
    receive(events.start("a"));

    assertThat(tracked.deadLetterReasons()).containsExactly(DeadLetterReason.LATE_START);
    assertThat(tracked.runValues("version")).containsExactly(2);
  }

  @Test
  void keepsAnUntimedEndWithoutARowUntilItsStartArrives() {
    receive(events.untimedSuccess("a", RunEvents.T.plusMillis(5)));
    assertThat(runs.untimedEnds().size()).isOne();
    assertThat(group.finished.size()).isZero();
    assertThat(tracked.runRows).isEmpty();
    assertThat(tracked.facts).isEmpty();

    receive(events.start("a"));
    assertThat(runs.untimedEnds().size()).isZero();
    assertThat(group.open.size()).isZero();
    assertThat(group.finished.size()).isOne();
    assertThat(tracked.lastRun()).containsEntry("version", 3).containsEntry("response_time", 5.0);
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
  }

  @Test
  void keepsTheEndThatAContradictingStartDoesNotComplete() {
    receive(events.success("a", 5));
    receive(events.start("a").with("script", "Other"));
    assertThat(runs.ends().size()).isOne();

    receive(events.start("a"));
    assertThat(tracked.deadLetterReasons()).containsExactly(DeadLetterReason.CONTRADICTING_START);
    assertThat(tracked.runValues("version")).containsExactly(2, 3);
  }

  @Test
  void timesOutARunBeforeItRejectsTheLateEnd() {
    receive(events.start("a"));
    receive(events.success("a", 5).arrivingAfter(Duration.ofHours(2)));

    assertThat(tracked.runValues("status")).containsExactly("In Progress", "Failed");
    assertThat(tracked.factKinds()).containsExactly(SEEN, FAILED);
    assertThat(tracked.deadLetterReasons()).containsExactly(DeadLetterReason.END_AFTER_TIMEOUT);
    assertThat(group.open.size()).isZero();
  }

  private void receive(Event event) {
    runs.receive(event.decoded(), group);
  }
}
