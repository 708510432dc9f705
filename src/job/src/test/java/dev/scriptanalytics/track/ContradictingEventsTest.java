package dev.scriptanalytics.track;

import static dev.scriptanalytics.event.DeadLetterReason.CONTRADICTING_END;
import static dev.scriptanalytics.event.DeadLetterReason.CONTRADICTING_START;
import static dev.scriptanalytics.rollup.Fact.Kind.FAILED;
import static dev.scriptanalytics.rollup.Fact.Kind.SEEN;
import static dev.scriptanalytics.rollup.Fact.Kind.SUCCEEDED;
import static dev.scriptanalytics.track.Rules.rules;
import static dev.scriptanalytics.track.RunEvents.T;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run id belongs to one run: the events of another one are dead letters and change nothing. */
class ContradictingEventsTest {
  private final RunEvents events = new RunEvents();
  private TrackerHarness tracker;
  private Tracked tracked;

  @BeforeEach
  void track() throws Exception {
    tracker = new TrackerHarness(rules().timeout(Duration.ofHours(2)));
    tracked = tracker.tracked();
  }

  @AfterEach
  void close() {
    tracker.close();
  }

  @Test
  void doesNotMixTwoRunsOfOneId() throws Exception {
    tracker.receive(
        events.start("twin").with("script", "TwinA"),
        events.start("twin").with("script", "TwinB"),
        events.success("twin", 10).with("script", "TwinB"));

    assertThat(tracked.finalRunRows().values())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("script", "TwinA")
                    .containsEntry("status", "In Progress"));
    assertThat(tracked.factKinds()).containsExactly(SEEN);
    assertThat(tracked.deadLetterReasons()).containsExactly(CONTRADICTING_START, CONTRADICTING_END);
    assertThat(tracked.deadLetters)
        .extracting(DeadLetter::detail)
        .containsOnly("The run's script is TwinA, and this event says TwinB");
  }

  @Test
  void rejectsTheEventsOfALaterRunOfTheSameId() throws Exception {
    Instant later = T.plusSeconds(600);
    tracker.receive(events.start("a"), events.success("a", 5));
    tracked.clear();

    tracker.receive(events.start("a").startedAt(later), events.success("a", 5).startedAt(later));

    assertThat(tracked.runRows).isEmpty();
    assertThat(tracked.deadLetterReasons()).containsExactly(CONTRADICTING_START, CONTRADICTING_END);
    assertThat(tracked.deadLetters)
        .extracting(DeadLetter::detail)
        .containsOnly(
            "The run's started_at is 2026-11-02T10:15:00Z, and this event says"
                + " 2026-11-02T10:25:00Z");
    assertThat(tracker.metric(TrackRuns.CONTRADICTING_EVENTS + "/contradicting_start")).isOne();
    assertThat(tracker.metric(TrackRuns.CONTRADICTING_EVENTS + "/contradicting_end")).isOne();
  }

  @Test
  void saysWhoseAContradictionIsAndWhichResourceItCameFrom() throws Exception {
    String large = "{\"pod\":\"" + "ä".repeat(3000) + "\"}";
    tracker.receive(
        events.start("a").with("account", "acme"),
        events.start("a").with("account", "acme").with("script", "Other"),
        events.start("b"),
        events.start("b").with("script", "Other").with("resource", Map.of("pod", "x")),
        events.start("c"),
        events.start("c").with("script", "Other").with("resource", Map.of("pod", "ä".repeat(3000))),
        events.start("d"),
        events.start("d").with("script", "Other").with("resource", "no object"));

    assertThat(tracked.deadLetters)
        .extracting(DeadLetter::account)
        .containsExactly("acme", "default", "default", "default");
    assertThat(tracked.deadLetters)
        .extracting(DeadLetter::resource)
        .containsExactly("", "{\"pod\":\"x\"}", large.substring(0, 2052), "");
  }

  @Test
  void goesOnWithTheRunAfterEachContradiction() throws Exception {
    tracker.receive(events.start("a").with("deployment_version", 3));
    for (Event other :
        List.of(
            events.start("a").with("deployment_version", 4),
            events.failure("a").with("deployment_version", 4),
            events.failure("a").startedAt(T.plusSeconds(90)))) {
      tracker.receive(other);
    }
    tracker.receive(events.success("a", 5).with("deployment_version", 3));

    assertThat(tracked.runValues("status")).containsExactly("In Progress", "Success");
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracked.deadLetters).hasSize(3);
  }

  @Test
  void completesAnEndOnlyWithTheStartOfItsRun() throws Exception {
    tracker.receive(
        events.success("a", 5).with("deployment_id", "d-1"),
        events.start("a").with("deployment_id", "d-2"),
        events.start("a").startedAt(T.minusSeconds(90)),
        events.start("a").with("deployment_version", 7).with("input", 1));

    assertThat(tracked.deadLetterReasons())
        .containsExactly(CONTRADICTING_START, CONTRADICTING_START);
    assertThat(tracked.lastRun())
        .containsEntry("version", 3)
        .containsEntry("deployment_id", "d-1")
        .containsEntry("deployment_version", 7)
        .containsEntry("input", "1");
  }

  @Test
  void remembersWhatAStartToldOfARunThatIsFinished() throws Exception {
    tracker.receive(
        events.success("a", 5),
        events.start("a").with("deployment_version", 3),
        events.success("a", 5).with("deployment_version", 4));

    assertThat(tracked.deadLetterReasons()).containsExactly(CONTRADICTING_END);
  }

  @Test
  void judgesAnotherRunAlikeBeforeAndAfterTheTimeout() throws Exception {
    Event other = events.success("a", 5).with("script", "Other");
    tracker.receive(events.start("a"), other.arrivingAfter(Duration.ofHours(3)));
    assertThat(tracked.factKinds()).as("the run is not timed out by it").containsExactly(SEEN);
    tracker.watermarkAfter(Duration.ofHours(3));
    tracker.receive(other);

    assertThat(tracked.factKinds()).containsExactly(SEEN, FAILED);
    assertThat(tracked.deadLetterReasons()).containsExactly(CONTRADICTING_END, CONTRADICTING_END);
  }

  @Test
  void knowsWhatContradictsARunAfterARestart() throws Exception {
    tracker.receive(events.start("open"), events.start("done"), events.success("done", 5));
    restart();
    tracked.clear();

    for (String run : List.of("open", "done")) {
      tracker.receive(
          events.start(run),
          events.start(run).with("script", "Other"),
          events.start(run).startedAt(T.plusSeconds(61)));
    }
    tracker.receive(events.success("done", 5), events.success("done", 6));

    assertThat(tracked.runRows).isEmpty();
    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isEqualTo(3);
    assertThat(tracked.deadLetterReasons())
        .containsExactly(
            CONTRADICTING_START,
            CONTRADICTING_START,
            CONTRADICTING_START,
            CONTRADICTING_START,
            CONTRADICTING_END);
  }

  // Queued runs

  @Test
  void opensARunWithItsQueuedEventAndLeavesItThere() throws Exception {
    Instant started = T.plusSeconds(900);
    tracker.receive(
        events.queued("a"),
        events.start("a").startedAt(started),
        events.success("a", 5).startedAt(started),
        events.start("a").startedAt(started));

    assertThat(tracked.runValues("executed_on")).containsExactly(T, T);
    assertThat(tracked.lastRun())
        .containsEntry("status", "Success")
        .containsEntry("response_time", 5.0)
        .containsEntry("ended_on", started.plusMillis(5));
    assertThat(tracked.deadLetters).isEmpty();
    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isEqualTo(2);
  }

  @Test
  void comparesWithTheStartThatIsToldAfterTheQueue() throws Exception {
    Instant started = T.plusSeconds(900);
    tracker.receive(events.queued("a"), events.start("a").startedAt(started));
    restart();
    tracker.receive(
        events.start("a").startedAt(T),
        events.success("a", 5).startedAt(T),
        events.success("a", 5).startedAt(started),
        events.start("a").startedAt(T));

    assertThat(tracked.deadLetterReasons())
        .containsExactly(CONTRADICTING_START, CONTRADICTING_END, CONTRADICTING_START);
    assertThat(tracked.lastRun()).containsEntry("status", "Success");
  }

  @Test
  void ignoresAQueuedEventThatArrivesLate() throws Exception {
    Event queued = events.queued("a").startedAt(T.minusSeconds(900));
    tracker.receive(events.start("a"), queued, events.success("a", 5), queued);

    assertThat(tracked.runValues("executed_on")).containsExactly(T, T);
    assertThat(tracked.deadLetters).isEmpty();
    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isEqualTo(2);
  }

  private void restart() throws Exception {
    OperatorSubtaskState state = tracker.snapshot(1);
    tracker.close();
    tracker =
        new TrackerHarness(
            rules().timeout(Duration.ofHours(2)), new HashMapStateBackend(), 1, state, tracked);
  }
}
