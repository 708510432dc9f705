package dev.scriptanalytics.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.ScriptEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OpenRunsTest {
  private static final HexFormat HEX = HexFormat.of();

  private final OpenRuns runs = new OpenRuns();

  @Test
  void keepsWhatAMapWouldKeep() {
    for (int seed = 0; seed < 20; seed++) {
      OpenRuns open = new OpenRuns();
      Map<Long, ScriptEvent> expected = new HashMap<>();
      Random random = new Random(seed);
      // From one home slot for all runs to a different one for each.
      int homes = 1 << seed;
      for (int step = 0; step < 5000; step++) {
        long high = (long) random.nextInt(homes) << (Long.SIZE - seed);
        long low = random.nextInt(1 + 500 / homes);
        // Grows to some hundred runs, and shrinks to none.
        boolean adds = random.nextInt(5000) > step;
        ScriptEvent known = expected.get(high ^ low);
        assertThat(get(open, high, low)).isSameAs(known);
        if (adds && known == null) {
          ScriptEvent event = event(high, low, step);
          open.add(event);
          expected.put(high ^ low, event);
        } else if (!adds) {
          open.remove(high, low);
          assertThat(get(open, high, low)).isNull();
          expected.remove(high ^ low);
        }
        assertThat(open.size()).isEqualTo(expected.size());
      }
      List<ScriptEvent> rest = new ArrayList<>();
      open.collect(event -> true, rest);
      assertThat(rest).containsExactlyInAnyOrderElementsOf(expected.values());
    }
  }

  @Test
  void takesFiftyFiveBytesOfACheckpointBesidesTheNameOfTheTopicAndTheRow() {
    int empty = runs.toBytes().length;
    for (int i = 0; i < 1000; i++) {
      runs.add(event((long) i << 32, i, i));
    }
    assertThat(runs.toBytes()).hasSize(empty + 1000 * (55 + "t".length() + 16));
  }

  @Test
  void collectsWhatIsAskedFor() {
    for (int i = 0; i < 100; i++) {
      runs.add(event((long) i << 32, i, i));
    }
    List<ScriptEvent> old = new ArrayList<>();
    runs.collect(event -> event.arrival < 3, old);

    assertThat(old).extracting(event -> event.arrival).containsExactlyInAnyOrder(0L, 1L, 2L);
    assertThat(runs.size()).isEqualTo(100);
  }

  @Test
  void isTheSameAgainAfterItsBytesAreLoaded() {
    Random random = new Random(3);
    List<ScriptEvent> events = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] row = new byte[random.nextInt(2000)];
      random.nextBytes(row);
      ScriptEvent event =
          ScriptEvent.ofRun(
              ScriptEvent.Kind.RUN,
              random.nextLong(),
              random.nextLong(),
              random.nextLong(),
              new Origin("topic-" + i % 3, i, random.nextLong(), i % 2),
              row,
              i % 5 == 0 ? null : new byte[] {(byte) i},
              i % 7 == 0 ? null : new byte[] {});
      events.add(event);
      runs.add(event);
    }
    OpenRuns again = new OpenRuns();
    again.load(runs.toBytes());

    assertThat(again.size()).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      ScriptEvent event = events.get(i);
      int slot = again.find(event.hashHigh, event.hashLow);
      assertSame(again.start(slot), event);
    }
  }

  @Test
  void remembersWhenAQueuedRunBegan() {
    for (int i = 0; i < 100; i++) {
      runs.add(queued(i));
      int slot = runs.find(i, i);
      assertThat(runs.begun(slot)).isEqualTo(FinishedRuns.NO_START);
      if (i % 2 == 0) {
        runs.setBegun(slot, 1000 + i);
      }
    }
    for (int i = 0; i < 50; i++) {
      runs.remove(i, i);
    }
    OpenRuns again = new OpenRuns();
    again.load(runs.toBytes());

    for (int i = 50; i < 100; i++) {
      long expected = i % 2 == 0 ? 1000 + i : FinishedRuns.NO_START;
      assertThat(runs.begun(runs.find(i, i))).isEqualTo(expected);
      assertThat(again.begun(again.find(i, i))).isEqualTo(expected);
    }
  }

  @Test
  void knowsWhetherItChangedSinceItWasWritten() {
    assertThat(runs.isChanged()).isFalse();
    runs.add(event(1, 1, 1));
    assertThat(runs.isChanged()).isTrue();
    byte[] bytes = runs.toBytes();
    assertThat(runs.isChanged()).isFalse();
    runs.remove(2, 2);
    assertThat(runs.isChanged()).isFalse();
    runs.setBegun(runs.find(1, 1), 5);
    assertThat(runs.isChanged()).isTrue();
    runs.toBytes();
    runs.remove(1, 1);
    assertThat(runs.isChanged()).isTrue();

    OpenRuns again = new OpenRuns();
    again.load(bytes);
    assertThat(again.isChanged()).isFalse();
  }

  @Test
  void writesAndReadsTheSameBytesForEver() {
    ScriptEvent event =
        ScriptEvent.ofRun(
            ScriptEvent.Kind.RUN,
            0x0123456789abcdefL,
            0xfedcba9876543210L,
            1_793_614_500_000L,
            new Origin("script-runs", 7, 42, 1),
            "row".getBytes(StandardCharsets.UTF_8),
            null,
            "err".getBytes(StandardCharsets.UTF_8));
    runs.add(event);
    String golden =
        "01"
            + "00000001"
            + "00"
            + "0123456789abcdef"
            + "fedcba9876543210"
            + "000001a19bc150a0"
            + "000b"
            + HEX.formatHex("script-runs".getBytes(StandardCharsets.UTF_8))
            + "00000007"
            + "000000000000002a"
            + "00000001"
            + "00000003"
            + "726f77"
            + "ffffffff"
            + "00000003"
            + "657272";
    assertThat(HEX.formatHex(runs.toBytes())).isEqualTo(golden);

    OpenRuns again = new OpenRuns();
    again.load(HEX.parseHex(golden));
    assertThat(again.size()).isOne();
    assertSame(get(again, 0x0123456789abcdefL, 0xfedcba9876543210L), event);
    assertThat(HEX.formatHex(again.toBytes())).isEqualTo(golden);
  }

  @Test
  void refusesBytesOfAnUnknownVersion() {
    assertThatThrownBy(() -> runs.load(new byte[] {9, 0, 0, 0, 0}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Unknown format")
        .hasMessageContaining("9");
  }

  private static ScriptEvent queued(long hash) {
    return ScriptEvent.ofRun(
        ScriptEvent.Kind.QUEUED_RUN,
        hash,
        hash,
        1,
        new Origin("t", 0, 0, 0),
        new byte[16],
        null,
        null);
  }

  private static ScriptEvent get(OpenRuns runs, long high, long low) {
    int slot = runs.find(high, low);
    return slot == OpenRuns.NONE ? null : runs.start(slot);
  }

  private static void assertSame(ScriptEvent actual, ScriptEvent expected) {
    assertThat(actual.hashHigh).isEqualTo(expected.hashHigh);
    assertThat(actual.hashLow).isEqualTo(expected.hashLow);
    assertThat(actual.arrival).isEqualTo(expected.arrival);
    assertThat(actual.origin).isEqualTo(expected.origin);
    assertThat(actual.row).isEqualTo(expected.row);
    assertThat(actual.stdout).isEqualTo(expected.stdout);
    assertThat(actual.stderr).isEqualTo(expected.stderr);
  }

  private static ScriptEvent event(long high, long low, long arrival) {
    return ScriptEvent.ofRun(
        ScriptEvent.Kind.RUN,
        high,
        low,
        arrival,
        new Origin("t", 0, 0, 0),
        new byte[16],
        null,
        null);
  }
}
