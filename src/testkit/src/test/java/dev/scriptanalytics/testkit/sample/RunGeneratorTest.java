package dev.scriptanalytics.testkit.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptanalytics.testkit.ledger.DeploymentKey;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunGeneratorTest {
  private static final Instant FROM = Instant.parse("2026-11-20T10:00:00Z");
  private static final int RUNS = 20_000;

  private static final Set<String> UNREADABLE = Set.of("empty", "not_json", "not_utf8");
  private static final JsonMapper JSON = new JsonMapper();
  private static final Sample SAMPLE = Sample.of(new RunGenerator(1, FROM, 50), RUNS);

  @Test
  void givesTheSameBytesForTheSameSeedStartAndRate() {
    Sample again = Sample.of(new RunGenerator(1, FROM, 50), RUNS);

    assertThat(texts(again)).isEqualTo(texts(SAMPLE));
  }

  @Test
  void givesOtherRunsForAnotherSeedOrStart() {
    Set<String> ids = ids(SAMPLE);
    Set<String> otherSeed = ids(Sample.of(new RunGenerator(2, FROM, 50), 1000));
    Set<String> otherStart = ids(Sample.of(new RunGenerator(1, FROM.plusMillis(1), 50), 1000));

    assertThat(ids).hasSize(RUNS);
    assertThat(Collections.disjoint(ids, otherSeed)).isTrue();
    assertThat(Collections.disjoint(ids, otherStart)).isTrue();
  }

  @Test
  void sendsAsManyEventsPerSecondAsAskedFor() {
    RunWithDeliveries last = null;
    RunGenerator generator = new RunGenerator(3, FROM, 200);
    long events = 0;
    for (int i = 0; i < RUNS; i++) {
      last = generator.next();
      events += last.deliveries().size();
    }
    double seconds = (last.run().startedAt() - FROM.toEpochMilli()) / 1000.0;

    assertThat(events / seconds).isCloseTo(200, within(200 * 0.03));
  }

  @Test
  void runsMostInTheAfternoonAndLeastAtNight() {
    double mean =
        IntStream.range(0, 24).mapToDouble(RunGeneratorTest::rateAtHour).average().orElse(0);

    assertThat(mean).isCloseTo(1, within(1e-9));
    assertThat(rateAtHour(16)).isCloseTo(1.6, within(1e-9));
    assertThat(rateAtHour(4)).isCloseTo(0.4, within(1e-9));
  }

  private static double rateAtHour(int hour) {
    return RunGenerator.timeOfDay(
        (double) Instant.parse("2026-11-20T00:00:00Z").plus(Duration.ofHours(hour)).toEpochMilli());
  }

  @Test
  void givesOneScriptMostOfTheRuns() {
    ScriptLedger busiest =
        SAMPLE.ledger().scripts().stream()
            .max(Comparator.comparingLong(ScriptLedger::totalRuns))
            .orElseThrow();

    assertThat(busiest.script()).isEqualTo("Qbalance");
    assertThat(busiest.totalRuns()).isBetween(RUNS / 2L, RUNS * 7L / 10);
  }

  @Test
  void mendsEveryBadVersionInTheNext() {
    for (ScriptProfile profile : ScriptCatalogue.SCRIPTS) {
      int slow = 0;
      for (int version = 1; version <= 200; version++) {
        boolean bad = profile.slowness(version) > 2;
        slow += bad ? 1 : 0;
        if (bad) {
          assertThat(profile.slowness(version + 1)).isBetween(0.9, 1.1);
        }
        if (profile.hasBug(version)) {
          assertThat(profile.failureShare(version)).isGreaterThan(0.08);
          assertThat(profile.failureShare(version + 1)).isLessThan(profile.failureShare(version));
        }
      }
      if (!profile.breakdowns().isEmpty()) {
        assertThat(slow).as(profile.name()).isBetween(5, 50);
      }
    }
  }

  @Test
  void refusesARateThatIsNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RunGenerator(1, FROM, 0))
        .withMessageContaining("events per second");
  }

  @Test
  void tellsInItsLedgerWhatAReaderOfTheEventsFinds() {
    assertThat(read(SAMPLE).counts())
        .containsExactlyInAnyOrderEntriesOf(LedgerCounts.of(SAMPLE.ledger()));
  }

  @Test
  void limitsEachScriptsLedgerToItsFirstAndLastStart() {
    Map<List<String>, long[]> starts = new HashMap<>();
    for (ReadRuns.Run run : read(SAMPLE).runs().values()) {
      long[] range =
          starts.computeIfAbsent(
              List.of(run.account, run.script), script -> new long[] {Long.MAX_VALUE, 0});
      range[0] = Math.min(range[0], run.startedAt);
      range[1] = Math.max(range[1], run.startedAt);
    }

    for (ScriptLedger script : SAMPLE.ledger().scripts()) {
      assertThat(starts.get(List.of(script.account(), script.script())))
          .containsExactly(script.from(), script.to() - 1);
    }
  }

  @Test
  void tellsInItsLedgerTheDeploymentOfEachRun() {
    Map<List<String>, Map<DeploymentKey, Long>> expected = new HashMap<>();
    for (ReadRuns.Run run : read(SAMPLE).runs().values()) {
      expected
          .computeIfAbsent(List.of(run.account, run.script), script -> new HashMap<>())
          .merge(DeploymentKey.of(run.deploymentVersion, run.deploymentId), 1L, Long::sum);
    }

    Map<List<String>, Map<DeploymentKey, Long>> told = new HashMap<>();
    for (ScriptLedger script : SAMPLE.ledger().scripts()) {
      Map<DeploymentKey, Long> runs = new HashMap<>();
      script
          .deployments()
          .forEach(
              (of, count) -> runs.put(of, count.succeeded() + count.failed() + count.inProgress()));
      told.put(List.of(script.account(), script.script()), runs);
    }
    assertThat(told).isEqualTo(expected);
    assertThat(told.get(List.of("initech", "TicketTriage")).keySet())
        .allMatch(of -> of.version() == 0 && of.id().startsWith("v1."));
  }

  @Test
  void tellsWhichRecordsNobodyCanUse() {
    ReadRuns read = read(SAMPLE);
    Map<String, Long> letters = SAMPLE.ledger().deadLetters();
    long contradicting = letters.get(ReusedIds.START_REASON) + letters.get(ReusedIds.END_REASON);

    assertThat(read.contradictions()).isEqualTo((int) contradicting);
    assertThat(read.refused())
        .hasSize((int) (letters.values().stream().mapToLong(n -> n).sum() - contradicting));
  }

  @Test
  void givesFewIdsToASecondRunAfterAllEventsOfTheFirst() {
    Map<String, Long> first = new HashMap<>();
    Map<String, Long> second = new HashMap<>();
    for (Delivery delivery : SAMPLE.deliveries()) {
      if (delivery.deadLetter() == null) {
        first.put(delivery.key(), delivery.at());
      } else if (ReusedIds.START_REASON.equals(delivery.deadLetter())) {
        second.put(delivery.key(), delivery.at());
      }
    }

    assertThat(second).hasSizeBetween(1, RUNS / 1000);
    second.forEach((id, at) -> assertThat(first.get(id)).isLessThan(at));
  }

  @Test
  void triesFailedRunsAgainUnderTheirId() {
    Map<String, SampleRun> runs = new HashMap<>();
    RunGenerator generator = new RunGenerator(1, FROM, 50);
    int retried = 0;
    for (int i = 0; i < RUNS; i++) {
      SampleRun run = generator.next().run();
      assertThat(runs.put(run.attemptId(), run)).isNull();
      if (run.attempt() > 1) {
        String before = run.attempt() == 2 ? run.runId() : run.runId() + "#" + (run.attempt() - 1);
        assertThat(runs.get(before).status()).isEqualTo(RunStatus.FAILED);
        assertThat(runs.get(before).endedAt()).isLessThan(run.executedOn());
        retried++;
      }
    }

    assertThat(retried).isBetween(RUNS / 5000, RUNS / 100);
  }

  @Test
  void queuesSomeRunsTellsSomeEndsAloneAndSomePhases() {
    Map<String, Integer> kinds = new HashMap<>();
    for (String event : texts(SAMPLE)) {
      for (String kind : List.of("\"queued\"", "\"Pending\"", "\"SCHEDULED\"", "\"phases\":{")) {
        kinds.merge(kind, event.contains(kind) ? 1 : 0, Integer::sum);
      }
      boolean endAlone = event.contains("ended_at") && !event.contains("started_at");
      kinds.merge("end", endAlone && !event.contains("response_time_ms") ? 1 : 0, Integer::sum);
    }

    assertThat(kinds.values()).allMatch(count -> count > 0 && count < RUNS / 2);
  }

  @Test
  void makesNoContradictionsAndQueuesNoRunWhereTheOrderMustNotMatter() {
    Sample sample = Sample.of(RunGenerator.ofRunsInAnyOrder(1, FROM, 50), RUNS);
    Collections.shuffle(sample.deliveries(), new Random(1));

    assertThat(sample.ledger().deadLetters())
        .doesNotContainKeys(ReusedIds.START_REASON, ReusedIds.END_REASON);
    assertThat(read(sample).counts())
        .containsExactlyInAnyOrderEntriesOf(LedgerCounts.of(sample.ledger()));
  }

  @Test
  void sendsOneUnusableEventOfEachReasonWhereTheyMustNotBuryOthers() {
    Sample sample = Sample.of(RunGenerator.ofUsableRuns(1, FROM, 50), RUNS);
    List<Delivery> malformed =
        sample.deliveries().stream().filter(delivery -> delivery.key() == null).toList();

    assertThat(malformed)
        .extracting(Delivery::deadLetter)
        .containsExactlyInAnyOrder(
            "empty",
            "not_json",
            "not_utf8",
            "missing_field",
            "wrong_type",
            "bad_value",
            "negative_time",
            "too_old",
            "too_far_ahead");
    assertThat(malformed)
        .filteredOn(delivery -> !UNREADABLE.contains(delivery.deadLetter()))
        .extracting(delivery -> JSON.readTree(delivery.value()).get("account").textValue())
        .hasSize(6)
        .containsOnly(SampleRun.UNUSABLE_ACCOUNT);
    List<Delivery> contradicting =
        sample.deliveries().stream()
            .filter(delivery -> delivery.deadLetter() != null && delivery.key() != null)
            .toList();
    assertThat(contradicting).hasSizeBetween(1, 3);
    assertThat(contradicting)
        .extracting(delivery -> JSON.readTree(delivery.value()).path("account").asText())
        .doesNotContain("", "acme");
  }

  @Test
  void makesTheSameRunsWithFewUnusableEventsAsWithMany() {
    Sample few = Sample.of(RunGenerator.ofUsableRuns(1, FROM, 50), RUNS);

    assertThat(LedgerCounts.of(few.ledger())).isEqualTo(LedgerCounts.of(SAMPLE.ledger()));
    assertThat(usable(few)).containsExactlyElementsOf(usable(SAMPLE));
  }

  private static List<String> usable(Sample sample) {
    return sample.deliveries().stream()
        .filter(delivery -> delivery.deadLetter() == null)
        .map(RunGeneratorTest::text)
        .toList();
  }

  @Test
  void coversFourAccountsAndTwelveScriptNames() {
    Set<String> accounts = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (ScriptLedger script : SAMPLE.ledger().scripts()) {
      accounts.add(script.account());
      names.add(script.script());
    }

    assertThat(accounts).containsExactlyInAnyOrder("acme", "globex", "initech", "default");
    assertThat(names).hasSize(12).contains("Qbalance");
  }

  @Test
  void repeatsOneOrTwoPercentOfTheEvents() {
    int distinct = new HashSet<>(texts(SAMPLE)).size();
    double repeated = 1 - (double) distinct / SAMPLE.deliveries().size();

    assertThat(repeated).isBetween(0.01, 0.02);
  }

  @Test
  void leavesSomeRunsUnfinishedAndEndsFewTwice() {
    ReadRuns read = read(SAMPLE);

    assertThat(read.runs().values().stream().filter(run -> !run.ended).count())
        .isBetween(RUNS / 1000L, RUNS / 200L);
    assertThat(read.contradictions()).isBetween(1, RUNS / 500);
  }

  @Test
  void sendsSomeStartsAfterTheirEndsAndSomeEventsLate() {
    Map<String, Long> ends = new HashMap<>();
    int disordered = 0;
    int late = 0;
    RunGenerator generator = new RunGenerator(1, FROM, 50);
    for (int i = 0; i < RUNS; i++) {
      RunWithDeliveries next = generator.next();
      ends.clear();
      boolean startSeen = false;
      for (Delivery delivery : inOrder(next.deliveries())) {
        if (delivery.deadLetter() != null || text(delivery).contains(queuedOf(next.run()))) {
          continue;
        }
        boolean start = text(delivery).contains(statusOf(next.run(), RunStatus.IN_PROGRESS));
        boolean end = !start;
        disordered += start && !startSeen && ends.containsKey(delivery.key()) ? 1 : 0;
        startSeen |= start;
        if (end) {
          long delay = delivery.at() - next.run().endedAt();
          late += ends.putIfAbsent(delivery.key(), delivery.at()) == null && delay > 60_000 ? 1 : 0;
        }
      }
    }

    assertThat(disordered).isBetween(RUNS / 100, RUNS / 20);
    assertThat(late).isBetween(RUNS / 500, RUNS / 100);
  }

  @Test
  void spoilsAFewRecordsInManyWays() {
    List<Delivery> spoilt =
        SAMPLE.deliveries().stream().filter(delivery -> delivery.key() == null).toList();

    assertThat(spoilt).hasSizeBetween(RUNS / 500, RUNS / 100);
    assertThat(read(SAMPLE).refused()).hasSize(spoilt.size());
  }

  @Test
  void deploysNewVersionsAsTimeGoesBy() {
    List<Integer> versions = new ArrayList<>();
    RunGenerator slow = new RunGenerator(1, FROM, 0.5);
    for (int i = 0; i < RUNS / 4; i++) {
      SampleRun run = slow.next().run();
      if (run.account().equals("acme") && run.script().equals("FraudScore")) {
        versions.add(run.deployment().version());
      }
    }

    assertThat(versions).isSorted();
    assertThat(new HashSet<>(versions)).hasSizeGreaterThan(2).allMatch(version -> version > 0);
  }

  @Test
  void hasASlowTail() {
    ScriptLedger script =
        SAMPLE.ledger().scripts().stream()
            .filter(s -> s.account().equals("acme") && s.script().equals("FraudScore"))
            .findFirst()
            .orElseThrow();
    double[] times = script.responseTimes();

    assertThat(times[times.length * 995 / 1000]).isGreaterThan(4 * times[times.length / 2]);
  }

  @Test
  void tellsFailuresWithCodeMessageAndStackTraceAndAPythonTracebackInStderr() {
    List<String> failures =
        texts(SAMPLE).stream().filter(event -> event.contains("\"error\":{")).toList();

    assertThat(failures)
        .isNotEmpty()
        .allSatisfy(
            event ->
                assertThat(event).contains("\"code\":", "\"message\":", "\"stack_trace\":[\""));
    assertThat(failures)
        .anySatisfy(
            event ->
                assertThat(event)
                    .contains("\"stderr\":\"Traceback (most recent call last):\\n  File "))
        .anySatisfy(event -> assertThat(event).contains("ERROR :: "));
  }

  @Test
  void streamsTheSameDeliveriesInTheOrderOfTheirTimes() {
    SampleStream stream = new SampleStream(new RunGenerator(1, FROM, 50));
    long horizon = FROM.plus(Duration.ofMinutes(5)).toEpochMilli();
    List<String> streamed = new ArrayList<>();
    Delivery next = stream.next();
    while (next.at() < horizon) {
      streamed.add(next.at() + " " + next.key() + " " + text(next));
      next = stream.next();
    }
    List<String> expected =
        Sample.withLogs(new RunGenerator(1, FROM, 50), RUNS).deliveries().stream()
            .filter(delivery -> delivery.at() < horizon)
            .map(delivery -> delivery.at() + " " + delivery.key() + " " + text(delivery))
            .toList();

    assertThat(expected).hasSizeGreaterThan(10_000);
    assertThat(streamed).isEqualTo(expected);
  }

  private static ReadRuns read(Sample sample) {
    ReadRuns read = new ReadRuns();
    sample.deliveries().forEach(delivery -> read.read(delivery.value()));
    return read;
  }

  private static Set<String> ids(Sample sample) {
    return read(sample).runs().keySet();
  }

  private static List<String> texts(Sample sample) {
    return sample.deliveries().stream().map(RunGeneratorTest::text).toList();
  }

  private static String text(Delivery delivery) {
    return new String(delivery.value(), UTF_8);
  }

  private static String statusOf(SampleRun run, RunStatus status) {
    return "\"status\":\"" + run.word(status) + "\"";
  }

  private static String queuedOf(SampleRun run) {
    return "\"status\":\"" + run.dialect().queued() + "\"";
  }

  private static List<Delivery> inOrder(List<Delivery> deliveries) {
    return deliveries.stream().sorted(Comparator.comparingLong(Delivery::at)).toList();
  }
}
