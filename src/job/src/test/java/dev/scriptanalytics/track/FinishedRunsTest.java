package dev.scriptanalytics.track;

import static dev.scriptanalytics.event.RunStatus.FAILED;
import static dev.scriptanalytics.event.RunStatus.SUCCESS;
import static dev.scriptanalytics.track.FinishedRuns.Ending.AFTER_START;
import static dev.scriptanalytics.track.FinishedRuns.Ending.BY_TIMEOUT;
import static dev.scriptanalytics.track.FinishedRuns.Ending.WITHOUT_START;
import static dev.scriptanalytics.track.FinishedRuns.NO_START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.row.RunDeployment;
import dev.scriptanalytics.track.FinishedRuns.Ending;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FinishedRunsTest {
  private static final int HOUR = 498_226;
  private static final HexFormat HEX = HexFormat.of();

  private final Deployments deployments = new Deployments(1000);
  private final FinishedRuns runs = new FinishedRuns(deployments);

  @Test
  void knowsAMillionRunsAndNoOthersInLittleMemory() {
    int million = 1_000_000;
    SplittableRandom hashes = new SplittableRandom(1);
    long checkpointBytes = 0;
    for (int i = 0; i < million; i++) {
      runs.add(
          hashes.nextLong(),
          hashes.nextLong(),
          at(HOUR),
          i % 3 == 0 ? FAILED : SUCCESS,
          AFTER_START,
          at(HOUR) - 1000L * i,
          i,
          Deployments.UNKNOWN);
      if (i % 10_000 == 9_999) {
        checkpointBytes += bytes(runs.takeChanges());
        if (i > 100_000) {
          assertThat((double) runs.memoryBytes() / runs.size()).isLessThan(44);
        }
      }
    }
    assertThat(runs.size()).isEqualTo(million);
    assertThat((double) checkpointBytes / million).isLessThan(21);

    hashes = new SplittableRandom(1);
    for (int i = 0; i < million; i++) {
      int at = runs.find(hashes.nextLong(), hashes.nextLong());
      if (at == FinishedRuns.NONE
          || runs.status(at) != (i % 3 == 0 ? FAILED : SUCCESS)
          || runs.start(at) != at(HOUR) - 1000L * i
          || runs.fingerprint(at) != i) {
        throw new AssertionError("Run " + i + " is not what it was");
      }
    }
    for (int i = 0; i < million; i++) {
      if (runs.find(hashes.nextLong(), hashes.nextLong()) != FinishedRuns.NONE) {
        throw new AssertionError("Found a run that never was");
      }
    }
  }

  @Test
  void remembersTheEndOfARun() {
    long start = at(HOUR) - 90_000;
    runs.add(1L << 40, 1L << 50, at(HOUR), SUCCESS, WITHOUT_START, start + 999, -5, 0);
    runs.add(2L << 40, 1L << 50, at(HOUR), FAILED, BY_TIMEOUT, NO_START, 0, 0);

    int first = runs.find(1L << 40, 1L << 50);
    assertThat(runs.status(first)).isEqualTo(SUCCESS);
    assertThat(runs.timedOut(first)).isFalse();
    assertThat(runs.startSeen(first)).isFalse();
    assertThat(runs.start(first)).as("in whole seconds").isEqualTo(start);
    assertThat(runs.fingerprint(first)).isEqualTo(-5);
    int second = runs.find(2L << 40, 1L << 50);
    assertThat(runs.status(second)).isEqualTo(FAILED);
    assertThat(runs.timedOut(second)).isTrue();
    assertThat(runs.startSeen(second)).isTrue();
    assertThat(runs.start(second)).isEqualTo(NO_START);
    assertThat(runs.fingerprint(second)).isZero();

    runs.setStartSeen(first, Deployments.UNKNOWN);
    assertThat(runs.startSeen(first)).isTrue();
    assertThat(runs.status(first)).isEqualTo(SUCCESS);
    assertThat(runs.timedOut(first)).isFalse();
    assertThat(runs.start(first)).isEqualTo(start);
    assertThat(runs.fingerprint(first)).isEqualTo(-5);
  }

  @Test
  void remembersStartsOfHalfAYearAndOfClocksADayAhead() {
    long latest = at(HOUR + 25);
    long earliest = latest - 1000L * 0xfffffe;
    long[] starts = {latest, latest + 1000, earliest, earliest - 1, 0};
    for (int i = 0; i < starts.length; i++) {
      runs.add(hash(i + 1), 0, at(HOUR), SUCCESS, AFTER_START, starts[i], 1, 0);
    }

    assertThat(LongStream.rangeClosed(1, starts.length).map(i -> startOf(hash((int) i))))
        .containsExactly(latest, NO_START, earliest, NO_START, NO_START);
  }

  private long startOf(long high) {
    return runs.start(runs.find(high, 0));
  }

  @Test
  void tellsRunsApartByEightyBits() {
    long high = 0x0123456789abcdefL;
    runs.add(high, 5L << 48, at(HOUR), SUCCESS, WITHOUT_START, at(HOUR), 1, 0);

    assertThat(runs.find(high, 5L << 48)).isNotEqualTo(FinishedRuns.NONE);
    for (int bit = 0; bit < Long.SIZE; bit++) {
      assertThat(runs.find(high ^ 1L << bit, 5L << 48)).isEqualTo(FinishedRuns.NONE);
    }
    for (int bit = 48; bit < Long.SIZE; bit++) {
      assertThat(runs.find(high, 5L << 48 ^ 1L << bit)).isEqualTo(FinishedRuns.NONE);
    }
  }

  @Test
  void findsRunsWhoseHashesCrowdAtEitherEndOfTheTable() {
    List<Integer> highs = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      highs.add(i);
      highs.add(-1 - i);
    }
    for (int high : highs) {
      runs.add(high, (long) high << 48, at(HOUR), SUCCESS, WITHOUT_START, NO_START, high, 0);
    }
    assertThat(runs.size()).isEqualTo(400);
    for (int high : highs) {
      int at = runs.find(high, (long) high << 48);
      assertThat(at).isNotEqualTo(FinishedRuns.NONE);
      assertThat(runs.fingerprint(at)).isEqualTo(high);
      assertThat(runs.find(high, (high + 1000L) << 48)).isEqualTo(FinishedRuns.NONE);
    }
  }

  @Test
  void forgetsRunsByTheHourOfTheirEnd() {
    for (int i = 0; i < 1000; i++) {
      runs.add(hash(i), 0, at(HOUR + i % 10), SUCCESS, WITHOUT_START, NO_START, i, 0);
    }
    long full = runs.memoryBytes();
    runs.takeChanges();

    runs.expire(HOUR);
    assertThat(runs.size()).isEqualTo(1000);
    runs.expire(HOUR + 7);

    assertThat(runs.size()).isEqualTo(300);
    assertThat(runs.memoryBytes()).as("memory is given back").isLessThan(full * 2 / 3);
    for (int i = 0; i < 1000; i++) {
      assertThat(runs.find(hash(i), 0) != FinishedRuns.NONE).isEqualTo(i % 10 >= 7);
    }
    runs.expire(HOUR + 100);
    assertThat(runs.size()).isZero();
  }

  @Test
  void isTheSameAgainAfterItsChangesAreApplied() {
    Random random = new Random(7);
    Map<Long, String> expected = new HashMap<>();
    Map<Long, Integer> hours = new HashMap<>();
    NavigableMap<Integer, List<byte[]>> log = new TreeMap<>();
    int oldest = HOUR;
    for (int step = 0; step < 20_000; step++) {
      // Few runs, so that the same ones are forgotten and added again.
      long high = hash(random.nextInt(3000));
      int at = runs.find(high, 0);
      if (at == FinishedRuns.NONE) {
        int hour = oldest + random.nextInt(4);
        RunStatus status = random.nextBoolean() ? SUCCESS : FAILED;
        Ending ending = random.nextBoolean() ? BY_TIMEOUT : WITHOUT_START;
        long start = at(hour) - 1000L * random.nextInt(1 << 25);
        runs.add(high, 0, at(hour), status, ending, start, step, deployment(step));
        hours.put(high, hour);
      } else if (!runs.startSeen(at)) {
        runs.setStartSeen(at, deployment(step));
      }
      expected.put(high, told(runs, deployments, high));
      if (random.nextInt(500) == 0) {
        int next = ++oldest;
        runs.expire(next);
        log.headMap(next).clear();
        hours.values().removeIf(hour -> hour < next);
        expected.keySet().retainAll(hours.keySet());
      }
      if (random.nextInt(200) == 0) {
        runs.takeChanges()
            .forEach((hour, blob) -> log.computeIfAbsent(hour, h -> new ArrayList<>()).add(blob));
      }
    }
    runs.takeChanges()
        .forEach((hour, blob) -> log.computeIfAbsent(hour, h -> new ArrayList<>()).add(blob));

    Deployments deploymentsAgain = new Deployments(1000);
    FinishedRuns again = new FinishedRuns(deploymentsAgain);
    log.forEach(
        (hour, blobs) ->
            again.applyChanges(
                hour,
                blobs.stream().reduce(FinishedRuns::concatenate).orElseThrow(),
                new HashMap<>()));

    assertThat(again.size()).isEqualTo(expected.size()).isEqualTo(runs.size());
    expected.forEach(
        (high, told) -> assertThat(told(again, deploymentsAgain, high)).isEqualTo(told));
    assertThat(again.takeChanges()).as("what was applied is no change").isEmpty();
  }

  private int deployment(int number) {
    // Deployments are forgotten now and then, so that their numbers get new meanings.
    if (number % 1000 == 0) {
      BitSet used = new BitSet();
      runs.collectDeployments(used);
      runs.forgetDeployments(deployments.retain(used));
    }
    return deployments.of(deploymentOf(number % 50 + number / 1000));
  }

  private static RunDeployment deploymentOf(int number) {
    return RunDeployment.of(
        ("script" + number).getBytes(UTF_8),
        number,
        ("deploy" + number).getBytes(UTF_8),
        new byte[0]);
  }

  private static String told(FinishedRuns runs, Deployments deployments, long high) {
    int at = runs.find(high, 0);
    return at == FinishedRuns.NONE
        ? "unknown"
        : runs.status(at)
            + " "
            + runs.timedOut(at)
            + " "
            + runs.startSeen(at)
            + " "
            + runs.start(at)
            + " "
            + runs.fingerprint(at)
            + " "
            + new String(deployments.get(runs.deployment(at)).script(), UTF_8);
  }

  @Test
  void givesChangesOnceAndByTheHour() {
    runs.add(1L << 32, 0, at(HOUR), SUCCESS, WITHOUT_START, at(HOUR), 1, 0);
    runs.add(2L << 32, 0, at(HOUR + 1), SUCCESS, WITHOUT_START, at(HOUR), 1, 0);
    runs.add(3L << 32, 0, at(HOUR), SUCCESS, WITHOUT_START, at(HOUR), 1, 0);

    NavigableMap<Integer, byte[]> changes = runs.takeChanges();
    assertThat(changes).containsOnlyKeys(HOUR, HOUR + 1);
    assertThat(changes.get(HOUR)).hasSize(9 + 2 * 20);
    assertThat(changes.get(HOUR + 1)).hasSize(9 + 20);
    assertThat(runs.takeChanges()).isEmpty();

    runs.setStartSeen(runs.find(2L << 32, 0), Deployments.UNKNOWN);
    assertThat(runs.takeChanges()).containsOnlyKeys(HOUR + 1);
  }

  @Test
  void keepsNoMoreChangesThanRunsIfNobodyTakesThem() {
    for (int hour = HOUR; hour < HOUR + 200; hour++) {
      for (int i = 0; i < 1000; i++) {
        runs.add(hash(i), (long) hour << 48, at(hour), SUCCESS, WITHOUT_START, NO_START, i, 0);
      }
      runs.expire(hour - 1);
    }
    assertThat(runs.size()).isEqualTo(2000);
    assertThat(runs.memoryBytes()).isLessThan(200L * runs.size());
    assertThat(bytes(runs.takeChanges())).isEqualTo(2 * 9 + 2000 * 20);
  }

  @Test
  void keepsAnHourTooLateForItsBitsApartFromTheRest() {
    runs.add(1L << 32, 0, at(Integer.MAX_VALUE), FAILED, AFTER_START, at(HOUR), 1, 0);

    assertThat(runs.status(runs.find(1L << 32, 0))).isEqualTo(FAILED);
    assertThat(runs.takeChanges()).containsOnlyKeys(0xfffff);
  }

  @Test
  void writesAndReadsTheSameBytesForEver() {
    runs.add(
        0x0123456789abcdefL,
        0xfedcba9876543210L,
        at(HOUR),
        SUCCESS,
        AFTER_START,
        at(HOUR) - 1000,
        0x89abcdef,
        deployments.of(deploymentOf(3)));
    runs.add(0, -1, at(HOUR), FAILED, BY_TIMEOUT, NO_START, 0, 0);
    String golden =
        "03"
            + "00000001"
            + "000001"
            + "0000"
            + "14"
            + "03000000"
            + HEX.formatHex("script3".getBytes(UTF_8))
            + "ff"
            + HEX.formatHex("deploy3".getBytes(UTF_8))
            + "ff"
            + "00000002"
            + "0123456789abcdef"
            + "fedc"
            + "00001"
            + "a"
            + "015f91"
            + "89abcdef"
            + "0000000000000001"
            + "ffff"
            + "00000"
            + "f"
            + "ffffff"
            + "00000000";

    NavigableMap<Integer, byte[]> taken = runs.takeChanges();

    assertThat(taken).containsOnlyKeys(HOUR);
    assertThat(HEX.formatHex(taken.get(HOUR))).isEqualTo(golden);
    readsGoldenRuns(golden);
  }

  private static void readsGoldenRuns(String golden) {
    Deployments deployments = new Deployments(1000);
    FinishedRuns runs = new FinishedRuns(deployments);
    runs.applyChanges(HOUR, HEX.parseHex(golden), new HashMap<>());
    assertThat(runs.size()).isEqualTo(2);
    int first = runs.find(0x0123456789abcdefL, 0xfedcba9876543210L);
    assertThat(runs.status(first)).isEqualTo(SUCCESS);
    assertThat(runs.timedOut(first)).isFalse();
    assertThat(runs.startSeen(first)).isTrue();
    assertThat(runs.start(first)).isEqualTo(at(HOUR) - 1000);
    assertThat(runs.fingerprint(first)).isEqualTo(0x89abcdef);
    assertThat(deployments.get(runs.deployment(first))).isEqualTo(deploymentOf(3));
    int second = runs.find(0, -1);
    assertThat(runs.status(second)).isEqualTo(FAILED);
    assertThat(runs.timedOut(second)).isTrue();
    assertThat(runs.startSeen(second)).isTrue();
    assertThat(runs.start(second)).isEqualTo(NO_START);
    assertThat(runs.fingerprint(second)).isZero();
    runs.expire(HOUR);
    assertThat(runs.size()).isEqualTo(2);
    runs.expire(HOUR + 1);
    assertThat(runs.size()).isZero();
  }

  @Test
  void keepsARunThatEndedInAForgottenHour() {
    runs.expire(HOUR);
    runs.add(1L << 32, 0, at(HOUR - 5), SUCCESS, AFTER_START, at(HOUR - 6), 1, 0);

    assertThat(runs.find(1L << 32, 0)).isNotEqualTo(FinishedRuns.NONE);
    assertThat(runs.takeChanges()).containsOnlyKeys(HOUR);
  }

  @Test
  void refusesBytesOfAnUnknownVersion() {
    for (byte format : new byte[] {2, 4}) {
      assertThatThrownBy(() -> runs.applyChanges(HOUR, new byte[] {format}, new HashMap<>()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Unknown format")
          .hasMessageContaining(String.valueOf(format));
    }
  }

  private static long at(int hour) {
    return hour * 3_600_000L;
  }

  private static long hash(int number) {
    return number * 0x9e3779b97f4a7c15L;
  }

  private static long bytes(Map<Integer, byte[]> blobs) {
    return blobs.values().stream().mapToLong(blob -> blob.length).sum();
  }
}
