package dev.scriptanalytics.track;

import static dev.scriptanalytics.track.LogRecords.entry;
import static dev.scriptanalytics.track.Rules.rules;
import static dev.scriptanalytics.track.RunEvents.T;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Log entries: written on arrival, and rewritten once their run supplies missing fields. */
class TrackRunsLogsTest {
  private final RunEvents events = new RunEvents();
  private final Tracked tracked = new Tracked();
  private TrackerHarness tracker;

  @AfterEach
  void close() {
    if (tracker != null) {
      tracker.close();
    }
  }

  // Enrichment

  @Test
  void writesAnEntryOfAnUnknownRunAtOnce() throws Exception {
    track(rules());
    tracker.receive(entry("a", "l1", "hello"));

    assertThat(tracked.logRows)
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("version", 0)
                    .containsEntry("is_deleted", 0)
                    .containsEntry("script", "")
                    .containsEntry("run_id", "a")
                    .containsEntry("log_message", "hello"));
  }

  @Test
  void rewritesItUnderItsScriptWhenTheRunStartsAndDeletesTheOldKey() throws Exception {
    track(rules());
    tracker.receive(entry("a", "l1", "hello"));
    tracker.receive(start("a"));

    assertThat(tracked.finalLogRows().values())
        .extracting(row -> row.get("script"), row -> row.get("is_deleted"))
        .containsExactlyInAnyOrder(tuple("", 1), tuple("Qbalance", 0));
    assertThat(tracked.liveLogRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("version", 1)
                    .containsEntry("script", "Qbalance")
                    .containsEntry("deployment_version", 3)
                    .containsEntry("deployment_id", "d3")
                    .containsEntry("function", "f")
                    .containsEntry("log_message", "hello"));
  }

  @Test
  void passesItsShapeOnAsSoonAsItsScriptIsKnown() throws Exception {
    track(rules());
    tracker.receive(entry("a", "l1", "hello"));
    assertThat(tracked.newShapes).isEmpty();

    tracker.receive(start("a"));
    tracker.receive(entry("a", "l2", "hello"));

    assertThat(tracked.newShapes)
        .singleElement()
        .satisfies(
            shape -> {
              assertThat(shape.script().name()).isEqualTo("Qbalance");
              assertThat(shape.shape()).isEqualTo(tracked.logRows.get(0).get("shape"));
            });
  }

  @Test
  void writesItEnrichedAtOnceIfTheRunIsOpenOrFinished() throws Exception {
    track(rules());
    tracker.receive(start("a"), events.success("b", 5).with("function", "g"));
    tracker.receive(entry("a", "l1", "to an open one"));
    tracker.receive(entry("b", "l2", "to a finished one"));

    assertThat(tracked.liveLogRows())
        .extracting(row -> row.get("script"))
        .containsExactly("Qbalance", "Qbalance");
    assertThat(tracked.liveLogRows())
        .extracting(row -> row.get("function"))
        .containsExactlyInAnyOrder("f", "g");
    assertThat(tracked.logRows)
        .as("the key of entries that arrive first")
        .filteredOn(row -> row.get("is_deleted").equals(1))
        .hasSize(2);
  }

  @Test
  void addsTheFieldsOfTheEndToThoseOfTheStart() throws Exception {
    track(rules());
    tracker.receive(events.start("a"));
    tracker.receive(entry("a", "l1", "hello"));
    tracker.receive(events.success("a", 5).with("deployment_version", 4).with("function", "f"));

    assertThat(tracked.liveLogRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("version", 3)
                    .containsEntry("deployment_version", 4)
                    .containsEntry("function", "f"));
    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isZero();
  }

  @Test
  void keepsTheFieldsOfTheEntryItself() throws Exception {
    track(rules());
    ScriptEvent own =
        entry(
            "a",
            "l1",
            "hello",
            T,
            entry -> {
              entry.script = "Qbalance".getBytes(UTF_8);
              entry.deploymentVersion = 9;
            });
    tracker.receive(own);
    tracker.receive(start("a"));

    assertThat(tracked.liveLogRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("script", "Qbalance")
                    .containsEntry("deployment_version", 9)
                    .containsEntry("deployment_id", "d3"));
    assertThat(tracked.logRows).noneMatch(row -> row.get("is_deleted").equals(1));
  }

  @Test
  void keepsEntriesWithoutARunApart() throws Exception {
    track(rules());
    tracker.receive(entry("", "l1", "one"));
    tracker.receive(entry("", "l2", "two"));
    tracker.receive(entry("", "l2", "two"));

    assertThat(tracked.liveLogRows())
        .extracting(row -> row.get("log_message"))
        .containsExactlyInAnyOrder("one", "two");
    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isZero();
  }

  @Test
  void writesNeitherTombstoneNorSecondRowForACompleteEntry() throws Exception {
    track(rules());
    ScriptEvent whole =
        entry(
            "a",
            "l1",
            "hello",
            T,
            entry -> {
              entry.script = "Qbalance".getBytes(UTF_8);
              entry.deploymentVersion = 3;
              entry.deploymentId = "d3".getBytes(UTF_8);
              entry.function = "f".getBytes(UTF_8);
            });
    tracker.receive(whole);
    tracker.receive(start("a"), end("a"));
    tracker.receive(whole);

    assertThat(tracked.logRows).hasSize(2).allMatch(row -> row.get("version").equals(0));
  }

  @Test
  void knowsTheDeploymentOfAFinishedRunAfterARestart() throws Exception {
    track(rules());
    tracker.receive(start("a"), end("a"), events.success("b", 1).with("function", "g"));
    restart();
    tracker.receive(entry("a", "l1", "late"));
    tracker.receive(entry("b", "l2", "late"));

    assertThat(tracked.liveLogRows())
        .extracting(row -> row.get("script") + " " + row.get("function"))
        .containsExactlyInAnyOrder("Qbalance f", "Qbalance g");
  }

  @Test
  void enrichesAfterARestartTheEntriesFromBefore() throws Exception {
    track(rules());
    tracker.receive(entry("a", "l1", "early"));
    restart();
    tracker.receive(start("a"));

    assertThat(tracked.liveLogRows())
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("script", "Qbalance"));
  }

  @Test
  void givesAnEntryOfAnotherScriptNoVersionOfItsRun() throws Exception {
    track(rules());
    tracker.receive(start("a"));
    tracker.receive(entry("a", "l1", "hello", T, more -> more.script = "Other".getBytes(UTF_8)));

    assertThat(tracked.liveLogRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("script", "Other")
                    .containsEntry("deployment_version", 0)
                    .containsEntry("deployment_id", "")
                    .containsEntry("function", ""));
  }

  @Test
  void countsNoEntryAsGivenUpThatWasEnrichedBeforeARestart() throws Exception {
    track(rules());
    tracker.receive(entry("a", "l1", "hello"));
    tracker.receive(events.start("a"));
    restart();
    tracker.watermarkAfter(Duration.ofMinutes(11));

    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS))
        .as("what it has streamed is kept for its end")
        .isOne();
    assertThat(tracker.metric(TrackRuns.UNENRICHED_LOGS)).isZero();
  }

  @Test
  void givesUpEntriesThatWaitTooLongAndCountsThem() throws Exception {
    track(rules().awaitRun(Duration.ofMinutes(10)));
    tracker.receive(entry("a", "l1", "early"));
    tracker.watermarkAfter(Duration.ofMinutes(10));
    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isOne();
    tracker.watermarkAfter(Duration.ofMinutes(10).plusMillis(1));

    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isZero();
    assertThat(tracker.metric(TrackRuns.UNENRICHED_LOGS)).isOne();
    tracker.receive(start("a"));
    assertThat(tracked.liveLogRows())
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("script", ""));
  }

  @Test
  void givesUpInTimeEvenIfAnEntryOfNextYearArrivedBefore() throws Exception {
    track(rules().awaitRun(Duration.ofMinutes(10)));
    Instant nextYear = T.plus(Duration.ofDays(365));
    tracker.receive(
        entry(
            "ahead",
            "l0",
            "early",
            nextYear,
            more -> more.timestamp = nextYear.toEpochMilli() * 1000));
    tracker.receive(entry("a", "l1", "early"));
    tracker.watermarkAfter(Duration.ofMinutes(11));

    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isZero();
    assertThat(tracker.metric(TrackRuns.UNENRICHED_LOGS)).isEqualTo(2);
  }

  @Test
  void keepsNoMoreEntriesOfARunThanConfiguredAndCountsTheRest() throws Exception {
    track(rules().awaitRunMaxEntries(2));
    for (int i = 0; i < 5; i++) {
      tracker.receive(entry("a", "l" + i, "early"));
    }
    tracker.receive(start("a"));

    assertThat(tracker.metric(TrackRuns.UNENRICHED_LOGS)).isEqualTo(3);
    assertThat(tracked.liveLogRows())
        .extracting(row -> row.get("script"))
        .containsExactlyInAnyOrder("", "", "", "Qbalance", "Qbalance");
  }

  @Test
  void keepsNoMoreBytesThanConfiguredAndGivesUpTheOldest() throws Exception {
    track(rules().awaitRunMaxBytes(1500));
    for (int i = 0; i < 20; i++) {
      tracker.receive(entry("a" + i, "l" + i, "early"));
    }
    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isBetween(2L, 7L);
    assertThat(
            tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)
                + tracker.metric(TrackRuns.UNENRICHED_LOGS))
        .isEqualTo(20);
    tracker.receive(start("a19"), start("a0"));

    assertThat(tracked.liveLogRows())
        .filteredOn(row -> row.get("script").equals("Qbalance"))
        .extracting(row -> row.get("run_id"))
        .containsExactly("a19");
  }

  @Test
  void keepsNothingPendingForCompleteRuns() throws Exception {
    track(rules());
    for (int i = 0; i < 10; i++) {
      tracker.receive(entry("a" + i, "l" + i, "early"));
      tracker.receive(start("a" + i));
      tracker.receive(entry("a" + i, "m" + i, "within"));
      tracker.receive(end("a" + i));
      tracker.receive(entry("a" + i, "n" + i, "late"));
    }
    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isZero();
    assertThat(tracked.liveLogRows()).hasSize(30);
  }

  // Captured lines of the library that streams

  @Test
  void dropsCapturedLinesOfTheLibraryThatTheRunHasStreamedToo() throws Exception {
    track(rules());
    tracker.receive(start("a"));
    tracker.receive(entry("a", "l1", "two"));
    tracker.receive(
        end("a").with("stdout", "one\nINFO :: two\nERROR :: two").with("stderr", "three"));

    assertThat(messages()).containsExactlyInAnyOrder("one", "two", "two", "three");
    assertThat(tracked.liveLogRows())
        .filteredOn(row -> row.get("log_message").equals("two"))
        .extracting(row -> row.get("log_level"), row -> row.get("stream"))
        .containsExactlyInAnyOrder(tuple("Info", ""), tuple("Error", "stdout"));
  }

  @Test
  void retractsThemIfTheyAreStreamedAfterTheEndAndARestart() throws Exception {
    track(rules());
    String stdout = "one\nINFO :: two\nINFO :: three\nINFO :: four";
    tracker.receive(start("a"));
    tracker.receive(entry("a", "l1", "four"));
    tracker.receive(end("a").with("stdout", stdout));
    assertThat(messages()).containsExactlyInAnyOrder("one", "two", "three", "four");
    restart();
    tracker.receive(entry("a", "l2", "two"));

    assertThat(messages()).containsExactlyInAnyOrder("one", "two", "three", "four");
    assertThat(tracked.liveLogRows())
        .filteredOn(row -> row.get("stream").equals(""))
        .extracting(row -> row.get("log_message"))
        .containsExactlyInAnyOrder("two", "four");
    tracker.watermarkAfter(Duration.ofMinutes(11));
    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isZero();
    assertThat(tracker.metric(TrackRuns.CAPTURED_LINES_KEPT)).isZero();
  }

  @Test
  void countsCapturedLinesThatStayBecauseOfTheBounds() throws Exception {
    track(rules().awaitRunMaxEntries(1));
    tracker.receive(start("a"));
    tracker.receive(entry("a", "l1", "one"));
    tracker.receive(entry("a", "l2", "two"));
    tracker.receive(end("a").with("stdout", "INFO :: one\nINFO :: two"));

    assertThat(messages()).containsExactlyInAnyOrder("one", "two", "two");
    assertThat(tracker.metric(TrackRuns.CAPTURED_LINES_KEPT)).isOne();
  }

  @Test
  void forgetsWhatARunStreamedWhoseEndIsNotAwaitedAnyMore() throws Exception {
    track(rules().maxOpen(Duration.ofHours(1)));
    tracker.receive(start("a"));
    tracker.receive(entry("a", "l1", "one"));
    tracker.watermarkAfter(Duration.ofMinutes(30));
    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isOne();
    tracker.watermarkAfter(Duration.ofHours(2));

    assertThat(tracker.metric(TrackRuns.OPEN_RUNS)).isZero();
    assertThat(tracker.metric(TrackRuns.RUNS_WITH_PENDING_LOGS)).isZero();
  }

  @Test
  void keepsThemIfNothingWasStreamed() throws Exception {
    track(rules());
    tracker.receive(end("a").with("stdout", "INFO :: one"), start("a"));

    assertThat(messages()).containsExactly("one");
  }

  @Test
  void keepsThemIfConfigured() throws Exception {
    track(rules().capturedKorelogger(KoreloggerCapture.KEEP));
    tracker.receive(start("a"));
    tracker.receive(entry("a", "l1", "one"));
    tracker.receive(end("a").with("stdout", "INFO :: one"));

    assertThat(messages()).containsExactly("one", "one");
  }

  @Test
  void dropsThemIfConfigured() throws Exception {
    track(rules().capturedKorelogger(KoreloggerCapture.DROP));
    tracker.receive(start("a"), end("a").with("stdout", "INFO :: one\ntwo"));

    assertThat(messages()).containsExactly("two");
  }

  @Test
  void remembersWhatAnOpenRunStreamedEvenIfItsEntriesWereGivenUp() throws Exception {
    track(rules());
    tracker.receive(start("a"));
    tracker.receive(entry("a", "l1", "one"));
    tracker.watermarkAfter(Duration.ofHours(5));
    restart();
    tracker.receive(
        end("a").with("stdout", "INFO :: one\nINFO :: two").arrivingAfter(Duration.ofHours(5)));

    assertThat(messages()).containsExactlyInAnyOrder("one", "two");
    assertThat(tracker.metric(TrackRuns.CAPTURED_LINES_KEPT)).isZero();
  }

  // Masking

  @Test
  void masksCapturedTextInRowsAndInDeadLetters() throws Exception {
    track(rules().redaction(new Redaction(Map.of("pin", Pattern.compile("pin-\\d+")))));
    tracker.receive(
        end("a").with("stdout", "my pin-1 is here\nnothing").with("stderr", "ERROR :: pin-2"),
        events.failure("a").with("stdout", "pin-3 of a contradiction"));

    assertThat(tracked.liveLogRows())
        .extracting(row -> row.get("log_message"), row -> row.get("redacted"))
        .containsExactlyInAnyOrder(
            tuple("my [redacted:pin] is here", List.of("log_message")),
            tuple("nothing", List.of()),
            tuple("[redacted:pin]", List.of("log_message")));
    assertThat(tracked.deadLetters)
        .singleElement()
        .satisfies(
            letter ->
                assertThat(new String(letter.bytes(), UTF_8))
                    .contains("[redacted:pin] of a contradiction")
                    .doesNotContain("pin-3"));
  }

  // Any order

  @Test
  void endsWithTheSameRowsInAnyOrderAndAfterAnyReplay() throws Exception {
    Random random = new Random(11);
    for (int round = 0; round < 300; round++) {
      List<ScriptEvent> history = someRuns(random, round);
      Rules rules = rules();
      Tracked first = played(rules, history);
      Map<Object, Map<String, Object>> expected = first.liveLogRowsByKey();
      Collections.shuffle(history, random);
      Tracked second = played(rules, history);
      assertThat(second.liveLogRowsByKey()).as("round %s, shuffled", round).isEqualTo(expected);

      Tracked both = new Tracked();
      both.logRows.addAll(first.logRows);
      both.logRows.addAll(second.logRows);
      assertThat(both.liveLogRowsByKey()).as("round %s, replayed", round).isEqualTo(expected);
      both.logRows.addAll(first.logRows);
      assertThat(both.liveLogRowsByKey()).as("round %s, replayed again", round).isEqualTo(expected);
    }
  }

  @Test
  void writesWhatWasCapturedAndStreamedOnceInAnyOrderAndThroughAnyFailure() throws Exception {
    Random random = new Random(12);
    for (int round = 0; round < 60; round++) {
      List<ScriptEvent> history = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int run = 0; run < 3; run++) {
        addStreamingRun("run-" + round + "-" + run, random, history, expected);
      }
      Tracked both = new Tracked();
      for (int replay = 0; replay < 2; replay++) {
        Collections.shuffle(history, random);
        Tracked played = playedWithFailures(history, random);
        assertThat(lines(played))
            .as("round %s, replay %s", round, replay)
            .containsExactlyInAnyOrderElementsOf(expected);
        both.logRows.addAll(played.logRows);
      }
      assertThat(lines(both))
          .as("round %s, rows of both", round)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  /**
   * Adds the events of a run, and of each entry that a query should find: its run, where it comes
   * from, level and message.
   */
  private void addStreamingRun(
      String id, Random random, List<ScriptEvent> history, List<String> expected) {
    Set<String> streamed = new HashSet<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      LogLevel level = random.nextBoolean() ? LogLevel.INFO : LogLevel.ERROR;
      String message = "message " + random.nextInt(3);
      streamed.add(level + message);
      expected.add(id + " streamed " + level + " " + message);
      ScriptEvent entry = entry(id, id + "-" + i, message, T, more -> more.level = level);
      history.addAll(Collections.nCopies(1 + random.nextInt(3), entry));
    }
    if (random.nextInt(3) > 0) {
      Event start = start(id);
      history.addAll(Collections.nCopies(1 + random.nextInt(2), start.decoded()));
    }
    if (random.nextInt(8) == 0) {
      return;
    }
    StringBuilder stdout = new StringBuilder("plain\n");
    expected.add(id + " captured STDOUT plain");
    for (int i = random.nextInt(5); i > 0; i--) {
      LogLevel level = random.nextBoolean() ? LogLevel.INFO : LogLevel.ERROR;
      String message = "message " + random.nextInt(3);
      stdout.append(level).append(" :: ").append(message).append('\n');
      if (!streamed.contains(level + message)) {
        expected.add(id + " captured " + level + " " + message);
      }
    }
    ScriptEvent end = end(id).with("stdout", stdout.toString()).decoded();
    history.addAll(Collections.nCopies(1 + random.nextInt(2), end));
  }

  private static List<String> lines(Tracked tracked) {
    List<String> lines = new ArrayList<>();
    for (Map<String, Object> row : tracked.liveLogRows()) {
      String origin = row.get("stream").equals("") ? "streamed" : "captured";
      String level = ((String) row.get("log_level")).toUpperCase(Locale.ROOT);
      lines.add(row.get("run_id") + " " + origin + " " + level + " " + row.get("log_message"));
    }
    return lines;
  }

  /**
   * Plays a history, and fails at times: rows of events behind the last snapshot have been written,
   * and the tracker goes on from the snapshot, with another number of instances and in another
   * order.
   */
  private static Tracked playedWithFailures(List<ScriptEvent> history, Random random)
      throws Exception {
    Tracked tracked = new Tracked();
    TrackerHarness tracker =
        new TrackerHarness(rules(), new HashMapStateBackend(), 1, null, tracked);
    try {
      for (int i = 0; i < history.size(); i++) {
        tracker.receive(history.get(i));
        if (random.nextInt(8) == 0) {
          OperatorSubtaskState state = tracker.snapshot(1);
          for (int lost = random.nextInt(3); lost > 0; lost--) {
            tracker.receive(history.get(i + random.nextInt(history.size() - i)));
          }
          tracker.close();
          tracker =
              new TrackerHarness(
                  rules(), new HashMapStateBackend(), 1 + random.nextInt(3), state, tracked);
        }
      }
    } finally {
      tracker.close();
    }
    return tracked;
  }

  private static Tracked played(Rules rules, List<ScriptEvent> history) throws Exception {
    Tracked tracked = new Tracked();
    try (TrackerHarness tracker =
        new TrackerHarness(rules, new HashMapStateBackend(), 1, null, tracked)) {
      for (ScriptEvent event : history) {
        tracker.receive(event);
      }
    }
    return tracked;
  }

  private List<ScriptEvent> someRuns(Random random, int round) {
    List<ScriptEvent> history = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      String id = "run-" + round + "-" + run;
      boolean versionAtStart = random.nextBoolean();
      if (random.nextInt(4) > 0) {
        Event start = events.start(id);
        if (versionAtStart) {
          start.with("deployment_version", 3);
        }
        if (random.nextBoolean()) {
          start.with("function", "f");
        }
        history.add(start.decoded());
        if (random.nextBoolean()) {
          history.add(start.decoded());
        }
      }
      if (random.nextInt(4) > 0) {
        Event end = events.success(id, 5).with("stdout", "plain\nINFO :: by the library\n  more");
        if (!versionAtStart) {
          end.with("deployment_version", 3);
        }
        if (random.nextBoolean()) {
          end.with("deployment_id", "d3");
        }
        if (random.nextBoolean()) {
          end.with("stderr", "ERROR :: by the library");
        }
        history.add(end.decoded());
        if (random.nextBoolean()) {
          history.add(end.decoded());
        }
      }
      for (int i = random.nextInt(4); i > 0; i--) {
        String logId = id + "-" + i;
        boolean ownScript = random.nextInt(3) == 0;
        ScriptEvent entry =
            entry(
                id,
                logId,
                i == 1 ? "by the library\n  more" : "message",
                T,
                more -> {
                  if (ownScript) {
                    more.script = "Qbalance".getBytes(UTF_8);
                  }
                });
        for (int copies = 1 + random.nextInt(3); copies > 0; copies--) {
          history.add(entry);
        }
      }
    }
    return history;
  }

  private List<Object> messages() {
    return tracked.liveLogRows().stream().map(row -> row.get("log_message")).toList();
  }

  private Event start(String runId) {
    return events
        .start(runId)
        .with("deployment_version", 3)
        .with("deployment_id", "d3")
        .with("function", "f");
  }

  private Event end(String runId) {
    return events.success(runId, 5);
  }

  private void track(Rules rules) throws Exception {
    tracker = new TrackerHarness(rules, new HashMapStateBackend(), 1, null, tracked);
  }

  private void restart() throws Exception {
    OperatorSubtaskState state = tracker.snapshot(1);
    tracker.close();
    tracker = new TrackerHarness(rules(), new HashMapStateBackend(), 2, state, tracked);
  }
}
