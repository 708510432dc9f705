package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.ScriptEvent;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EndsAwaitingStartTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int ROOM_FOR_ALL = 1 << 24;

  @Test
  void doesWhatAMapInOrderOfArrivalWouldDo() {
    Random random = new Random(11);
    EndsAwaitingStart ends = new EndsAwaitingStart(ROOM_FOR_ALL);
    Map<Long, ScriptEvent> expected = new LinkedHashMap<>();
    for (int step = 0; step < 60_000; step++) {
      // Few hashes, so that they collide; waves of few and of many ends.
      long high = high(random.nextInt(3000));
      boolean fills = step / 6_000 % 2 == 0;
      if (!expected.containsKey(high) && random.nextInt(10) < (fills ? 9 : 3)) {
        ScriptEvent event = event(high, high + 7, step, random.nextInt(900));
        ends.add(event);
        expected.put(high, event);
      } else if (random.nextInt(500) == 0) {
        int over = step - 3000;
        ends.expire(arrival -> arrival < over);
        expected.values().removeIf(event -> event.arrival < over);
      } else if (random.nextInt(3000) == 0) {
        ends.retain((h, low) -> h % 3 != 0 && low == h + 7);
        expected.keySet().removeIf(h -> h % 3 == 0);
      } else {
        assertThat(take(ends, high, high + 8)).as("another run of the same first half").isNull();
        ScriptEvent found = take(ends, high, high + 7);
        ScriptEvent event = expected.remove(high);
        assertThat(found == null).isEqualTo(event == null);
        if (event != null) {
          assertThat(found.row).isEqualTo(event.row);
        }
      }
      assertThat(ends.size()).isEqualTo(expected.size());
    }
    assertThat(read(ends.toBytes(1, high -> 0)))
        .usingRecursiveComparison()
        .isEqualTo(List.copyOf(expected.values()));
  }

  @Test
  void removesTheOldestEndsToMakeRoom() {
    EndsAwaitingStart ends = new EndsAwaitingStart(100_000);
    Map<Long, ScriptEvent> sent = new LinkedHashMap<>();
    Random random = new Random(5);
    for (int i = 0; i < 5_000; i++) {
      ScriptEvent event = event(high(i), i, i, random.nextInt(2_000));
      sent.put((long) i, event);
      ends.add(event);
      if (i % 3 == 0) {
        assertThat(take(ends, high(i), i)).isNotNull();
        sent.remove((long) i);
      }
    }
    List<ScriptEvent> kept = read(ends.toBytes(1, high -> 0));

    assertThat(kept.stream().mapToInt(e -> e.row.length).sum()).isBetween(80_000, 100_000);
    assertThat(kept)
        .usingRecursiveComparison()
        .isEqualTo(newest(List.copyOf(sent.values()), kept.size()));
  }

  @Test
  void keepsAnOldEndHoweverManyAreAddedAndTakenAfterIt() {
    EndsAwaitingStart ends = new EndsAwaitingStart(100_000);
    List<ScriptEvent> old = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      ScriptEvent event = event(high(i), i, i, 500);
      ends.add(event);
      if (i % 200 == 0) {
        old.add(event);
      } else {
        assertThat(take(ends, high(i), i).row).isEqualTo(event.row);
      }
    }

    assertThat(read(ends.toBytes(1, high -> 0))).usingRecursiveComparison().isEqualTo(old);
    for (ScriptEvent event : old) {
      assertThat(take(ends, event.hashHigh, event.hashLow).row).isEqualTo(event.row);
    }
    assertThat(ends.size()).isZero();
  }

  @Test
  void doesNotKeepAnEndLargerThanTheWholeRoom() {
    EndsAwaitingStart ends = new EndsAwaitingStart(1_000);
    ends.add(event(1, 1, 1, 100));

    ends.add(event(2, 2, 2, 2_000));

    assertThat(take(ends, 2, 2)).isNull();
    assertThat(take(ends, 1, 1)).isNotNull();
  }

  @Test
  void handsOnTheEndsThatItGivesUpAndNoOthers() {
    List<Long> givenUp = new ArrayList<>();
    EndsAwaitingStart ends = new EndsAwaitingStart(1_000, event -> givenUp.add(event.hashHigh));
    for (long run = 1; run <= 4; run++) {
      ends.add(event(run, run, run, 200));
    }
    assertThat(givenUp).as("for want of room").containsExactly(1L);

    ends.add(event(5, 5, 5, 2_000));
    assertThat(givenUp).as("larger than the room").containsExactly(1L, 5L);

    ends.remove(3, 3);
    ends.expire(arrival -> arrival < 4);
    assertThat(givenUp).as("expired").containsExactly(1L, 5L, 2L);
    assertThat(ends.size()).isOne();
  }

  @Test
  void givesUpNothingWhileItIsRestored() {
    List<Long> givenUp = new ArrayList<>();
    EndsAwaitingStart ends = new EndsAwaitingStart(1_000, event -> givenUp.add(event.hashHigh));
    for (long run = 1; run <= 9; run++) {
      ends.restore(event(run, run, run, 200));
    }
    assertThat(ends.size()).isEqualTo(9);
    assertThat(givenUp).isEmpty();

    ends.add(event(10, 10, 10, 200));
    assertThat(givenUp).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
  }

  @Test
  void writesOneBlobForEachKeyGroupWithEnds() {
    EndsAwaitingStart ends = new EndsAwaitingStart(ROOM_FOR_ALL);
    for (long high : new long[] {0, 2, 2, 5}) {
      ends.add(event(high, high * 31 + ends.size(), 1, 10));
    }

    byte[][] blobs = ends.toBytes(4, high -> (int) (high / 2));

    assertThat(blobs[3]).isNull();
    assertThat(Stream.of(blobs[0], blobs[1], blobs[2]).map(blob -> read(blob).size()))
        .containsExactly(1, 2, 1);
    assertThat(read(blobs)).usingRecursiveComparison().isEqualTo(read(ends.toBytes(1, high -> 0)));
  }

  @Test
  void readsTheBytesOfItsFirstVersionForEver() {
    String golden =
        "01"
            + "00000001"
            + "00"
            + "0123456789abcdef"
            + "fedcba9876543210"
            + "000001a19bc150a0"
            + "000b"
            + HEX.formatHex("script-runs".getBytes(UTF_8))
            + "00000007"
            + "000000000000002a"
            + "00000001"
            + "00000003"
            + "726f77"
            + "ffffffff"
            + "00000003"
            + "657272";
    ScriptEvent event =
        ScriptEvent.ofRun(
            ScriptEvent.Kind.RUN,
            0x0123456789abcdefL,
            0xfedcba9876543210L,
            1_793_614_500_000L,
            new Origin("script-runs", 7, 42, 1),
            "row".getBytes(UTF_8),
            null,
            "err".getBytes(UTF_8));
    EndsAwaitingStart ends = new EndsAwaitingStart(ROOM_FOR_ALL);
    ends.add(event);

    assertThat(HEX.formatHex(ends.toBytes(1, high -> 0)[0])).isEqualTo(golden);
    assertThat(read(HEX.parseHex(golden)))
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(event);
  }

  @Test
  void refusesBytesOfAnUnknownVersion() {
    assertThatThrownBy(() -> read(new byte[] {9, 0, 0, 0, 0}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Unknown format")
        .hasMessageContaining("9");
  }

  private static ScriptEvent take(EndsAwaitingStart ends, long high, long low) {
    ScriptEvent event = ends.get(high, low);
    ends.remove(high, low);
    return event;
  }

  /** The first half of a hash, as evenly distributed as a real one. */
  private static long high(int number) {
    return number * 0x9e3779b97f4a7c15L;
  }

  private static ScriptEvent event(long high, long low, long arrival, int bytes) {
    byte[] row = new byte[bytes];
    new Random(high ^ arrival).nextBytes(row);
    return ScriptEvent.ofRun(
        ScriptEvent.Kind.RUN,
        high,
        low,
        arrival,
        new Origin("runs", 3, arrival, 0),
        row,
        null,
        new byte[] {1});
  }

  private static List<ScriptEvent> newest(List<ScriptEvent> events, int count) {
    return events.subList(events.size() - count, events.size());
  }

  private static List<ScriptEvent> read(byte[]... blobs) {
    List<ScriptEvent> events = new ArrayList<>();
    for (byte[] blob : blobs) {
      if (blob != null) {
        EndsAwaitingStart.read(blob, events::add);
      }
    }
    return events;
  }
}
