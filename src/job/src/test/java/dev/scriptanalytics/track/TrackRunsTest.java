package dev.scriptanalytics.track;

import static dev.scriptanalytics.event.DeadLetterReason.CONTRADICTING_END;
import static dev.scriptanalytics.event.DeadLetterReason.END_AFTER_TIMEOUT;
import static dev.scriptanalytics.event.DeadLetterReason.LATE_START;
import static dev.scriptanalytics.rollup.Fact.Kind.FAILED;
import static dev.scriptanalytics.rollup.Fact.Kind.SEEN;
import static dev.scriptanalytics.rollup.Fact.Kind.SUCCEEDED;
import static dev.scriptanalytics.rollup.Fact.Kind.UNSEEN;
import static dev.scriptanalytics.track.Rules.rules;
import static dev.scriptanalytics.track.RunEvents.T;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.track.RunEvents.Event;
import dev.scriptanalytics.track.Tracked.GivenFact;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrackRunsTest {
  /** The bytes of the deployment of a run of script {@code Qbalance} in state. */
  private static final int DEPLOYMENT_BYTES = 3 + 1 + 1 + 1 + (4 + 8 + 1 + 0 + 1 + 0);

  private static final Instant HOUR = Instant.parse("2026-11-02T10:00:00Z");
  private static final Script SCRIPT = Script.of("default", "Qbalance");

  private final RunEvents events = new RunEvents();
  private TrackerHarness tracker;
  private Tracked tracked;

  private void track(Rules rules) throws Exception {
    tracker = new TrackerHarness(rules);
    tracked = tracker.tracked();
  }

  /** Stops the tracker and continues with another one from its snapshot. */
  private void restart(Rules rules) throws Exception {
    OperatorSubtaskState state = tracker.snapshot(1);
    tracker.close();
    tracker = new TrackerHarness(rules, new HashMapStateBackend(), 1, state, tracked);
  }

  @AfterEach
  void close() {
    if (tracker != null) {
      tracker.close();
    }
  }

  // The order of events

  @Test
  void writesARunAtItsStartAndAtItsEnd() throws Exception {
    track(rules());
    tracker.receive(events.start("a"));

    assertThat(tracked.runRows).hasSize(1);
    assertThat(tracked.lastRun())
        .containsEntry("version", 1)
        .containsEntry("status", "In Progress")
        .containsEntry("executed_on", T)
        .containsEntry("response_time", null);
    assertThat(tracked.facts).containsExactly(fact(SEEN, 0, HOUR, Double.NaN));

    tracker.receive(events.success("a", 138.25).arrivingAfter(Duration.ofHours(1)));

    assertThat(tracked.runRows).hasSize(2);
    assertThat(tracked.lastRun())
        .containsEntry("version", 3)
        .containsEntry("status", "Success")
        .containsEntry("response_time", 138.25)
        .containsEntry("ended_on", T.plusMillis(138));
    assertThat(tracked.facts)
        .containsExactly(
            fact(SEEN, 0, HOUR, Double.NaN),
            fact(SUCCEEDED, 0, HOUR.plus(Duration.ofHours(1)), 138.25));
    assertThat(tracked.deadLetters).isEmpty();
  }

  @Test
  void writesARunAtItsEndAndAtItsLaterStart() throws Exception {
    track(rules());
    tracker.receive(events.failure("a"));

    assertThat(tracked.lastRun())
        .containsEntry("version", 2)
        .containsEntry("status", "Failed")
        .containsEntry("error_code", "E1");
    assertThat(tracked.factKinds()).containsExactly(SEEN, FAILED);

    tracker.receive(
        events.start("a").with("input", Map.of("n", 1)).arrivingAfter(Duration.ofMinutes(1)));

    assertThat(tracked.runValues("version")).containsExactly(2, 3);
    assertThat(tracked.lastRun())
        .containsEntry("status", "Failed")
        .containsEntry("error_code", "E1")
        .containsEntry("input", "{\"n\":1}");
    assertThat(tracked.factKinds()).as("each fact once").containsExactly(SEEN, FAILED);
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
  }

  @Test
  void countsARunWhoseStartNeverArrives() throws Exception {
    track(rules());
    tracker.receive(events.success("a", 1));
    tracker.watermarkAfter(Duration.ofMinutes(11));

    assertThat(tracked.runValues("version")).containsExactly(2);
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isOne();
  }

  @Test
  void countsARunOnceInAnyOrderOfItsEventsAndDuplicates() throws Exception {
    for (String order : orders("ssseee")) {
      track(rules());
      for (int i = 0; i < order.length(); i++) {
        tracker.receive(
            order.charAt(i) == 's'
                ? events.start("a").with("function", "f")
                : events.success("a", 7).with("deployment_version", 2));
      }

      assertThat(tracked.finalRunRows().values())
          .as("%s", order)
          .singleElement()
          .satisfies(
              row ->
                  assertThat(row)
                      .containsEntry("version", 3)
                      .containsEntry("status", "Success")
                      .containsEntry("function", "f")
                      .containsEntry("deployment_version", 2));
      assertThat(tracked.runRows).as("rows at changes only, %s", order).hasSize(2);
      assertThat(net(SEEN) - net(UNSEEN)).as("seen, %s", order).isOne();
      assertThat(net(SUCCEEDED)).as("succeeded, %s", order).isOne();
      assertThat(tracked.deadLetters).as("%s", order).isEmpty();
      assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).as("%s", order).isEqualTo(4);
      tracker.close();
    }
  }

  @Test
  void keepsRunsOfOneIdAndTwoAccountsApart() throws Exception {
    track(rules());
    tracker.receive(
        events.start("a").with("account", "acme"),
        events.success("a", 1).with("account", "globex"),
        events.failure("a").with("account", "acme"));

    assertThat(tracked.facts)
        .extracting(fact -> fact.script() + " " + fact.kind())
        .containsExactly(
            "acme/Qbalance SEEN",
            "globex/Qbalance SEEN",
            "globex/Qbalance SUCCEEDED",
            "acme/Qbalance FAILED");
    assertThat(tracked.deadLetters).isEmpty();
  }

  // Ends that contradict

  @Test
  void keepsTheFirstEndIfAnotherHasAnotherStatus() throws Exception {
    track(rules());
    tracker.receive(events.start("a"), events.success("a", 7));
    tracked.clear();

    tracker.receive(
        events.failure("a").with("output", List.of(1)).arrivingAfter(Duration.ofSeconds(9)));

    assertThat(tracked.runRows).isEmpty();
    assertThat(tracked.facts).isEmpty();
    assertThat(tracked.deadLetters).hasSize(1);
    DeadLetter letter = tracked.deadLetters.get(0);
    assertThat(letter.reason()).isEqualTo(CONTRADICTING_END);
    assertThat(letter.detail())
        .isEqualTo("The run's status is Success, and this event says Failed");
    assertThat(letter.topic()).isEqualTo("script-runs");
    assertThat(letter.offset()).isEqualTo(2);
    assertThat(letter.arrivedAt()).isEqualTo(T.plusSeconds(9).toEpochMilli());
    JsonNode event = new ObjectMapper().readTree(letter.bytes());
    assertThat(event.get("run_id").asText()).isEqualTo("a");
    assertThat(event.get("output").get(0).asInt()).isOne();
  }

  @Test
  void keepsTheFirstEndIfAnotherHasAnotherResponseTime() throws Exception {
    track(rules());
    tracker.receive(events.success("a", 7.5), events.success("a", 7.25));

    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracked.deadLetters)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(CONTRADICTING_END);
              assertThat(letter.detail())
                  .isEqualTo(
                      "The run's first end has another response_time_ms than this event, which says"
                          + " 7.25");
            });
  }

  @Test
  void takesAnEndTimeForAContradictionIfTheFirstEndHasNone() throws Exception {
    track(rules());
    tracker.receive(
        events.success("a", 7).with("response_time_ms", null), events.success("a", 7.25));

    assertThat(tracked.facts).last().isEqualTo(fact(SUCCEEDED, 0, HOUR, Double.NaN));
    assertThat(tracked.deadLetters)
        .extracting(DeadLetter::detail)
        .containsExactly(
            "The run's first end has another ended_at than this event, which says"
                + " 2026-11-02T10:15:00.007Z");
  }

  @Test
  void takesTheSameResponseTimeForADuplicateInWhateverForm() throws Exception {
    track(rules());
    tracker.receive(
        events.success("a", 250),
        events
            .success("a", 0)
            .with("response_time_ms", null)
            .with("ended_at", T.plusMillis(250).toString()));

    assertThat(tracked.deadLetters).isEmpty();
    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isOne();
  }

  @Test
  void takesASecondFailureForADuplicateWhateverItsCause() throws Exception {
    track(rules());
    tracker.receive(events.failure("a"), events.failure("a").with("error", "another"));

    assertThat(tracked.deadLetters).isEmpty();
    assertThat(tracked.runValues("error_code")).containsExactly("E1");
  }

  // Merging

  @Test
  void fillsFromTheStartWhatTheEndLeavesOut() throws Exception {
    track(rules());
    tracker.receive(
        events
            .start("a")
            .with("deployment_version", 3)
            .with("deployment_id", "d-3")
            .with("function", "check")
            .with("source", "of the start")
            .with("resources", Map.of("cold_start", true)),
        events
            .success("a", 1)
            .with("source", "of the end")
            .with("resources", Map.of("memory_bytes", 5)));

    assertThat(tracked.lastRun())
        .containsEntry("deployment_version", 3)
        .containsEntry("deployment_id", "d-3")
        .containsEntry("function", "check")
        .containsEntry("source", "of the end")
        .containsEntry("cold_start", true)
        .containsEntry("memory_bytes", 5L);
    assertThat(tracked.facts)
        .containsExactly(fact(SEEN, 3, HOUR, Double.NaN), fact(SUCCEEDED, 3, HOUR, 1));
  }

  @Test
  void pinsTheStartThatArrivesFirst() throws Exception {
    Instant other = T.minusSeconds(30);
    track(rules());
    tracker.receive(events.start("a"), events.success("a", 1).startedAt(other));
    tracker.receive(events.success("b", 1), events.start("b").startedAt(other));

    assertThat(tracked.runValues("executed_on")).containsExactly(T, T, T, T);
    assertThat(tracked.facts)
        .containsExactly(
            fact(SEEN, 0, HOUR, Double.NaN),
            fact(SUCCEEDED, 0, HOUR, 1),
            fact(SEEN, 0, HOUR, Double.NaN),
            fact(SUCCEEDED, 0, HOUR, 1));
    assertThat(tracked.deadLetters).isEmpty();
  }

  @Test
  void endsNoRunBeforeItsPinnedStart() throws Exception {
    track(rules());
    tracker.receive(events.start("a"), events.success("a", 1).startedAt(T.minusSeconds(30)));

    assertThat(tracked.lastRun())
        .containsEntry("executed_on", T)
        .containsEntry("ended_on", T)
        .containsEntry("response_time", 1.0);
  }

  @Test
  void movesARunToTheDeploymentVersionOfItsEnd() throws Exception {
    track(rules());
    Instant nextHour = HOUR.plus(Duration.ofHours(1));
    tracker.receive(
        events.start("a"), events.success("a", 5).with("deployment_version", 4).arriving(nextHour));

    assertThat(tracked.facts)
        .containsExactly(
            fact(SEEN, 0, HOUR, Double.NaN),
            fact(UNSEEN, 0, nextHour, Double.NaN),
            fact(SEEN, 4, nextHour, Double.NaN),
            fact(SUCCEEDED, 4, nextHour, 5));
    assertThat(tracked.lastRun()).containsEntry("deployment_version", 4);
  }

  @Test
  void leavesTheFactsOfAnEndedRunWhenItsStartHasAnotherVersion() throws Exception {
    track(rules());
    tracker.receive(events.success("a", 5), events.start("a").with("deployment_version", 4));

    assertThat(tracked.facts)
        .containsExactly(fact(SEEN, 0, HOUR, Double.NaN), fact(SUCCEEDED, 0, HOUR, 5));
    assertThat(tracked.lastRun()).containsEntry("deployment_version", 4);
  }

  // Ends that await their start

  @Test
  void makesAStartADeadLetterOnceIfItsEndWasGivenUp() throws Exception {
    track(rules().awaitStart(Duration.ofMinutes(10)));
    tracker.receive(events.success("a", 1));
    tracker.watermarkAfter(Duration.ofMinutes(10));
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isOne();
    tracker.watermark(T.plus(Duration.ofMinutes(10)).plusMillis(1));
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();

    tracker.receive(
        events.start("a").arrivingAfter(Duration.ofMinutes(11)),
        events.start("a").arrivingAfter(Duration.ofMinutes(12)));

    assertThat(tracked.deadLetterReasons()).containsExactly(LATE_START);
    assertThat(tracked.runValues("version")).containsExactly(2);
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isOne();
  }

  @Test
  void keepsNoEndIfStartsAreNotAwaited() throws Exception {
    track(rules().awaitStart(Duration.ZERO));
    tracker.receive(events.success("a", 1));
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();

    tracker.receive(events.start("a"));

    assertThat(tracked.deadLetterReasons()).containsExactly(LATE_START);
  }

  @Test
  void givesUpTheOldestEndsIfTooManyBytesWait() throws Exception {
    int bytes = events.success("x", 1).with("input", "x".repeat(1000)).decoded().row.length;
    track(rules().awaitStartMaxBytes(5L * bytes / 2));
    for (String run : List.of("a", "b", "c")) {
      tracker.receive(events.success(run, 1).with("input", "x".repeat(1000)));
    }
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isEqualTo(2);

    tracker.receive(events.start("a"), events.start("b"), events.start("c"));

    assertThat(tracked.deadLetters)
        .extracting(letter -> new ObjectMapper().readTree(letter.bytes()).get("run_id").asText())
        .containsExactly("a");
    assertThat(tracked.runValues("version")).containsExactly(2, 2, 2, 3, 3);
  }

  @Test
  void countsCapturedTextAmongTheBytesThatWait() throws Exception {
    int bytes = events.success("x", 1).with("input", "x".repeat(1000)).decoded().row.length;
    track(rules().awaitStartMaxBytes(5L * bytes / 2));
    for (String run : List.of("a", "b")) {
      tracker.receive(events.success(run, 1).with("input", "x".repeat(1000)));
    }
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isEqualTo(2);

    tracker.receive(events.success("c", 1).with("stdout", "y".repeat(2 * bytes)));

    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).as("the newest alone").isOne();
  }

  @Test
  void makesRoomForOtherEndsWhenAStartArrives() throws Exception {
    int bytes = events.success("a-0", 1).with("input", "x".repeat(1000)).decoded().row.length;
    track(rules().awaitStartMaxBytes(5L * bytes / 2));
    tracker.receive(events.success("a-x", 1));
    for (int i = 0; i < 9; i++) {
      tracker.receive(
          events.success("a-" + i, 1).with("input", "x".repeat(1000)), events.start("a-" + i));
    }
    tracker.receive(events.start("a-x"));

    assertThat(tracked.deadLetters).isEmpty();
    assertThat(tracked.finalRunRows().values())
        .hasSize(10)
        .allSatisfy(row -> assertThat(row).containsEntry("version", 3));
  }

  @Test
  void releasesAnEndAsSoonAsItsStartArrives() throws Exception {
    track(rules());
    ScriptEvent end = events.success("a", 1).decoded();
    WeakReference<ScriptEvent> kept = new WeakReference<>(end);
    tracker.receive(end);
    end = null;
    tracker.receive(events.start("a"));

    for (int tries = 0; kept.get() != null && tries < 100; tries++) {
      System.gc();
    }
    assertThat(kept.get()).as("memory of the end, long before its wait would expire").isNull();
  }

  @Test
  void forgetsAWaitingEndTogetherWithItsRun() throws Exception {
    track(rules().memory(Duration.ofHours(1)).awaitStart(Duration.ofDays(1)));
    tracker.receive(events.success("a", 1));
    tracker.watermarkAfter(Duration.ofHours(3));
    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isZero();
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
    tracked.clear();

    tracker.receive(events.success("a", 1).arrivingAfter(Duration.ofHours(3)));

    assertThat(tracked.runValues("version")).as("a run like any other").containsExactly(2);
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isOne();
  }

  @Test
  void takesTheStartOfAForgottenRunForANewRun() throws Exception {
    track(rules());
    tracker.receive(events.success("a", 1));
    tracker.watermarkAfter(Duration.ofHours(26));

    tracker.receive(events.start("a").arrivingAfter(Duration.ofHours(26)));

    assertThat(tracked.finalRunRows().values())
        .as("the row of the end, which is the fuller one, stays")
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("version", 2));
    assertThat(tracked.factKinds())
        .as("the price of forgetting, see run.memory")
        .containsExactly(SEEN, SUCCEEDED, SEEN);
  }

  // run.timeout

  @Test
  void timesARunOutWhenTheWatermarkPassesItsDeadline() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    tracker.receive(events.start("a").with("deployment_version", 2));
    Instant deadline = T.plus(Duration.ofHours(1));
    tracker.watermark(deadline);
    assertThat(tracked.runValues("version")).as("an end may still arrive").containsExactly(1);

    tracker.watermark(deadline.plus(Duration.ofMinutes(1)));

    assertThat(tracked.lastRun())
        .containsEntry("version", 3)
        .containsEntry("status", "Failed")
        .containsEntry("error_code", "timeout")
        .containsEntry("error_message", "No end within PT1H (run.timeout)")
        .containsEntry("response_time", null)
        .containsEntry("ended_on", deadline)
        .containsEntry("deployment_version", 2);
    assertThat(tracked.facts)
        .containsExactly(
            fact(SEEN, 2, HOUR, Double.NaN),
            fact(FAILED, 2, HOUR.plus(Duration.ofHours(1)), Double.NaN));
    assertThat(tracker.metric(TrackRuns.TIMED_OUT_RUNS)).isOne();
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
  }

  @Test
  void acceptsAnEndThatArrivedInTimeAndIsReadLate() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    tracker.receive(events.start("a"));
    tracker.watermark(T.plus(Duration.ofHours(1)).minusMillis(1));

    tracker.receive(events.success("a", 1).arrivingAfter(Duration.ofHours(1)));

    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracked.deadLetters).isEmpty();
  }

  @Test
  void timesARunOutByTheArrivalOfALateEndWithoutAWatermark() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    tracker.receive(events.start("a"));

    tracker.receive(
        events.success("a", 1).arriving(T.plus(Duration.ofHours(3))),
        events.success("a", 1).arriving(T.plus(Duration.ofHours(3))));

    assertThat(tracked.lastRun()).containsEntry("error_code", "timeout");
    assertThat(tracked.facts)
        .as("in the hour of the deadline, not in that of the end")
        .last()
        .isEqualTo(fact(FAILED, 0, HOUR.plus(Duration.ofHours(1)), Double.NaN));
    assertThat(tracked.deadLetterReasons()).containsExactly(END_AFTER_TIMEOUT, END_AFTER_TIMEOUT);
    assertThat(tracker.metric(TrackRuns.TIMED_OUT_RUNS)).isOne();
  }

  @Test
  void judgesEventsAfterTheTimeout() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    tracker.receive(events.start("a"));
    tracker.watermarkAfter(Duration.ofHours(2));
    tracked.clear();

    tracker.receive(events.start("a").arrivingAfter(Duration.ofHours(2)));
    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isOne();
    tracker.receive(events.failure("a").arrivingAfter(Duration.ofHours(2)));
    assertThat(tracked.deadLetterReasons()).containsExactly(END_AFTER_TIMEOUT);
    assertThat(tracked.runRows).isEmpty();
    assertThat(tracked.facts).isEmpty();
  }

  @Test
  void remembersATimedOutRunFromItsDeadlineOn() throws Exception {
    track(rules().timeout(Duration.ofDays(3)).memory(Duration.ofHours(24)));
    tracker.receive(events.start("a"));
    tracker.watermarkAfter(Duration.ofDays(3).plusMinutes(1));
    assertThat(tracked.factKinds()).containsExactly(SEEN, FAILED);

    Duration late = Duration.ofDays(3).plusHours(20);
    tracker.watermarkAfter(late);
    tracker.receive(events.success("a", 1).arrivingAfter(late));

    assertThat(tracked.deadLetterReasons()).containsExactly(END_AFTER_TIMEOUT);
    assertThat(tracked.factKinds()).containsExactly(SEEN, FAILED);
  }

  @Test
  void emitsTheFactsOfAnHourBeforeTheWatermarkThatEndsIt() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    tracker.receive(
        events.start("a").arriving(HOUR.plusMillis(Duration.ofHours(1).toMillis() - 1)));
    Instant end = HOUR.plus(Duration.ofHours(2));
    // Just before the deadline, so that the next scan would be a minute later.
    tracker.watermark(end.minusMillis(2));
    assertThat(tracked.factKinds()).containsExactly(SEEN);

    tracker.watermark(end);

    assertThat(tracked.facts)
        .last()
        .isEqualTo(fact(FAILED, 0, HOUR.plus(Duration.ofHours(1)), Double.NaN));
    assertThat(tracked.watermarksBeforeFacts).last().isEqualTo(end.toEpochMilli() - 2);
  }

  @Test
  void timesRunsOutInTheOrderOfTheirDeadlines() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    for (int i : new int[] {3, 1, 4, 0, 2}) {
      tracker.receive(events.start("a-" + i).arriving(T.plusSeconds(i)));
    }
    tracked.clear();
    tracker.watermarkAfter(Duration.ofHours(2));

    assertThat(tracked.runValues("run_id")).containsExactly("a-0", "a-1", "a-2", "a-3", "a-4");
  }

  @Test
  void neverTimesOutARunThatHasAnEnd() throws Exception {
    track(rules().timeout(Duration.ofMinutes(5)).awaitStart(Duration.ofHours(2)));
    tracker.receive(
        events.success("a", 1), events.start("b"), events.success("b", 1).with("source", "s"));

    tracker.watermarkAfter(Duration.ofHours(1));

    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED, SEEN, SUCCEEDED);
    assertThat(tracker.metric(TrackRuns.TIMED_OUT_RUNS)).isZero();
  }

  @Test
  void neverTimesOutARunWithoutATimeout() throws Exception {
    track(rules());
    tracker.receive(events.start("a"));
    tracker.watermarkAfter(Duration.ofDays(6));
    tracker.receive(events.success("a", 1).arrivingAfter(Duration.ofDays(6)));

    assertThat(tracked.runValues("status")).containsExactly("In Progress", "Success");
  }

  @Test
  void timesARunOutWhileNothingArrives() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    tracker.receive(events.start("a"));
    tracker.watermark(T.minusSeconds(5));
    tracker.clock(T.plusSeconds(30));
    tracker.inputIs(WatermarkStatus.IDLE);

    tracker.clock(T.plus(Duration.ofMinutes(59)));
    assertThat(tracked.factKinds()).containsExactly(SEEN);

    tracker.clock(T.plus(Duration.ofMinutes(63)));
    assertThat(tracked.facts)
        .last()
        .isEqualTo(fact(FAILED, 0, HOUR.plus(Duration.ofHours(1)), Double.NaN));
  }

  @Test
  void takesTimeFromTheWatermarkWhileEventsArrive() throws Exception {
    track(rules().timeout(Duration.ofHours(1)));
    tracker.receive(events.start("a"));
    tracker.watermark(T);
    tracker.clock(T);
    tracker.inputIs(WatermarkStatus.IDLE);
    tracker.clock(T.plus(Duration.ofMinutes(30)));
    tracker.inputIs(WatermarkStatus.ACTIVE);

    // As while the job catches up: the clock is far ahead of the events.
    tracker.clock(T.plus(Duration.ofHours(9)));

    assertThat(tracked.factKinds()).containsExactly(SEEN);
  }

  @Test
  void timesARunOutWhileNothingArrivesAfterARestart() throws Exception {
    Rules rules = rules().timeout(Duration.ofHours(1));
    track(rules);
    tracker.receive(events.start("a"));
    restart(rules);
    tracker.clock(T.plus(Duration.ofMinutes(10)));
    tracker.inputIs(WatermarkStatus.IDLE);

    tracker.clock(T.plus(Duration.ofMinutes(65)));
    assertThat(tracked.factKinds()).containsExactly(SEEN);

    tracker.clock(T.plus(Duration.ofMinutes(75)));
    assertThat(tracked.factKinds()).containsExactly(SEEN, FAILED);
  }

  // Forgetting

  @Test
  void forgetsARunThatIsOpenForTooLong() throws Exception {
    track(rules().maxOpen(Duration.ofDays(7)));
    tracker.receive(events.start("a"));
    tracker.watermarkAfter(Duration.ofDays(7));
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isOne();

    Instant later = T.plus(Duration.ofDays(7)).plusSeconds(61);
    tracker.watermark(later);
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
    assertThat(tracked.runValues("status")).as("its row stays").containsExactly("In Progress");
    assertThat(tracked.factKinds()).containsExactly(SEEN);

    tracker.receive(events.success("a", 1).arriving(later));
    assertThat(tracked.finalRunRows().values())
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("version", 2));
    assertThat(tracked.factKinds())
        .as("the price of forgetting, see run.max-open")
        .containsExactly(SEEN, SEEN, SUCCEEDED);
  }

  @Test
  void remembersAFinishedRunAsLongAsConfigured() throws Exception {
    track(rules().memory(Duration.ofHours(24)));
    tracker.receive(events.success("a", 1));
    Duration day = Duration.ofHours(24);
    tracker.watermarkAfter(day);
    tracker.receive(
        events.success("a", 1).arrivingAfter(day), events.failure("a").arrivingAfter(day));

    assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS)).isOne();
    assertThat(tracked.deadLetterReasons()).containsExactly(CONTRADICTING_END);
    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
  }

  @Test
  void forgetsFinishedRunsInMemoryAndInState() throws Exception {
    track(rules().memory(Duration.ofHours(24)));
    for (int i = 0; i < 100; i++) {
      tracker.receive(events.start("a-" + i), events.success("a-" + i, 1));
    }
    tracker.snapshot(1);
    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isEqualTo(100);
    assertThat(tracker.finishedBlobSizes())
        .hasSize(TrackerHarness.KEY_GROUPS)
        .satisfies(
            sizes ->
                assertThat(sum(sizes)).isEqualTo(100 * 20 + sizes.size() * (9 + DEPLOYMENT_BYTES)));

    tracker.watermark(HOUR.plus(Duration.ofHours(25)).minusMillis(1));
    tracker.snapshot(2);
    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isEqualTo(100);
    assertThat(tracker.finishedBlobSizes()).hasSize(TrackerHarness.KEY_GROUPS);

    tracker.watermark(HOUR.plus(Duration.ofHours(25)));
    tracker.snapshot(3);
    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isZero();
    assertThat(tracker.finishedBlobSizes()).isEmpty();
  }

  @Test
  void forgetsAnHourEvenIfARecordOfNextYearArrivedInIt() throws Exception {
    track(rules().memory(Duration.ofHours(24)));
    Duration year = Duration.ofDays(365);
    for (int i = 0; i < 300; i++) {
      tracker.receive(events.success("a-" + i, 1));
    }
    tracker.receive(events.success("ahead", 1).startedAt(T.plus(year)).arrivingAfter(year));
    for (int i = 0; i < 300; i++) {
      tracker.receive(events.success("b-" + i, 1));
    }
    tracker.snapshot(1);
    tracker.receive(events.success("c", 1).arrivingAfter(Duration.ofMinutes(1)));
    tracker.snapshot(2);

    tracker.watermarkAfter(Duration.ofHours(26));
    tracker.snapshot(3);

    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isOne();
    assertThat(tracker.finishedBlobSizes()).containsExactly(9 + DEPLOYMENT_BYTES + 20);
  }

  @Test
  void leavesFewBlobsBehindManyCheckpoints() throws Exception {
    track(rules());
    int runs = 0;
    for (int checkpoint = 0; checkpoint < 120; checkpoint++) {
      for (int i = 0; i < 3 * TrackerHarness.KEY_GROUPS; i++) {
        tracker.receive(events.success("a-" + runs++, 1));
      }
      tracker.snapshot(checkpoint);
    }
    List<Integer> sizes = tracker.finishedBlobSizes();
    int atMost =
        20 * runs + TrackerHarness.KEY_GROUPS * (120 * 8 + DEPLOYMENT_BYTES) + sizes.size();
    assertThat(sum(sizes)).isBetween(20 * runs, atMost);
    assertThat(sizes.size()).as("blobs of one hour").isLessThan(8 * TrackerHarness.KEY_GROUPS);
  }

  @Test
  void remembersARunWhoseRecordHasAnOldTimestamp() throws Exception {
    track(rules().memory(Duration.ofHours(24)));
    tracker.watermarkAfter(Duration.ofDays(9));
    tracker.receive(events.success("a", 1), events.success("a", 1), events.success("a", 2));

    assertThat(tracked.factKinds()).containsExactly(SEEN, SUCCEEDED);
    assertThat(tracked.deadLetterReasons()).containsExactly(CONTRADICTING_END);
  }

  @Test
  void leavesStateAloneWhenInputIsOver() throws Exception {
    Rules rules = rules().timeout(Duration.ofHours(1));
    track(rules);
    tracker.receive(
        events.start("open"),
        events.success("waiting", 1),
        events.start("done"),
        events.success("done", 1));
    tracked.clear();
    tracker.watermark(Long.MAX_VALUE);
    assertThat(tracked.facts).isEmpty();
    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isEqualTo(2);
    assertThat(tracker.metric(TrackRuns.REMEMBERED_RUNS)).isEqualTo(2);

    restart(rules);
    tracker.receive(events.success("open", 3), events.start("waiting"), events.success("done", 1));

    assertThat(tracked.runValues("version")).containsExactly(3, 3);
    assertThat(tracked.factKinds()).containsExactly(SUCCEEDED);
    assertThat(tracked.deadLetters).isEmpty();
  }

  // Captured text

  @Test
  void writesCapturedTextWithTheFirstEndAndAgainWithTheStart() throws Exception {
    track(rules());
    Event end = events.success("a", 5).with("stdout", "one\nINFO :: two").with("stderr", "three");
    tracker.receive(end);

    assertThat(tracked.logRows).hasSize(3).allSatisfy(row -> assertVersion(row, 2));
    assertThat(tracked.logRows)
        .extracting(row -> row.get("log_message"))
        .containsExactly("one", "two", "three");

    tracker.receive(end, events.failure("a").with("stdout", "of a contradiction"));
    assertThat(tracked.logRows).hasSize(3);

    tracker.receive(events.start("a").with("function", "f"));
    assertThat(tracked.logRows).hasSize(6);
    assertThat(tracked.finalLogRows().values())
        .hasSize(3)
        .allSatisfy(row -> assertVersion(row, 3))
        .allSatisfy(row -> assertThat(row).containsEntry("function", "f"));

    tracker.receive(events.start("a"), end);
    assertThat(tracked.logRows).hasSize(6);
  }

  @Test
  void writesCapturedTextOnceIfTheStartArrivedFirst() throws Exception {
    track(rules());
    tracker.receive(
        events.start("a").with("function", "f"), events.success("a", 5).with("stdout", "one"));

    assertThat(tracked.logRows)
        .singleElement()
        .satisfies(
            row -> {
              assertVersion(row, 3);
              assertThat(row)
                  .containsEntry("function", "f")
                  .containsEntry("timestamp", T.plusMillis(5));
            });
  }

  @Test
  void writesCapturedTextAgainAfterARestart() throws Exception {
    track(rules());
    tracker.receive(events.success("a", 5).with("stdout", "one").with("stderr", "two"));
    restart(rules());
    tracker.receive(events.start("a"));

    assertThat(tracked.logRows).hasSize(4);
    assertThat(tracked.finalLogRows().values()).hasSize(2).allSatisfy(row -> assertVersion(row, 3));
  }

  // The rest

  @Test
  void countsWhatItDoes() throws Exception {
    track(rules().timeout(Duration.ofHours(1)).awaitStart(Duration.ofMinutes(1)));
    tracker.receive(
        events.start("a"),
        events.start("a"),
        events.success("a", 1),
        events.success("a", 1),
        events.success("a", 2),
        events.failure("a"),
        events.success("b", 1),
        events.start("c"));
    tracker.watermarkAfter(Duration.ofHours(2));
    tracker.receive(
        events.start("b").arrivingAfter(Duration.ofHours(2)),
        events.success("c", 1).arrivingAfter(Duration.ofHours(2)),
        events.start("d").arrivingAfter(Duration.ofHours(2)));

    assertThat(tracker.metric("duplicateEvents")).isEqualTo(2);
    assertThat(tracker.metric("contradictingEvents/contradicting_end")).isEqualTo(2);
    assertThat(tracker.metric("contradictingEvents/late_start")).isOne();
    assertThat(tracker.metric("contradictingEvents/end_after_timeout")).isOne();
    assertThat(tracker.metric("timedOutRuns")).isOne();
    assertThat(tracker.metric("openRuns")).isOne();
    assertThat(tracker.metric("rememberedRuns")).isEqualTo(3);
  }

  @Test
  void refusesAnotherNumberOfKeyGroupsThanItsOwn() throws Exception {
    TrackRuns other = new TrackRuns(rules().build(), new KeyGroups(8));
    KeyedOneInputStreamOperatorTestHarness<Integer, ScriptEvent, Fact> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(other, new KeyGroups(8), Types.INT, 16, 1, 0);
    assertThatThrownBy(harness::open)
        .hasMessageContaining("8 key groups")
        .hasMessageContaining("max parallelism is 16");
    harness.close();
  }

  private static void assertVersion(Map<String, Object> row, int version) {
    assertThat(row).containsEntry("version", version);
  }

  private static GivenFact fact(
      Fact.Kind kind, int deploymentVersion, Instant arrival, double responseTime) {
    return new GivenFact(kind, SCRIPT, deploymentVersion, T, arrival, responseTime);
  }

  private long net(Fact.Kind kind) {
    return tracked.factKinds().stream().filter(kind::equals).count();
  }

  private static int sum(List<? extends Integer> sizes) {
    return sizes.stream().mapToInt(size -> size).sum();
  }

  /** All distinct orders of these letters. */
  private static Set<String> orders(String of) {
    if (of.isEmpty()) {
      return Set.of("");
    }
    Set<String> orders = new TreeSet<>();
    for (int i = 0; i < of.length(); i++) {
      for (String rest : orders(of.substring(0, i) + of.substring(i + 1))) {
        orders.add(of.charAt(i) + rest);
      }
    }
    return orders;
  }
}
