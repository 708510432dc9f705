package dev.scriptanalytics.track;

import static dev.scriptanalytics.event.DeadLetterReason.CONTRADICTING_END;
import static dev.scriptanalytics.event.DeadLetterReason.CONTRADICTING_START;
import static dev.scriptanalytics.event.DeadLetterReason.END_AFTER_TIMEOUT;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.rollup.Fact.Kind.FAILED;
import static dev.scriptanalytics.rollup.Fact.Kind.SEEN;
import static dev.scriptanalytics.rollup.Fact.Kind.SUCCEEDED;
import static dev.scriptanalytics.rollup.Fact.Kind.UNSEEN;
import static dev.scriptanalytics.track.Rules.rules;
import static dev.scriptanalytics.track.RunEvents.T;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ends that tell when their run ended, and not when it started. */
class UntimedEndsTest {
  private static final Instant END = T.plusSeconds(3);

  private final RunEvents events = new RunEvents();
  private TrackerHarness tracker;
  private Tracked tracked;

  private void track(Rules rules) throws Exception {
    tracker = new TrackerHarness(rules);
    tracked = tracker.tracked();
  }

  @AfterEach
  void close() {
    tracker.close();
  }

  @Test
  void finishesAnOpenRun() throws Exception {
    track(rules());
    tracker.receive(events.start("a"), events.untimedSuccess("a", END));

    assertThat(tracked.lastRun())
        .containsEntry("version", 3)
        .containsEntry("status", "Success")
        .containsEntry("executed_on", T)
        .containsEntry("ended_on", END)
        .containsEntry("response_time", 3000.0);
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracked.facts.get(1).responseTime()).isEqualTo(3000);
  }

  @Test
  void givesAFailureNoResponseTime() throws Exception {
    track(rules());
    tracker.receive(events.start("a"), events.untimedFailure("a", END));

    assertThat(tracked.lastRun())
        .containsEntry("status", "Failed")
        .containsEntry("ended_on", END)
        .containsEntry("response_time", null);
    assertThat(tracked.factKinds()).containsExactly(SEEN, FAILED);
  }

  @Test
  void givesASuccessNoResponseTimeIfOnlyTheTimeInTheQueueIsKnown() throws Exception {
    track(rules());
    tracker.receive(events.queued("a"), events.untimedSuccess("a", END));

    assertThat(tracked.lastRun())
        .containsEntry("status", "Success")
        .containsEntry("ended_on", END)
        .containsEntry("response_time", null);
  }

  @Test
  void leavesTheTimeInTheQueueOutOfTheResponseTime() throws Exception {
    track(rules());
    tracker.receive(
        events.queued("a").startedAt(T.minusSeconds(900)),
        events.start("a"),
        events.untimedSuccess("a", END));

    assertThat(tracked.lastRun())
        .containsEntry("executed_on", T.minusSeconds(900))
        .containsEntry("ended_on", END)
        .containsEntry("response_time", 3000.0);
    assertThat(tracked.deadLetters).isEmpty();
  }

  @Test
  void takesAnEndALittleBeforeItsStartForOneAtItsStart() throws Exception {
    track(rules());
    tracker.receive(events.start("a"), events.untimedSuccess("a", T.minusSeconds(60)));
    tracker.receive(events.untimedSuccess("b", T.minusSeconds(60)), events.start("b"));

    for (String run : List.of("a", "b")) {
      assertThat(tracked.finalRunRows().values())
          .filteredOn(row -> row.get("run_id").equals(run))
          .singleElement()
          .satisfies(
              row ->
                  assertThat(row).containsEntry("ended_on", T).containsEntry("response_time", 0.0));
    }
    assertThat(tracked.deadLetters).isEmpty();
  }

  @Test
  void rejectsAnEndFarBeforeTheStart() throws Exception {
    track(rules());
    tracker.receive(events.start("a"), events.untimedSuccess("a", T.minusSeconds(61)));
    tracker.receive(events.untimedSuccess("b", T.minusSeconds(61)), events.start("b"));

    assertThat(tracked.deadLetterReasons()).containsExactly(CONTRADICTING_END, CONTRADICTING_START);
    assertThat(tracked.runValues("status")).containsExactly("In Progress");
  }

  @Test
  void waitsForItsStartWithoutARow() throws Exception {
    track(rules());
    Instant nextHour = Instant.parse("2026-11-02T11:00:00Z");
    tracker.receive(
        events
            .untimedSuccess("a", END)
            .with("deployment_version", 3)
            .with("output", 1)
            .with("stdout", "captured"));
    assertThat(tracked.runRows).isEmpty();
    assertThat(tracked.logRows).isEmpty();
    assertThat(tracked.facts).isEmpty();
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isOne();
    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isZero();

    tracker.receive(events.start("a").with("input", 2).arriving(nextHour));

    assertThat(tracked.lastRun())
        .containsEntry("version", 3)
        .containsEntry("executed_on", T)
        .containsEntry("response_time", 3000.0)
        .containsEntry("input", "2")
        .containsEntry("output", "1");
    assertThat(tracked.logRows).extracting(row -> row.get("log_message")).contains("captured");
    assertThat(tracked.factKinds()).containsExactly(SEEN, UNSEEN, SEEN, SUCCEEDED);
    assertThat(tracked.facts)
        .as("in the hour of the start, which made the facts")
        .allSatisfy(fact -> assertThat(fact.arrival()).isEqualTo(nextHour));
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isOne();
  }

  @Test
  void isADeadLetterWhenTheWaitIsOver() throws Exception {
    track(rules().awaitStart(Duration.ofMinutes(10)));
    tracker.receive(events.untimedSuccess("a", END).with("output", 1).with("stdout", "captured"));
    tracker.watermarkAfter(Duration.ofMinutes(10));
    assertThat(tracked.deadLetters).isEmpty();

    tracker.watermark(T.plus(Duration.ofMinutes(10)).plusMillis(1));

    assertThat(tracked.deadLetterReasons()).containsExactly(MISSING_FIELD);
    DeadLetter letter = tracked.deadLetters.get(0);
    assertThat(letter.detail())
        .isEqualTo(
            "ended_at alone: a readable started_at or response_time_ms would have told when the run"
                + " started, and no start of this run arrived within run.await-start (10 min) and"
                + " run.await-start.max-bytes");
    JsonNode event = new ObjectMapper().readTree(letter.bytes());
    assertThat(event.has("started_at")).isFalse();
    assertThat(event.get("ended_at").asText()).isEqualTo("2026-11-02T10:15:03Z");
    assertThat(event.get("stdout").asText()).isEqualTo("captured");
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
    assertThat(tracker.metric(TrackRuns.CONTRADICTING_EVENTS + "/missing_field")).isOne();
  }

  @Test
  void isADeadLetterAtOnceIfStartsAreNotAwaited() throws Exception {
    track(rules().awaitStart(Duration.ZERO));
    tracker.receive(events.untimedSuccess("a", END));

    assertThat(tracked.deadLetterReasons()).containsExactly(MISSING_FIELD);
  }

  @Test
  void isADeadLetterIfThereIsNoRoomAndWrittenEndsTakeNoneOfIt() throws Exception {
    Event large = events.untimedSuccess("a", END).with("output", "x".repeat(1000));
    track(rules().awaitStartMaxBytes(5L * large.decoded().row.length / 2));
    for (String run : List.of("a", "b")) {
      tracker.receive(
          events.untimedSuccess(run, END).with("output", "x".repeat(1000)),
          events.success("timed-" + run, 1).with("output", "x".repeat(1000)));
    }
    assertThat(tracked.deadLetters).isEmpty();

    tracker.receive(events.untimedSuccess("c", END).with("output", "x".repeat(1000)));

    assertThat(tracked.deadLetterReasons()).containsExactly(MISSING_FIELD);
    assertThat(tracked.deadLetters.get(0).offset()).as("the oldest").isEqualTo(1);
  }

  @Test
  void countsTheSameEndOnceAndRejectsAnother() throws Exception {
    track(rules());
    tracker.receive(
        events.untimedSuccess("a", END),
        events.untimedSuccess("a", END),
        events.untimedSuccess("a", END.plusMillis(1)),
        events.untimedFailure("a", END),
        events.start("a"),
        events.untimedSuccess("a", END),
        events.success("a", 3000),
        events.untimedSuccess("a", END.plusMillis(1)),
        events.success("a", 3001));

    assertThat(tracked.finalRunRows().values())
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("response_time", 3000.0));
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isEqualTo(3);
    assertThat(tracked.deadLetterReasons())
        .containsExactly(
            CONTRADICTING_END, CONTRADICTING_END, CONTRADICTING_END, CONTRADICTING_END);
  }

  @Test
  void givesWayToTheSameEndThatTellsItsStart() throws Exception {
    track(rules());
    tracker.receive(events.untimedSuccess("a", END), events.success("a", 3000), events.start("a"));

    assertThat(tracked.runValues("version")).containsExactly(2, 3);
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isOne();
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
    assertThat(tracked.deadLetters).isEmpty();
  }

  @Test
  void arrivesAfterTheTimeoutLikeAnyEnd() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    tracker.receive(
        events.start("a"), events.untimedSuccess("a", END).arrivingAfter(Duration.ofHours(2)));

    assertThat(tracked.lastRun()).containsEntry("error_code", "timeout");
    assertThat(tracked.deadLetterReasons()).containsExactly(END_AFTER_TIMEOUT);
  }

  @Test
  void enrichesLogEntriesOnceItsStartArrives() throws Exception {
    track(rules());
    tracker.receive(LogRecords.entry("a", "1", "before"));
    tracker.receive(events.untimedSuccess("a", END).with("function", "f"));
    tracker.receive(LogRecords.entry("a", "2", "between"));
    assertThat(tracked.liveLogRows()).noneMatch(row -> row.get("function").equals("f"));

    tracker.receive(events.start("a"));

    assertThat(tracked.liveLogRows())
        .hasSize(2)
        .allSatisfy(row -> assertThat(row).containsEntry("function", "f"));
  }

  @Test
  void waitsThroughARestart() throws Exception {
    Rules rules = rules().awaitStart(Duration.ofMinutes(10));
    track(rules);
    tracker.receive(events.untimedSuccess("a", END), events.untimedSuccess("b", END));
    OperatorSubtaskState state = tracker.snapshot(1);
    tracker.close();
    tracker = new TrackerHarness(rules, new HashMapStateBackend(), 2, state, tracked);
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isEqualTo(2);

    tracker.receive(events.start("a"));
    tracker.watermarkAfter(Duration.ofMinutes(11));

    assertThat(tracked.lastRun()).containsEntry("response_time", 3000.0);
    assertThat(tracked.deadLetterReasons()).containsExactly(MISSING_FIELD);

    state = tracker.snapshot(2);
    tracker.close();
    tracker = new TrackerHarness(rules, new HashMapStateBackend(), 1, state, tracked);
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).as("nothing is left in state").isZero();
  }
}
