package dev.scriptanalytics.local.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.LedgerCounts;
import dev.scriptanalytics.testkit.sample.ReadRuns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
  private static final Instant END = Instant.parse("2026-11-20T10:00:00.123Z");

  @TempDir Path folder;
  private Trace trace;

  @BeforeEach
  void writeTrace() throws IOException {
    trace = TinyTrace.write(folder).read();
  }

  @Test
  void givesTheSameBytesForTheSameSettings() {
    assertThat(texts(replay(settings(1, 0.05, true))))
        .isEqualTo(texts(replay(settings(1, 0.05, true))));
  }

  @Test
  void givesOtherRunsForAnotherSeedOrEnd() {
    ReadRuns runs = read(replay(settings(1, 0, false)));
    ReadRuns otherSeed = read(replay(settings(2, 0, false)));
    ReadRuns otherEnd =
        read(replay(new Replay.Settings(END.plusMillis(1), 1, "azure", 0, 1, false, false)));

    assertThat(runs.runs().keySet())
        .hasSize(TinyTrace.RUNS)
        .doesNotContainAnyElementsOf(otherSeed.runs().keySet())
        .doesNotContainAnyElementsOf(otherEnd.runs().keySet());
    assertThat(responseTimes(otherEnd)).isEqualTo(responseTimes(runs));
    assertThat(responseTimes(otherSeed)).isNotEqualTo(responseTimes(runs));
  }

  @Test
  void tellsInItsLedgerWhatAReaderOfTheEventsFinds() {
    for (boolean endsBeforeStarts : new boolean[] {false, true}) {
      Replay replay = replay(settings(1, 0.2, endsBeforeStarts));

      assertThat(read(replay).counts())
          .containsExactlyInAnyOrderEntriesOf(LedgerCounts.of(replay.ledger()));
    }
  }

  @Test
  void startsEachMinutesRunsWithinThatMinuteAndEvenlySpread() {
    Map<String, List<Long>> starts = new HashMap<>();
    for (ReadRuns.Run run : read(replay(settings(1, 0, false))).runs().values()) {
      starts.computeIfAbsent(run.script, script -> new ArrayList<>()).add(run.startedAt);
    }
    long first = END.toEpochMilli() - 3 * 60_000;
    List<Long> queue = starts.get("queue-aaaaaaaaaaaa").stream().sorted().toList();

    for (int i = 0; i < 200; i++) {
      assertThat(queue.get(i)).isBetween(first + 300L * i, first + 300L * (i + 1));
    }
    for (int i = 0; i < 100; i++) {
      long minute = first + 2 * 60_000;
      assertThat(queue.get(200 + i)).isBetween(minute + 600L * i, minute + 600L * (i + 1));
    }
    assertThat(starts.get("http-bbbbbbbbbbbb")).allMatch(start -> start >= first + 60_000);
    assertThat(starts.get("timer-cccccccccccc")).hasSize(2).allMatch(start -> start >= first);
  }

  @Test
  void drawsDurationsFromTheFunctionsPercentiles() {
    FunctionTrace busy =
        new FunctionTrace(
            "o",
            "a",
            "f",
            "http",
            List.of(40_000, 0, 0, 0),
            new DurationPercentiles(100, 200, 500, 800, 1200, 3000, 4000));
    Replay replay = new Replay(new Trace(4, List.of(busy), 0), List.of(), settings(1, 0, false));
    double[] times = replay.ledger().scripts().get(0).responseTimes();

    assertThat(times).hasSizeGreaterThan(20_000);
    assertThat(shareUpTo(times, 200)).isCloseTo(0.01, within(0.005));
    assertThat(shareUpTo(times, 500)).isCloseTo(0.25, within(0.01));
    assertThat(shareUpTo(times, 800)).isCloseTo(0.5, within(0.01));
    assertThat(shareUpTo(times, 1200)).isCloseTo(0.75, within(0.01));
    assertThat(shareUpTo(times, 3000)).isCloseTo(0.99, within(0.005));
    assertThat(times[0]).isGreaterThanOrEqualTo(100);
    assertThat(times[times.length - 1]).isLessThanOrEqualTo(4000);
  }

  @Test
  void leavesInProgressWhatHasNotEndedWhenTheTraceDoes() {
    ScriptLedger timer =
        replay(settings(1, 0, false)).ledger().scripts().stream()
            .filter(script -> script.script().equals("timer-cccccccccccc"))
            .findFirst()
            .orElseThrow();

    assertThat(timer.totalRuns()).isEqualTo(2);
    assertThat(timer.inProgress()).isEqualTo(1);
  }

  @Test
  void failsWithTheShareThatFollowsFromTheFunctionsHash() {
    DurationPercentiles quick = new DurationPercentiles(1, 1, 1, 1, 1, 1, 1);
    for (String function : List.of("f1", "f2", "f3")) {
      FunctionTrace busy = new FunctionTrace("o", "a", function, "http", List.of(20_000), quick);
      Replay replay = new Replay(new Trace(1, List.of(busy), 0), List.of(), settings(1, 0, false));

      assertThat(replay.ledger().scripts().get(0).failureRate() / 100)
          .isCloseTo(Replay.failureShare(Replay.hash(busy)), within(0.01));
    }
  }

  @Test
  void spreadsFailureSharesFromNearlyNoneToAQuarter() {
    double[] shares =
        IntStream.range(0, 10_000).mapToDouble(Replay::failureShare).sorted().toArray();

    assertThat(shares[5_000]).isCloseTo(0.0156, within(0.003));
    assertThat(shares[0]).isNotNegative();
    assertThat(shares[9_999]).isBetween(0.2, 0.25);
  }

  @Test
  void repeatsTheAskedShareOfEventsWithTheSameBytes() {
    Replay once = replay(settings(1, 0, false));
    Replay repeated = replay(settings(1, 0.2, false));
    List<String> texts = texts(repeated);

    assertThat(new HashSet<>(texts)).isEqualTo(new HashSet<>(texts(once)));
    assertThat((double) texts.size() / once.size()).isCloseTo(1.2, within(0.06));
    assertThat(repeated.runs()).isEqualTo(once.runs());
  }

  @Test
  void sendsEndsBeforeStartsIfAsked() {
    Map<String, Integer> firstEvents = new HashMap<>();
    for (String event : texts(replay(settings(1, 0, true)))) {
      String id = event.replaceFirst(".*\"run_id\":\"([^\"]+)\".*", "$1");
      firstEvents.merge(id, event.contains("in_progress") ? 1 : 2, (first, later) -> first);
    }
    Replay forwards = replay(settings(1, 0, false));
    long unfinished =
        forwards.ledger().scripts().stream().mapToLong(ScriptLedger::inProgress).sum();

    assertThat(firstEvents.values().stream().filter(kind -> kind == 1).count())
        .isEqualTo(unfinished);
  }

  @Test
  void comesInTheOrderOfTheTimesAtWhichEventsAreDue() {
    List<Long> times = new ArrayList<>();
    replay(settings(1, 0.1, true)).forEach(delivery -> times.add(delivery.at()));

    assertThat(times).isSortedAccordingTo(Comparator.naturalOrder());
  }

  @Test
  void refusesMoreDuplicatesThanEvents() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(1, 1.5, false))
        .withMessageContaining("between 0 and 1");
  }

  private Replay replay(Replay.Settings settings) {
    return new Replay(trace, List.of(), settings);
  }

  private static Replay.Settings settings(long seed, double duplicates, boolean endsBeforeStarts) {
    return new Replay.Settings(END, seed, "azure", duplicates, 1, endsBeforeStarts, false);
  }

  private static List<String> texts(Replay replay) {
    List<String> texts = new ArrayList<>();
    for (Delivery delivery : replay) {
      texts.add(new String(delivery.value(), UTF_8));
    }
    return texts;
  }

  private static ReadRuns read(Replay replay) {
    ReadRuns read = new ReadRuns();
    replay.forEach(delivery -> read.read(delivery.value()));
    assertThat(read.refused()).isEmpty();
    return read;
  }

  private static List<List<Double>> responseTimes(ReadRuns read) {
    return read.counts().values().stream().map(ReadRuns.Count::responseTimes).toList();
  }

  private static double shareUpTo(double[] times, double millis) {
    return (double) Arrays.stream(times).filter(time -> time <= millis).count() / times.length;
  }
}
