package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.ARRIVAL;
import static dev.scriptanalytics.rollup.SampleFacts.KEY;
import static dev.scriptanalytics.rollup.SampleFacts.MINUTE;
import static dev.scriptanalytics.rollup.SampleFacts.SCRIPT;
import static dev.scriptanalytics.rollup.SampleFacts.batch;
import static dev.scriptanalytics.rollup.SampleFacts.keyOf;
import static dev.scriptanalytics.rollup.SampleFacts.millis;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeepCellsTest {
  private static final long START = millis(10 * 60);
  private static final int ROWS_PER_STEP = 10;

  /** When the hour of {@link SampleFacts#KEY} is over, and the last cell has had time to leave. */
  private static final long GONE = millis(2 * 3600) + HourCalendar.SPREAD.toMillis();

  /** What readers take as the settled hour; static, since operators are serialized. */
  private static final AtomicLong PUBLISHED = new AtomicLong();

  private InterceptingOperatorMetricGroup metrics;
  private KeyedOneInputStreamOperatorTestHarness<CellKey, FactBatch, RollupRow> harness;

  @BeforeEach
  void open() throws Exception {
    PUBLISHED.set(0);
    open(null);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void writesWhatItKnowsOfACell() throws Exception {
    FactBatch batch = batch(KEY, 30, 10, 20.5);
    batch.count(Fact.Kind.SEEN, Double.NaN);
    batch.count(Fact.Kind.FAILED, Double.NaN);
    send(batch);
    send(batch(KEY, 40));
    harness.setProcessingTime(START + 100);

    RollupRow row = rows().get(0);
    assertThat(row.script()).isEqualTo(SCRIPT);
    assertThat(row.deploymentVersion()).isEqualTo(3);
    assertThat(row.start()).isEqualTo(MINUTE);
    assertThat(row.arrival()).isEqualTo(ARRIVAL);
    assertThat(row.counts().facts()).isEqualTo(6);
    assertThat(row.counts().seen()).isEqualTo(1);
    assertThat(row.counts().succeeded()).isEqualTo(4);
    assertThat(row.counts().failed()).isEqualTo(1);
    assertThat(row.counts().responseTimeSum()).isEqualTo(100.5);
    assertThat(row.counts().responseTimeMin()).isEqualTo(10);
    assertThat(row.counts().responseTimeMax()).isEqualTo(40);
    assertThat(row.means()).containsExactlyInAnyOrder(10, 20.5f, 30, 40);
    assertThat(row.weights()).containsExactly(1, 1, 1, 1);
  }

  @Test
  void writesACellWithoutResponseTimes() throws Exception {
    FactBatch batch = batch(KEY);
    batch.count(Fact.Kind.FAILED, Double.NaN);
    send(batch);
    harness.setProcessingTime(START + 100);

    RollupRow row = rows().get(0);
    assertThat(row.counts().failed()).isEqualTo(1);
    assertThat(row.counts().responseTimeSum()).isZero();
    assertThat(row.counts().responseTimeMin()).isNaN();
    assertThat(row.counts().responseTimeMax()).isNaN();
    assertThat(row.means()).isEmpty();
  }

  @Test
  void writesACellWithinATenthOfTheIntervalAfterAPauseAndThenAfterTheInterval() throws Exception {
    send(batch(KEY, 1));
    harness.setProcessingTime(START + 99);
    assertThat(rows()).isEmpty();
    harness.setProcessingTime(START + 100);
    assertThat(rows()).extracting(row -> row.counts().facts()).containsExactly(1L);

    send(batch(KEY, 2));
    harness.setProcessingTime(START + 1_099);
    assertThat(rows()).hasSize(1);
    send(batch(KEY, 3));
    harness.setProcessingTime(START + 1_100);
    assertThat(rows()).extracting(row -> row.counts().facts()).containsExactly(1L, 3L);
  }

  @Test
  void writesNothingAndSetsNoTimerWhileNothingChanges() throws Exception {
    send(batch(KEY, 1));
    harness.setProcessingTime(START + 100);
    assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();

    harness.setProcessingTime(START + 60_000);

    assertThat(rows()).hasSize(1);
  }

  @Test
  void writesTheCellsThatHaveWaitedLongestFirst() throws Exception {
    List<CellKey> keys = keys(3 * ROWS_PER_STEP);
    for (CellKey key : keys) {
      send(batch(key, 1));
    }
    harness.setProcessingTime(START + 100);
    assertThat(writtenKeys()).isEqualTo(keys.subList(0, ROWS_PER_STEP));

    List<CellKey> expected = new ArrayList<>(keys);
    for (int step = 1; step <= 3; step++) {
      sendMany(keys.get(0));
      harness.setProcessingTime(START + 100 + step * 1_000L);
    }
    expected.add(keys.get(0));
    assertThat(writtenKeys()).isEqualTo(expected);
  }

  @Test
  void writesAllThatWaitsWhenLittleComesAnyMore() throws Exception {
    List<CellKey> keys = keys(1_000);
    for (CellKey key : keys) {
      send(batch(key, 1));
    }
    // A thousand, 125 and 15 count as busy: a pause is not yet the end.
    for (int step = 0; step < 3; step++) {
      harness.setProcessingTime(START + 100 + step * 1_000L);
    }
    assertThat(rows()).hasSizeLessThan(500);

    harness.setProcessingTime(START + 3_100);

    assertThat(writtenKeys()).isEqualTo(keys);
  }

  @Test
  void letsNoCellWaitForLongerThanTheColdIntervalAndWritesNoMoreAtOnceThanThatTakes()
      throws Exception {
    List<CellKey> keys = keys(1_000);
    for (CellKey key : keys) {
      send(batch(key, 1));
    }
    int before = 0;
    for (int step = 0; step < 10; step++) {
      sendMany(keys.get(0));
      harness.setProcessingTime(START + 100 + step * 1_000L);
      assertThat(rows().size() - before).isLessThanOrEqualTo(112);
      before = rows().size();
    }

    assertThat(writtenKeys()).containsOnlyOnceElementsOf(keys.subList(1, keys.size()));
  }

  @Test
  void rewritesBusyCellsOnceInTheColdInterval() throws Exception {
    List<CellKey> keys = keys(1_000);
    for (int second = 0; second < 60; second++) {
      for (CellKey key : keys) {
        send(batch(key, second));
      }
      harness.setProcessingTime(START + second * 1_000L + 500);
    }

    assertThat(rows().size()).isBetween(5_500, 7_500);
  }

  @Test
  void writesEverythingWhenInputEndsAndKeepsItsCells() throws Exception {
    for (CellKey key : keys(25)) {
      send(batch(key, 1));
    }
    harness.processWatermark(Watermark.MAX_WATERMARK);
    harness.getOperator().finish();

    assertThat(rows()).hasSize(25);
    assertThat(cells()).isEqualTo(25);
    assertThat(harness.getOutput()).contains(Watermark.MAX_WATERMARK);
  }

  @Test
  void goesOnCountingAfterARestore() throws Exception {
    send(batch(KEY, 1, 2));
    harness.setProcessingTime(START + 100);
    restore(harness.snapshot(1, START));

    send(batch(KEY, 3));
    harness.setProcessingTime(START + 100);

    assertThat(rows()).extracting(row -> row.counts().facts()).containsExactly(3L);
    assertThat(rows().get(0).means()).containsExactly(1, 2, 3);
  }

  @Test
  void writesAgainAfterARestoreWhatHadChangedAndNothingElse() throws Exception {
    send(batch(keyOf("Written"), 1));
    harness.setProcessingTime(START + 100);
    send(batch(keyOf("Changed"), 1));
    restore(harness.snapshot(1, START));

    harness.setProcessingTime(START + 60_000);

    assertThat(writtenKeys()).containsExactly(keyOf("Changed"));
  }

  @Test
  void letsACellLeaveWhenItsHourIsOver() throws Exception {
    send(batch(KEY, 1));
    harness.setProcessingTime(START + 100);
    harness.processWatermark(millis(2 * 3600) - 1);
    assertThat(cells()).isEqualTo(1);

    harness.processWatermark(GONE);

    assertThat(rows()).hasSize(1);
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void writesACellThatHasChangedBeforeItLeaves() throws Exception {
    send(batch(KEY, 1));

    harness.processWatermark(GONE);

    assertThat(rows()).extracting(row -> row.counts().facts()).containsExactly(1L);
    assertThat(harness.numKeyedStateEntries()).isZero();
    harness.setProcessingTime(START + 60_000);
    assertThat(rows()).hasSize(1);
  }

  @Test
  void letsTheCellsOfAnHourLeaveOneAfterTheOther() throws Exception {
    for (CellKey key : keys(1_000)) {
      send(batch(key, 1));
    }
    harness.processWatermark(millis(2 * 3600) + HourCalendar.SPREAD.toMillis() / 2);

    assertThat(cells()).isBetween(400, 600);
    int half = cells();
    harness.processWatermark(
        millis(2 * 3600) + HourCalendar.SPREAD.toMillis() / 2 + Duration.ofSeconds(20).toMillis());
    assertThat(half - cells()).isBetween(5, 100);
  }

  @Test
  void keepsNothingElseOfACellThatIsWritten() throws Exception {
    for (int i = 0; i < 3; i++) {
      send(batch(KEY, i));
      send(batch(keyOf("Other"), i));
    }
    assertThat(harness.numKeyedStateEntries()).isEqualTo(4);

    harness.setProcessingTime(START + 100);

    assertThat(harness.numEventTimeTimers()).isZero();
    assertThat(harness.numKeyedStateEntries()).isEqualTo(2);
  }

  @Test
  void letsRestoredCellsLeaveToo() throws Exception {
    for (CellKey key : keys(100)) {
      send(batch(key, 1));
    }
    harness.setProcessingTime(START + 100);
    int written = rows().size();
    restore(harness.snapshot(1, START));

    harness.processWatermark(GONE);

    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(rows()).hasSize(100 - written);
  }

  @Test
  void writesSoonThoughTheClockWasSetBack() throws Exception {
    send(batch(KEY, 1));
    harness.setProcessingTime(START + 100);
    harness.getProcessingTimeService().setCurrentTime(START - 86_400_000);
    send(batch(KEY, 2));

    harness.setProcessingTime(START - 86_400_000 + 1_000);

    assertThat(rows()).extracting(row -> row.counts().facts()).containsExactly(1L, 2L);
  }

  @Test
  void tellsHowManyCellsItKeepsAlsoAfterARestoreAndHowManyRowsItWrote() throws Exception {
    for (CellKey key : keys(3)) {
      send(batch(key, 1));
      send(batch(key, 2));
    }
    harness.setProcessingTime(START + 100);
    assertThat(gauge(KeepCells.CELLS)).isEqualTo(3L);
    assertThat(gauge(KeepCells.CHANGED_CELLS)).isEqualTo(0);
    assertThat(((Counter) metrics.get(KeepCells.EMITTED_ROLLUPS)).getCount()).isEqualTo(3);

    restore(harness.snapshot(1, START));
    send(batch(KEY, 1));
    assertThat(gauge(KeepCells.CELLS)).isEqualTo(4L);
    assertThat(gauge(KeepCells.CHANGED_CELLS)).isEqualTo(1);

    harness.processWatermark(GONE);
    assertThat(gauge(KeepCells.CELLS)).isEqualTo(0L);
    assertThat(((Counter) metrics.get(KeepCells.EMITTED_ROLLUPS)).getCount()).isOne();
  }

  @Test
  void writesAnHourOnceWhenItIsAnHourOld() throws Exception {
    send(batch(KEY, 1, 2));
    send(batch(inMinute(8), 3));
    harness.setProcessingTime(START + 100);
    assertThat(hourRows()).isEmpty();

    harness.processWatermark(GONE);

    assertThat(hourRows()).hasSize(1);
    RollupRow hour = hourRows().get(0);
    assertThat(hour.start()).isEqualTo(ARRIVAL);
    assertThat(hour.counts().firstMinute()).isEqualTo(MINUTE);
    assertThat(hour.counts().lastMinute()).isEqualTo(MINUTE + 60);
    assertThat(hour.counts().facts()).isEqualTo(3);
    assertThat(hour.means()).containsExactly(1, 2, 3);
  }

  @Test
  void writesASettledHourWithEachOfItsMinutes() throws Exception {
    PUBLISHED.set(ARRIVAL + 3600);
    close();
    open(null);
    send(batch(KEY, 1));
    harness.setProcessingTime(START + 100);
    send(batch(inMinute(8), 2));
    harness.setProcessingTime(START + 1_100);

    assertThat(hourRows()).extracting(row -> row.counts().facts()).containsExactly(1L, 2L);
  }

  @Test
  void settlesAnHourBeforeTheBarrierAfterItsLastRow() throws Exception {
    CellKey late = new CellKey(SCRIPT, 3, "", MINUTE, ARRIVAL + 3600);
    send(batch(late, 1));
    harness.processWatermark(GONE - 1);
    harness.prepareSnapshotPreBarrier(1);
    assertThat(settled()).isEqualTo(ARRIVAL);
    assertThat(hourRows()).isEmpty();

    harness.processWatermark(GONE);
    harness.prepareSnapshotPreBarrier(2);

    assertThat(settled()).isEqualTo(ARRIVAL + 3600);
    assertThat(hourRows()).extracting(row -> row.counts().facts()).containsExactly(1L);
  }

  @Test
  void neverSettlesBeforeWhatIsPublished() throws Exception {
    PUBLISHED.set(ARRIVAL + 36_000);
    close();
    open(null);

    harness.prepareSnapshotPreBarrier(1);

    assertThat(settled()).isEqualTo(ARRIVAL + 36_000);
  }

  @Test
  void countsFurtherDeploymentIdsTogether() throws Exception {
    for (int id = 0; id < 5; id++) {
      send(batch(withId("id " + id), id));
    }
    completeCheckpoint();
    harness.setProcessingTime(START + 100);

    assertThat(rows())
        .extracting(RollupRow::deploymentId)
        .containsExactlyInAnyOrder("id 0", "id 1", "id 2", "other");
    assertThat(rows())
        .extracting(row -> row.counts().facts())
        .containsExactlyInAnyOrder(1L, 1L, 1L, 2L);
    assertThat(((Counter) metrics.get(KeepCells.OTHER_DEPLOYMENTS)).getCount()).isEqualTo(2);
  }

  @Test
  void holdsTheRowsOfANewDeploymentIdBackUntilACheckpointHasIt() throws Exception {
    send(batch(withId("new"), 1));
    harness.setProcessingTime(START + 100);
    harness.processWatermark(GONE);
    assertThat(rows()).isEmpty();
    assertThat(hourRows()).isEmpty();

    completeCheckpoint();

    assertThat(rows()).extracting(RollupRow::deploymentId).containsExactly("new");
    assertThat(hourRows()).extracting(RollupRow::deploymentId).containsExactly("new");
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  private void completeCheckpoint() throws Exception {
    harness.prepareSnapshotPreBarrier(1);
    harness.snapshot(1, START);
    harness.notifyOfCompletedCheckpoint(1);
  }

  private static CellKey inMinute(int minute) {
    return new CellKey(SCRIPT, 3, "", ARRIVAL + minute * 60L, ARRIVAL);
  }

  private static CellKey withId(String id) {
    return new CellKey(SCRIPT, 0, id, MINUTE, ARRIVAL);
  }

  private List<RollupRow> hourRows() {
    return valuesOf(harness.getSideOutput(KeepCells.HOUR_ROWS));
  }

  /** The settled hour that was reported last. */
  private long settled() {
    List<SettledProgress> reports = valuesOf(harness.getSideOutput(KeepCells.SETTLED));
    return reports.get(reports.size() - 1).settled();
  }

  private static <T> List<T> valuesOf(Queue<StreamRecord<T>> output) {
    return output == null ? List.of() : output.stream().map(StreamRecord::getValue).toList();
  }

  private Object gauge(String name) {
    return ((Gauge<?>) metrics.get(name)).getValue();
  }

  private void open(OperatorSubtaskState state) throws Exception {
    KeepCells operator = new KeepCells(SampleFacts.SETTINGS, ROWS_PER_STEP, PUBLISHED::get, true);
    metrics = new InterceptingOperatorMetricGroup();
    MockEnvironment environment =
        MockEnvironment.builder()
            .setMetricGroup(
                new InterceptingTaskMetricGroup() {
                  @Override
                  public InternalOperatorMetricGroup getOrAddOperator(
                      OperatorID id, String name, Map<String, String> variables) {
                    return metrics;
                  }
                })
            .build();
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            operator, FactBatch::key, CellKeySerializer.TYPE, environment);
    harness.setProcessingTime(START);
    harness.setup(RollupRowSerializer.TYPE.createSerializer(null));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  private void restore(OperatorSubtaskState state) throws Exception {
    close();
    open(state);
  }

  private void send(FactBatch batch) throws Exception {
    harness.processElement(new StreamRecord<>(batch));
  }

  /** As many batches as come in a busy step. */
  private void sendMany(CellKey key) throws Exception {
    for (int i = 0; i <= ROWS_PER_STEP; i++) {
      send(batch(key, 1));
    }
  }

  private List<RollupRow> rows() {
    return harness.extractOutputValues();
  }

  private List<CellKey> writtenKeys() {
    return rows().stream()
        .map(
            row ->
                new CellKey(
                    row.script(),
                    row.deploymentVersion(),
                    row.deploymentId(),
                    row.start(),
                    row.arrival()))
        .toList();
  }

  /** How many cells are in state: those that wait to be written are marked there a second time. */
  private int cells() {
    return harness.numKeyedStateEntries() - (int) gauge(KeepCells.CHANGED_CELLS);
  }

  private static List<CellKey> keys(int count) {
    List<CellKey> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(keyOf("Script" + i));
    }
    return keys;
  }
}
