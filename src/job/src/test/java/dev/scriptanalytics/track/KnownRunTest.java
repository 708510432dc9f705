package dev.scriptanalytics.track;

import static dev.scriptanalytics.track.RunEvents.T;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.track.FinishedRuns.Ending;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What contradicts a run, and what a dead letter says of it. */
class KnownRunTest {
  private static final Instant WITHIN = T.plusSeconds(60);
  private static final Instant BEYOND = T.plusSeconds(61);

  private final RunEvents events = new RunEvents();
  private final Deployments deployments = new Deployments(100);
  private final FinishedRuns finished = new FinishedRuns(deployments);
  private final TrackingRules rules = Rules.rules().build();

  @Test
  void namesTheFieldThatDiffersTheKnownValueAndTheNewOne() {
    for (KnownRun run : knownWith("deployment_version", 3, "deployment_id", "d-3")) {
      for (Event event : startAndEnds()) {
        assertThat(detail(run, event.with("script", "Other")))
            .isEqualTo("The run's script is Qbalance, and this event says Other");
      }
      for (Event event : startAndEnds()) {
        assertThat(detail(run, event.with("deployment_version", 4)))
            .isEqualTo("The run's deployment_version is 3, and this event says 4");
      }
      for (Event event : startAndEnds()) {
        assertThat(detail(run, event.with("deployment_version", 3).with("deployment_id", "d-4")))
            .isEqualTo("The run's deployment_id is d-3, and this event says d-4");
      }
    }
  }

  @Test
  void takesAnUnknownDeploymentForNoContradiction() {
    for (KnownRun run : knownWith("deployment_version", 3, "deployment_id", "d-3")) {
      for (Event event : startAndEnds()) {
        assertThat(detail(run, event)).isNull();
      }
      for (Event event : startAndEnds()) {
        assertThat(detail(run, event.with("deployment_version", 3))).isNull();
      }
      for (Event event : startAndEnds()) {
        assertThat(detail(run, event.with("deployment_id", "d-3"))).isNull();
      }
    }
    for (KnownRun run : knownWith("function", "f", "source", "s")) {
      for (Event event : startAndEnds()) {
        assertThat(detail(run, event.with("deployment_version", 3).with("deployment_id", "d-3")))
            .isNull();
      }
    }
  }

  @Test
  void letsFunctionSourceInputOutputAndErrorDiffer() {
    for (KnownRun run : knownWith("function", "f", "source", "s")) {
      for (Event event : startAndEnds()) {
        event.with("function", "g").with("source", "t").with("input", 1).with("output", 2);
        assertThat(detail(run, event)).isNull();
      }
    }
  }

  @Test
  void takesStartsWithinTheSkewForOne() {
    for (KnownRun run : List.of(open(events.start("a")), finished(events.success("a", 5)))) {
      for (long sign : new long[] {-1, 1}) {
        assertThat(detail(run, events.start("a").startedAt(T.plusSeconds(sign * 60)))).isNull();
        assertThat(detail(run, events.start("a").startedAt(T.plusSeconds(sign * 61))))
            .isEqualTo(
                "The run's started_at is 2026-11-02T10:15:00Z, and this event says "
                    + T.plusSeconds(sign * 61));
      }
      assertThat(detail(run, events.success("a", 5).startedAt(BEYOND)))
          .startsWith("The run's started_at is 2026-11-02T10:15:00Z");
    }
    assertThat(detail(open(events.start("a")), events.success("a", 5).startedAt(WITHIN))).isNull();
  }

  @Test
  void comparesStartsAlikeBeforeAndAfterTheEnd() {
    Instant lastMilli = T.plusMillis(999);
    KnownRun open = open(events.start("a").startedAt(lastMilli));
    KnownRun finished = finished(events.success("a", 5).startedAt(lastMilli));
    for (int millis = -61_500; millis < 61_500; millis += 250) {
      Instant other = lastMilli.plusMillis(millis);
      boolean contradictsOpen = detail(open, events.start("a").startedAt(other)) != null;
      assertThat(detail(finished, events.start("a").startedAt(other)) != null)
          .as("%s ms", millis)
          .isEqualTo(contradictsOpen);
      if (Math.abs(millis) <= 60_000) {
        assertThat(contradictsOpen).as("%s ms", millis).isFalse();
      }
    }
  }

  @Test
  void comparesNoTimeOfAQueue() {
    Instant later = T.plusSeconds(9_000);
    KnownRun queued = open(events.queued("a"));

    assertThat(detail(queued, events.start("a").startedAt(later))).isNull();
    assertThat(detail(queued, events.success("a", 5).startedAt(later))).isNull();
    for (KnownRun run : List.of(open(events.start("a")), finished(events.success("a", 5)))) {
      assertThat(detail(run, events.queued("a").startedAt(T.minusSeconds(9_000)))).isNull();
    }
  }

