package dev.scriptanalytics.track;

import static dev.scriptanalytics.track.Rules.rules;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.ScriptEvent;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the tracker with the oracle, and with itself after failures, over random histories. */
class TrackRunsHistoryTest {
  private static final long AFTER_ALL = Duration.ofHours(2).toMillis();
  private static final int[] PARALLELISMS = {1, 2, 3};

  /** Short waits, so that much is forgotten within a history. */
  private static Rules shortRules(long seed) {
    return rules()
        .memory(Duration.ofHours(2))
        .awaitStart(Duration.ofMinutes(10))
        .timeout(seed % 2 == 0 ? Duration.ZERO : Duration.ofMinutes(45));
  }

  @Test
  void agreesWithThePlainTrackerOnAnyHistory() throws Exception {
    Map<DeadLetterReason, Integer> letters = new EnumMap<>(DeadLetterReason.class);
    for (long seed = 0; seed < 60; seed++) {
      List<ScriptEvent> history = RandomHistory.of(seed, 60);
      long end = end(history);
      PlainTracker plain = new PlainTracker(shortRules(seed).build(), history, end);
      try (TrackerHarness tracker = new TrackerHarness(shortRules(seed))) {
        play(history, 0, history.size(), tracker);
        tracker.watermark(end);

        Tracked tracked = tracker.tracked();
        assertThat(tracked.deadLettersByOffset()).as("seed %s", seed).isEqualTo(plain.deadLetters);
        assertThat(tracked.finalRunRows())
            .as("seed %s", seed)
            .isEqualTo(Tracked.finalRows(plain.runRows));
        assertThat(tracked.factsByCell())
            .as("seed %s", seed)
            .isEqualTo(Tracked.factsByCell(plain.facts));
        assertThat(logs(tracked))
            .as("seed %s", seed)
            .containsExactlyInAnyOrderElementsOf(plain.logs);
        assertThat(tracker.metric(TrackRuns.DUPLICATE_EVENTS))
            .as("seed %s", seed)
            .isEqualTo(plain.duplicates);
        assertThat(tracked.runRows).as("seed %s", seed).allSatisfy(row -> isOfOneRun(row));
        assertThat(
                tracked.runRows.size()
                    - tracker.metric(TrackRuns.TIMED_OUT_RUNS)
                    + tracker.metric(TrackRuns.DUPLICATE_EVENTS)
                    + tracked.deadLetters.size())
            .as("each event is in a row, a duplicate or a dead letter, seed %s", seed)
            .isEqualTo(runEvents(history));
        tracked.deadLetterReasons().forEach(reason -> letters.merge(reason, 1, Integer::sum));
      }
    }
    assertThat(letters)
        .as("each reason, many times")
        .hasSize(5)
        .allSatisfy((reason, count) -> assertThat(count).isGreaterThan(100));
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 101})
  void isUnaffectedByFailuresAndRescalingOnTheHeap(long seed) throws Exception {
    assertSameWithFailures(RandomHistory.of(seed, 25), seed, new HashMapStateBackend());
  }

  @Test
  void isUnaffectedByFailuresAndRescalingOnRocksDb() throws Exception {
    // A shorter history, because opening a database takes time.
    long seed = 103;
    assertSameWithFailures(RandomHistory.of(seed, 8), seed, new EmbeddedRocksDBStateBackend());
  }

  /**
   * Takes a snapshot before each event, fails a few events later, and continues from the snapshot
   * at the next parallelism. The rows of the lost events have been written. Their facts have not,
   * because the operator that sums them fails with the tracker.
   */
  private static void assertSameWithFailures(
      List<ScriptEvent> history, long seed, StateBackend backend) throws Exception {
    Rules rules = shortRules(seed);
    Tracked expected = new Tracked();
    try (TrackerHarness tracker = new TrackerHarness(rules, backend, 1, null, expected)) {
      play(history, 0, history.size(), tracker);
      tracker.watermark(end(history));
    }

    Tracked actual = new Tracked();
    OperatorSubtaskState state = null;
    for (int i = 0; i <= history.size(); i++) {
      int parallelism = PARALLELISMS[i % PARALLELISMS.length];
      int kept;
      try (TrackerHarness tracker =
          new TrackerHarness(rules, backend, parallelism, state, actual)) {
        if (i > 0) {
          play(history, i - 1, i, tracker);
        }
        state = tracker.snapshot(i);
        kept = actual.facts.size();
        play(history, i, Math.min(i + 1 + i % 4, history.size()), tracker);
      }
      actual.facts.subList(kept, actual.facts.size()).clear();
    }
    try (TrackerHarness tracker = new TrackerHarness(rules, backend, 2, state, actual)) {
      tracker.watermark(end(history));
    }

    assertThat(actual.deadLettersByOffset()).isEqualTo(expected.deadLettersByOffset());
    assertThat(actual.finalRunRows()).isEqualTo(expected.finalRunRows());
    assertThat(actual.liveLogRowsByKey()).isEqualTo(expected.liveLogRowsByKey());
    assertThat(actual.factsByCell()).isEqualTo(expected.factsByCell());
  }

  /** Whether start and end of a row are of the same run. */
  private static void isOfOneRun(Map<String, Object> row) {
    if (!row.get("input").equals("") && !row.get("output").equals("")) {
      assertThat(row.get("input")).isEqualTo(row.get("output"));
    }
  }

  private static long runEvents(List<ScriptEvent> history) {
    return history.stream().filter(event -> event.kind != ScriptEvent.Kind.LOG).count();
  }

  private static void play(List<ScriptEvent> history, int from, int to, TrackerHarness tracker)
      throws Exception {
    for (ScriptEvent event : history.subList(from, to)) {
      tracker.watermark(event.arrival - 1);
      tracker.receive(event);
    }
  }

  private static long end(List<ScriptEvent> history) {
    return history.get(history.size() - 1).arrival + AFTER_ALL;
  }

  /** The captured lines, all but those of the library. */
  private static List<String> logs(Tracked tracked) {
    return tracked.logRows.stream()
        .filter(row -> !row.get("stream").equals("") && row.get("original_level").equals(""))
        .map(row -> row.get("run_id") + " " + row.get("version") + " " + row.get("log_message"))
        .toList();
  }
}
