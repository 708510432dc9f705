package dev.scriptanalytics.track;

import static dev.scriptanalytics.event.RunStatus.SUCCESS;
import static dev.scriptanalytics.track.FinishedRuns.Ending.WITHOUT_START;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.junit.jupiter.api.Test;

class FinishedRunsLogTest {
  private static final int HOUR = 498_226;
  private static final int MAX_BLOB_BYTES = 4 << 20;

  private final FinishedRuns runs = emptyTable();
  private final MapOfBlobs state = new MapOfBlobs();
  private FinishedRunsLog log = new FinishedRunsLog();
  private int finished;

  @Test
  void readsBackTheRunsOfEveryHourInTheOrderOfTheirWriting() throws Exception {
    append(HOUR, 100);
    append(HOUR, 10);
    append(HOUR + 1, 50);
    runs.setStartSeen(find(runs, 0), Deployments.UNKNOWN);
    appendChanges();

    FinishedRuns read = read();

    assertThat(state.blobs).hasSizeGreaterThan(1);
    assertThat(read.size()).isEqualTo(160);
    for (int run = 0; run < 160; run++) {
      int slot = find(read, run);
      assertThat(slot).isNotEqualTo(FinishedRuns.NONE);
      assertThat(read.fingerprint(slot)).isEqualTo(run);
      assertThat(read.startSeen(slot)).isEqualTo(run == 0);
    }
  }

  @Test
  void absorbsEarlierBlobsOfAtMostTwiceTheSize() throws Exception {
    append(HOUR, 100);
    append(HOUR, 10);
    assertThat(state.blobs).hasSize(2);

    // Absorbs the 10 runs, and is then less than half as large as the 100.
    append(HOUR, 30);
    assertThat(state.blobs).hasSize(2);

    // Absorbs these 40 and, being 100 then, the others as well.
    append(HOUR, 60);
    assertThat(state.blobs).hasSize(1);
    assertThat(read().size()).isEqualTo(200);
  }

  @Test
  void leavesFewBlobsOfManyCheckpointsAndRewritesEachByteFewTimes() throws Exception {
    for (int checkpoint = 0; checkpoint < 1000; checkpoint++) {
      append(HOUR, 1 + checkpoint % 17);
    }

    assertThat(state.blobs).hasSizeLessThanOrEqualTo(11);
    assertThat(state.bytesWritten).isLessThan(11 * state.bytes());
    assertThat(read().size()).isEqualTo(finished);
  }

  @Test
  void keepsHoursApart() throws Exception {
    append(HOUR, 10);
    append(HOUR + 1, 10);
    append(HOUR, 10);

    assertThat(state.blobs).hasSize(2);
    assertThat(read().size()).isEqualTo(30);
  }

  @Test
  void absorbsNothingThatMakesABlobLargerThanFourMegabytes() throws Exception {
    for (int checkpoint = 0; checkpoint < 10; checkpoint++) {
      append(HOUR, 60_000);
    }

    assertThat(state.blobs.values())
        .hasSizeGreaterThan(1)
        .allSatisfy(blob -> assertThat(blob).hasSizeLessThanOrEqualTo(MAX_BLOB_BYTES));
    assertThat(read().size()).isEqualTo(600_000);
  }

  @Test
  void writesABlobThatIsTooLargeByItselfAndLeavesItAlone() throws Exception {
    append(HOUR, 400_000);
    byte[] large = state.blobs.values().iterator().next();
    assertThat(large).hasSizeGreaterThan(MAX_BLOB_BYTES);

    append(HOUR, 300_000);

    assertThat(state.blobs).hasSize(2).containsValue(large);
  }

  @Test
  void forgetsTheBlobsOfEarlierHours() throws Exception {
    append(HOUR, 100);
    append(HOUR, 10);
    append(HOUR + 1, 20);
    append(HOUR + 2, 30);
    assertThat(log.reachesBefore(HOUR)).isFalse();
    assertThat(log.reachesBefore(HOUR + 1)).isTrue();

    log.forgetBefore(HOUR + 2, state);

    assertThat(log.reachesBefore(HOUR + 2)).isFalse();
    assertThat(state.blobs).hasSize(1);
    assertThat(read().size()).isEqualTo(30);
  }

  @Test
  void goesOnWithTheBlobsThatItHasRead() throws Exception {
    append(HOUR, 10);
    append(HOUR + 1, 10);
    log = new FinishedRunsLog();
    log.readInto(emptyTable(), state);

    append(HOUR + 1, 20);
    assertThat(state.blobs).hasSize(2);
    log.forgetBefore(HOUR + 1, state);

    assertThat(state.blobs).hasSize(1);
    assertThat(read().size()).isEqualTo(30);
  }

  @Test
  void hasNothingToForgetAtFirst() throws Exception {
    assertThat(log.reachesBefore(Integer.MAX_VALUE)).isFalse();
    log.forgetBefore(Integer.MAX_VALUE, state);
    assertThat(read().size()).isZero();
  }

  /** Finishes more runs in an hour and writes them, as a checkpoint does. */
  private void append(int hour, int count) throws Exception {
    long finishedAt = Duration.ofHours(hour).toMillis();
    for (int i = 0; i < count; i++) {
      int run = finished++;
      runs.add(
          high(run),
          low(run),
          finishedAt,
          SUCCESS,
          WITHOUT_START,
          finishedAt,
          run,
          Deployments.UNKNOWN);
    }
    appendChanges();
  }

  private void appendChanges() throws Exception {
    for (Map.Entry<Integer, byte[]> changes : runs.takeChanges().entrySet()) {
      log.append(changes.getKey(), changes.getValue(), state);
    }
  }

  private FinishedRuns read() throws Exception {
    FinishedRuns read = emptyTable();
    new FinishedRunsLog().readInto(read, state);
    return read;
  }

  private static FinishedRuns emptyTable() {
    return new FinishedRuns(new Deployments(1000));
  }

  private static int find(FinishedRuns runs, int run) {
    return runs.find(high(run), low(run));
  }

  private static long high(int run) {
    return (run + 1) * 0x9E37_79B9_7F4A_7C15L;
  }

  private static long low(int run) {
    return (long) run << Integer.SIZE;
  }

  /** Keyed state of the one key group. */
  private static final class MapOfBlobs implements MapState<Long, byte[]> {
    private final Map<Long, byte[]> blobs = new HashMap<>();
    private long bytesWritten;

    long bytes() {
      return blobs.values().stream().mapToLong(blob -> blob.length).sum();
    }

    @Override
    public byte[] get(Long key) {
      return blobs.get(key);
    }

    @Override
    public void put(Long key, byte[] blob) {
      blobs.put(key, blob);
      bytesWritten += blob.length;
    }

    @Override
    public void putAll(Map<Long, byte[]> more) {
      more.forEach(this::put);
    }

    @Override
    public void remove(Long key) {
      blobs.remove(key);
    }

    @Override
    public boolean contains(Long key) {
      return blobs.containsKey(key);
    }

    // Copies, since state may be changed while it is read.
    @Override
    public Iterable<Map.Entry<Long, byte[]>> entries() {
      return List.copyOf(blobs.entrySet());
    }

    @Override
    public Iterable<Long> keys() {
      return List.copyOf(blobs.keySet());
    }

    @Override
    public Iterable<byte[]> values() {
      return List.copyOf(blobs.values());
    }

    @Override
    public Iterator<Map.Entry<Long, byte[]>> iterator() {
      return entries().iterator();
    }

    @Override
    public boolean isEmpty() {
      return blobs.isEmpty();
    }

    @Override
    public void clear() {
      blobs.clear();
    }
  }
}