  @Test
  void takesAnEndLongBeforeTheStartForAContradiction() {
    Instant within = T.minusSeconds(60);
    Instant beyond = T.minusSeconds(61);
    for (KnownRun run : List.of(open(events.start("a")), open(events.queued("a")))) {
      assertThat(detail(run, events.untimedSuccess("a", within))).isNull();
      assertThat(detail(run, events.untimedSuccess("a", beyond)))
          .isEqualTo(
              "The run's started_at is 2026-11-02T10:15:00Z, and this event says ended_at"
                  + " 2026-11-02T10:13:59Z");
    }
    KnownRun untimed = untimed(events.untimedSuccess("a", T));
    assertThat(detail(untimed, events.start("a").startedAt(WITHIN))).isNull();
    assertThat(detail(untimed, events.start("a").startedAt(BEYOND)))
        .isEqualTo(
            "The run's ended_at is 2026-11-02T10:15:00Z, and this event says started_at"
                + " 2026-11-02T10:16:01Z");
  }

  @Test
  void comparesASecondEndWithTheFirst() {
    KnownRun success = finished(events.success("a", 7.5));
    assertThat(detail(success, events.success("a", 7.5))).isNull();
    assertThat(detail(success, events.failure("a")))
        .isEqualTo("The run's status is Success, and this event says Failed");
    assertThat(detail(success, events.success("a", 8.5)))
        .isEqualTo(
            "The run's first end has another ended_at than this event, which says"
                + " 2026-11-02T10:15:00.008Z");
    assertThat(detail(success, events.success("a", 7.25)))
        .isEqualTo(
            "The run's first end has another response_time_ms than this event, which says 7.25");

    KnownRun failure = finished(events.failure("a"));
    assertThat(detail(failure, events.failure("a").with("error", "another"))).isNull();
    assertThat(detail(failure, events.failure("a").endedAt(T)))
        .isEqualTo(
            "The run's first end has another ended_at than this event, which says"
                + " 2026-11-02T10:15:00Z");
    assertThat(detail(finished(events.failure("a").endedAt(T)), events.failure("a")))
        .isEqualTo("The run's first end has another ended_at than this event, which says none");
  }

  @Test
  void comparesNoResponseTimeOfAnUntimedEnd() {
    Instant end = T.plusMillis(7);
    KnownRun timed = finished(events.success("a", 7));
    KnownRun untimed = finished(events.untimedSuccess("a", end));
    KnownRun waiting = untimed(events.untimedSuccess("a", end));

    assertThat(detail(timed, events.untimedSuccess("a", end))).isNull();
    for (KnownRun run : List.of(untimed, waiting)) {
      assertThat(detail(run, events.untimedSuccess("a", end))).isNull();
      assertThat(detail(run, events.success("a", 7))).isNull();
      assertThat(detail(run, events.success("a", 6).startedAt(T.plusMillis(1)))).isNull();
    }
    for (KnownRun run : List.of(timed, untimed, waiting)) {
      assertThat(detail(run, events.untimedSuccess("a", end.plusMillis(1)))).contains("ended_at");
      assertThat(detail(run, events.untimedFailure("a", end))).contains("status");
    }
  }

  /** A run with these fields in each state. */
  private List<KnownRun> knownWith(String field, Object value, String other, Object otherValue) {
    Event start = events.start("a").with(field, value).with(other, otherValue);
    Event end = events.success("a", 5).with(field, value).with(other, otherValue);
    Event untimed =
        events.untimedSuccess("a", T.plusMillis(5)).with(field, value).with(other, otherValue);
    return List.of(open(start), finished(end), untimed(untimed));
  }

  private List<Event> startAndEnds() {
    return List.of(
        events.start("a"),
        events.queued("a"),
        events.success("a", 5),
        events.untimedSuccess("a", T.plusMillis(5)));
  }

  private KnownRun open(Event start) {
    OpenRuns runs = new OpenRuns();
    ScriptEvent decoded = start.decoded();
    runs.add(decoded);
    int slot = runs.find(decoded.hashHigh, decoded.hashLow);
    return new KnownRun(rules, deployments).open(decoded, runs.begun(slot));
  }

  private KnownRun untimed(Event end) {
    return new KnownRun(rules, deployments).untimed(end.decoded());
  }

  private KnownRun finished(Event event) {
    ScriptEvent end = event.decoded();
    RunRow row = new RunRow().wrap(end.row);
    long high = finished.size() + 1L;
    finished.add(
        high,
        0,
        end.arrival,
        row.status(),
        Ending.WITHOUT_START,
        end.kind == ScriptEvent.Kind.RUN ? row.executedOn() : FinishedRuns.NO_START,
        EndFingerprint.of(end, row),
        deployments.of(row));
    return new KnownRun(rules, deployments).finished(finished, finished.find(high, 0), null);
  }

  private static String detail(KnownRun run, Event event) {
    ScriptEvent decoded = event.decoded();
    Contradiction contradiction = run.contradiction(decoded, new RunRow().wrap(decoded.row));
    return contradiction == null ? null : contradiction.detail();
  }
}
