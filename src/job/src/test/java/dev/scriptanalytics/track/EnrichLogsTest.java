package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Captured lines against streamed entries, on the state of one key group, without an operator. */
class EnrichLogsTest {
  private static final String CAPTURED =
      "begun\nINFO :: invoice 17 sent\nWARNING :: slow printer\nERROR :: no paper\n  in tray 2\n";

  private final RunEvents events = new RunEvents();
  private final Tracked tracked = new Tracked();
  private final Map<String, Counter> counters = new HashMap<>();
  private final Deployments deployments = new Deployments(100);
  private final KeyGroupState group = new KeyGroupState(0, deployments);
  private EnrichLogs logs;
  private MergeRuns runs;
  private int entries;

  @BeforeEach
  void trackByDefault() {
    track(Rules.rules());
  }

  private void track(Rules rules) {
    TrackingRules built = rules.build();
    TrackerOutputs outputs =
        new TrackerOutputs(
            tracked,
            new UnregisteredMetricsGroup() {
              @Override
              public Counter counter(String name) {
                return counters.computeIfAbsent(name, unknown -> super.counter(name));
              }
            },
            Redactor.ofNothing(),
            built.maxDeadLetterBytes());
    logs = new EnrichLogs(built, deployments, Redactor.ofNothing(), outputs);
    runs = new MergeRuns(built, deployments, logs, outputs);
  }

  // Which lines are left out

  @Test
  void leavesOutTheLineThatWasStreamedAndNoOther() {
    receive(events.start("a"));
    stream("a", LogLevel.WARNING, "slow printer");
    receive(end("a"));

    assertThat(captured()).containsExactly("begun", "invoice 17 sent", "no paper\n  in tray 2");
    assertThat(messages()).containsOnlyOnce("slow printer");
  }

  @Test
  void comparesTheLevelToo() {
    receive(events.start("a"));
    stream("a", LogLevel.INFO, "slow printer");
    receive(end("a"));

    assertThat(captured())
        .containsExactly("begun", "invoice 17 sent", "slow printer", "no paper\n  in tray 2");
  }

  @Test
  void comparesWithEntriesOfTheSameRunAlone() {
    receive(events.start("a"), events.start("b"));
    stream("b", LogLevel.WARNING, "slow printer");
    receive(end("a"), events.success("b", 5).with("stdout", "WARNING :: slow printer"));

    assertThat(tracked.liveLogRows())
        .filteredOn(row -> row.get("log_message").equals("slow printer"))
        .extracting(row -> row.get("run_id"), row -> row.get("stream"))
        .containsExactlyInAnyOrder(tuple("a", "stdout"), tuple("b", ""));
  }

  @Test
  void retractsTheLineThatIsStreamedAfterTheEndAndNoOther() {
    receive(events.start("a"), end("a"));
    stream("a", LogLevel.INFO, "invoice 17 sent");
    assertThat(captured()).containsExactly("begun", "slow printer", "no paper\n  in tray 2");
    assertThat(logs.pendingRuns()).isOne();

    stream("a", LogLevel.ERROR, "no paper\n  in tray 2");
    stream("a", LogLevel.WARNING, "slow printer");
    assertThat(captured()).containsExactly("begun");
    assertThat(logs.pendingRuns()).as("nothing is left to be retracted").isZero();
  }

  @Test
  void writesOnlyATombstoneForALineThatIsLeftOut() {
    receive(events.start("a"));
    stream("a", LogLevel.WARNING, "slow printer");
    tracked.clear();
    receive(end("a"));

    assertThat(tracked.logRows)
        .filteredOn(row -> row.get("log_message").equals("slow printer"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("is_deleted", 1)
                    .containsEntry("version", 255)
                    .containsEntry("run_id", "a"));
  }

  @Test
  void comparesAgainWhenTheStartArrivesLast() {
    stream("a", LogLevel.INFO, "invoice 17 sent");
    receive(end("a"));
    stream("a", LogLevel.WARNING, "slow printer");
    assertThat(captured()).containsExactly("begun", "no paper\n  in tray 2");
    tracked.logRows.clear();

    receive(events.start("a"));
    assertThat(tracked.logRows)
        .filteredOn(row -> !row.get("stream").equals(""))
        .extracting(row -> row.get("log_message"), row -> row.get("is_deleted"))
        .containsExactly(
            tuple("begun", 0),
            tuple("invoice 17 sent", 1),
            tuple("slow printer", 1),
            tuple("no paper\n  in tray 2", 0));
    stream("a", LogLevel.ERROR, "no paper\n  in tray 2");
    assertThat(captured()).containsExactly("begun");
    assertThat(logs.pendingRuns()).isZero();
  }

  @Test
  void comparesTheTextOfAnUntimedEndWhenTheStartArrives() {
    stream("a", LogLevel.INFO, "invoice 17 sent");
    receive(events.untimedSuccess("a", RunEvents.T.plusMillis(5)).with("stdout", CAPTURED));
    stream("a", LogLevel.WARNING, "slow printer");
    receive(events.start("a"));

    assertThat(captured()).containsExactly("begun", "no paper\n  in tray 2");
  }

  @Test
  void keepsEachStreamedEntryThoughItsEqualsWereCaptured() {
    receive(events.start("a"));
    stream("a", LogLevel.INFO, "again");
    stream("a", LogLevel.INFO, "again");
    receive(events.success("a", 5).with("stdout", "INFO :: again\nINFO :: again\nINFO :: again"));

    assertThat(messages()).containsExactly("again", "again");
    assertThat(captured()).isEmpty();
  }

  // What is remembered, and for how long

  @Test
  void remembersEachEntryOnceHoweverOftenItIsSent() {
    receive(events.start("a"));
    ScriptEvent entry = whole("a", "l1", LogLevel.INFO, "invoice 17 sent", RunEvents.T);
    logs.receive(entry, group);
    PendingRun run = group.pending.get(entry.hashHigh, entry.hashLow);
    int bytes = run.bytes();
    group.pending.toBytes();
    for (int i = 0; i < 10; i++) {
      logs.receive(entry, group);
    }

    assertThat(run.streamed().size()).isOne();
    assertThat(run.bytes()).isEqualTo(bytes);
    assertThat(group.pending.isChanged()).isFalse();
  }

  @Test
  void remembersNothingOfAFinishedRunWithoutLinesToCompare() {
    stream("ended", LogLevel.INFO, "one");
    receive(events.success("ended", 5).with("stdout", "plain"));
    receive(events.start("complete"));
    stream("complete", LogLevel.INFO, "one");
    receive(events.success("complete", 5).with("stdout", "plain"));
    receive(events.success("twice", 5));
    stream("twice", LogLevel.INFO, "one");
    receive(events.start("twice"));
    stream("twice", LogLevel.INFO, "two");
    receive(events.start("matched"));
    stream("matched", LogLevel.INFO, "one");
    receive(events.success("matched", 5).with("stdout", "INFO :: one"));

    assertThat(logs.pendingRuns()).isZero();
    assertThat(group.pending.runs()).isEmpty();
  }

  @Test
  void remembersNothingWhereNothingIsCompared() {
    for (KoreloggerCapture capture : List.of(KoreloggerCapture.KEEP, KoreloggerCapture.DROP)) {
      track(Rules.rules().capturedKorelogger(capture));
      String run = capture.name();
      stream(run, LogLevel.INFO, "invoice 17 sent");
      receive(events.start(run));
      stream(run, LogLevel.WARNING, "slow printer");
      receive(end(run));
      assertThat(logs.pendingRuns()).isZero();
    }
    assertThat(captured())
        .as("all lines of the one run, the plain one of the other")
        .containsExactly(
            "begun", "begun", "invoice 17 sent", "slow printer", "no paper\n  in tray 2");
  }

  @Test
  void remembersWhatAnOpenRunStreamsHoweverLongItIsOpen() {
    receive(events.start("a"));
    ScriptEvent entry = entry("a", "l1", LogLevel.WARNING, "slow printer", RunEvents.T);
    logs.receive(entry, group);
    PendingRun run = group.pending.get(entry.hashHigh, entry.hashLow);
    assertThat(run.rows()).as("the end may supply a function").hasSize(1);
    logs.giveUp(since -> true);

    assertThat(logs.pendingRuns()).isOne();
    assertThat(run.rows()).isEmpty();
    receive(end("a"));
    assertThat(captured()).doesNotContain("slow printer");
  }

  @Test
  void givesUpARowOfALongRunAfterAWaitOfItsOwn() {
    receive(events.start("a"));
    logs.receive(entry("a", "l1", LogLevel.INFO, "one", RunEvents.T), group);
    logs.giveUp(since -> true);
    Instant later = RunEvents.T.plus(Duration.ofHours(1));
    ScriptEvent entry = entry("a", "l2", LogLevel.INFO, "two", later);
    logs.receive(entry, group);
    PendingRun run = group.pending.get(entry.hashHigh, entry.hashLow);

    logs.giveUp(since -> since < later.toEpochMilli());
    assertThat(run.rows()).hasSize(1);
    logs.giveUp(since -> since <= later.toEpochMilli());
    assertThat(run.rows()).isEmpty();
    assertThat(run.streamed().size()).isEqualTo(2);
  }

  @Test
  void waitsForStreamedEntriesFromTheEndOn() {
    stream("a", LogLevel.INFO, "invoice 17 sent");
    Duration later = Duration.ofMinutes(9);
    receive(end("a").arrivingAfter(later));
    logs.giveUp(since -> since < RunEvents.T.plus(later).toEpochMilli());
    stream("a", LogLevel.WARNING, "slow printer");
    assertThat(captured()).doesNotContain("slow printer");

    logs.giveUp(since -> since <= RunEvents.T.plus(later).toEpochMilli());
    assertThat(logs.pendingRuns()).isZero();
    stream("a", LogLevel.ERROR, "no paper\n  in tray 2");
    assertThat(captured()).as("too late").contains("no paper\n  in tray 2");
  }

  @Test
  void givesUpWhatATimedOutOrForgottenRunHasStreamed() {
    track(Rules.rules().timeout(Duration.ofHours(1)));
    receive(events.start("late"));
    stream("late", LogLevel.INFO, "one");
    receive(end("late").arrivingAfter(Duration.ofHours(2)));
    assertThat(logs.pendingRuns()).isZero();
    assertThat(captured()).isEmpty();

    Event start = events.start("forgotten");
    receive(start);
    stream("forgotten", LogLevel.INFO, "one");
    logs.giveUp(since -> true);
    assertThat(logs.pendingRuns()).isOne();
    logs.runForgotten(start.decoded(), group);
    assertThat(logs.pendingRuns()).isZero();
    assertThat(group.pending.runs()).isEmpty();
  }

  @Test
  void takesOverWhatOpenRunsHaveStreamed() {
    receive(events.start("a"));
    stream("a", LogLevel.WARNING, "slow printer");
    stream("b", LogLevel.WARNING, "slow printer");
    KeyGroupState restored = new KeyGroupState(0, deployments);
    restored.open.load(group.open.toBytes());
    restored.pending.load(group.pending.toBytes());
    track(Rules.rules());
    logs.restore(new KeyGroupState[] {restored});
    logs.giveUp(since -> true);

    assertThat(logs.pendingRuns()).as("the open one").isOne();
    runs.receive(end("a").decoded(), restored);
    assertThat(captured()).doesNotContain("slow printer");
  }

  // Bounds

  @Test
  void keepsLinesBeyondTheNumberOfEntriesAndCountsThem() {
    track(Rules.rules().awaitRunMaxEntries(1));
    receive(events.start("a"));
    stream("a", LogLevel.INFO, "invoice 17 sent");
    stream("a", LogLevel.WARNING, "slow printer");
    receive(end("a"));

    assertThat(captured()).containsExactly("begun", "slow printer", "no paper\n  in tray 2");
    assertThat(kept()).as("the two whose equals may not be known").isEqualTo(2);
  }

  @Test
  void countsALineOnceThoughItIsWrittenAgainWithTheStart() {
    track(Rules.rules().awaitRunMaxEntries(0));
    stream("a", LogLevel.INFO, "invoice 17 sent");
    receive(end("a"));
    assertThat(kept()).isEqualTo(3);
    stream("a", LogLevel.WARNING, "slow printer");
    receive(events.start("a"));

    assertThat(kept()).isEqualTo(3);
    assertThat(captured()).containsExactly("begun", "invoice 17 sent", "no paper\n  in tray 2");
  }

  @Test
  void countsNoLineOfARunOfWhichEverythingIsKnown() {
    track(Rules.rules().awaitRunMaxEntries(2));
    receive(events.start("a"));
    stream("a", LogLevel.INFO, "invoice 17 sent");
    stream("a", LogLevel.WARNING, "slow printer");
    stream("a", LogLevel.WARNING, "slow printer");
    receive(end("a"), end("b"));

    assertThat(kept()).isZero();
  }

  @Test
  void keepsTheLinesOfAnEvictedRunAndCountsThem() {
    track(Rules.rules().awaitRunMaxBytes(0));
    receive(events.start("a"));
    stream("a", LogLevel.WARNING, "slow printer");
    assertThat(logs.pendingRuns()).isZero();
    receive(end("a"), end("b"));

    assertThat(captured())
        .containsExactly(
            "begun",
            "begun",
            "invoice 17 sent",
            "invoice 17 sent",
            "slow printer",
            "slow printer",
            "no paper\n  in tray 2",
            "no paper\n  in tray 2");
    assertThat(kept()).as("those of the run that has streamed").isEqualTo(3);
  }

  @Test
  void knowsThatSomeIsMissingOfAnEvictedRunThatGoesOnStreaming() {
    int oneRun = bytesOfOneRun();
    track(Rules.rules().awaitRunMaxBytes(oneRun));
    receive(events.start("a"), events.start("b"));
    stream("a", LogLevel.WARNING, "slow printer");
    stream("b", LogLevel.WARNING, "slow printer");
    stream("a", LogLevel.INFO, "invoice 17 sent");
    receive(end("a"));

    assertThat(captured()).containsExactly("begun", "slow printer", "no paper\n  in tray 2");
    assertThat(kept()).isEqualTo(2);
  }

  private int bytesOfOneRun() {
    PendingRun run = new PendingLogs().add(1, 1, 1);
    run.addStreamed(1, 1);
    return run.bytes();
  }

  @Test
  void keepsTheLinesOfARunWhoseEntriesCameTooEarlyAndCountsThem() {
    stream("a", LogLevel.WARNING, "slow printer");
    logs.giveUp(since -> true);
    receive(end("a"));

    assertThat(captured()).contains("slow printer");
    assertThat(kept()).isEqualTo(3);
  }

  private long kept() {
    return counters.get(TrackRuns.CAPTURED_LINES_KEPT).getCount();
  }

  /** The captured entries that a query would return, in the order of their lines. */
  private List<String> captured() {
    return tracked.liveLogRows().stream()
        .filter(row -> !row.get("stream").equals(""))
        .sorted((one, other) -> Integer.compare((int) one.get("line"), (int) other.get("line")))
        .map(row -> (String) row.get("log_message"))
        .toList();
  }

  private List<Object> messages() {
    return tracked.liveLogRows().stream().map(row -> row.get("log_message")).toList();
  }

  private Event end(String run) {
    return events.success(run, 5).with("stdout", CAPTURED);
  }

  private void receive(Event... received) {
    for (Event event : received) {
      runs.receive(event.decoded(), group);
    }
  }

  /** Receives an entry that needs nothing from its run. */
  private void stream(String run, LogLevel level, String message) {
    entries++;
    logs.receive(whole(run, "l" + entries, level, message, RunEvents.T), group);
  }

  private static ScriptEvent whole(
      String run, String logId, LogLevel level, String message, Instant arrival) {
    return LogRecords.entry(
        run,
        logId,
        message,
        arrival,
        entry -> {
          entry.level = level;
          fillRun(entry);
        });
  }

  private static void fillRun(LogEntry entry) {
    entry.script = "Qbalance".getBytes(UTF_8);
    entry.deploymentVersion = 3;
    entry.deploymentId = "d3".getBytes(UTF_8);
    entry.function = "f".getBytes(UTF_8);
  }

  private static ScriptEvent entry(
      String run, String logId, LogLevel level, String message, Instant arrival) {
    return LogRecords.entry(run, logId, message, arrival, more -> more.level = level);
  }
}
