package dev.scriptanalytics.rollup;

import static org.apache.flink.util.Preconditions.checkArgument;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Keeps every cell as long as facts may arrive for it, and writes its row again after it changed.
 * Hour rows are made of the same cells.
 *
 * <p>{@link ChangedCells} decides which rows are written when, {@link Hours} knows the cells of
 * each hour, when they leave and which hour rows are stale, {@link NewDeploymentIds} holds rows
 * back. This operator keeps their state and Flink's lifecycle. Which cells have changed since they
 * were last written is state of its own, so that a restore finds the few without reading all cells.
 * A sink that flushes at each checkpoint thus has, or gets again, the fullest row of every cell.
 *
 * <p><b>Hour rows.</b> Readers take whole hours before the published hour from hour rows, and all
 * others from minute rows. So hours before {@code settled}, which is never before the published
 * hour, are written as soon as their minutes. Nobody reads the others yet: they are written once,
 * when they are an hour old. {@code settled} rises before a barrier, after the last stale hour
 * before it is written; {@link PublishSettled} publishes it when that checkpoint is complete. While
 * the published hour cannot be read, every hour is written as soon as its minutes.
 *
 * <p>Cells stay when input ends, because a job that was drained can be restored.
 */
public final class KeepCells extends AbstractStreamOperator<RollupRow>
    implements OneInputStreamOperator<FactBatch, RollupRow> {
  private static final long serialVersionUID = 2;

  private static final String NAME = "Keep cells";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "keep-cells";

  /** Rows of {@code run_rollups_hourly}. */
  public static final OutputTag<RollupRow> HOUR_ROWS =
      new OutputTag<>("hour-rows", RollupRowSerializer.TYPE);

  /** How far this instance has settled its hours, before each barrier. */
  public static final OutputTag<SettledProgress> SETTLED =
      new OutputTag<>("settled", SettledProgressSerializer.TYPE);

  /** How many cells have changed and wait to be written. */
  public static final String CHANGED_CELLS = "changedCells";

  /** How many cells are kept. */
  public static final String CELLS = "cells";

  /** Counts the minute rows that were written. */
  public static final String EMITTED_ROLLUPS = "emittedRollups";

  /** Counts the hour rows that were written. */
  public static final String EMITTED_HOUR_ROLLUPS = "emittedHourRollups";

  /** Counts facts that count under {@link HourCells#OTHER}: too many deployment ids. */
  public static final String OTHER_DEPLOYMENTS = "factsOfOtherDeployments";

  /** The hour before which hours are settled, in seconds since 1970. */
  public static final String SETTLED_HOUR = "settledHour";

  /** How many rows a step writes, unless cells would wait for too long. */
  private static final int ROWS_PER_STEP = 2_000;

  // How old an hour is when it settles, and when its hour rows are written at the latest.
  private static final Duration SETTLING = Duration.ofHours(1);
  // While the published hour is unknown.
  private static final long EVERY_HOUR = Long.MAX_VALUE;

  /** The cells. */
  static final ValueStateDescriptor<Cell> CELL =
      new ValueStateDescriptor<>("cell", CellSerializer.TYPE);

  /** There for each cell that has changed since its row was last written. */
  static final ValueStateDescriptor<Boolean> CHANGED =
      new ValueStateDescriptor<>("changed", BooleanSerializer.INSTANCE);

  /** The settled hour of each instance; after a restore the latest one counts. */
  private static final ListStateDescriptor<Long> SETTLED_STATE =
      new ListStateDescriptor<>("settled", LongSerializer.INSTANCE);

  private final RollupSettings settings;
  private final int rowsPerStep;
  private final PublishedHour publishedHour;
  private final boolean awaitsCheckpoints;

  private transient ValueState<Cell> cells;
  private transient ValueState<Boolean> changes;
  private transient ListState<Long> settledState;
  private transient ChangedCells changed;
  private transient Hours hours;
  private transient NewDeploymentIds newIds;
  private transient Pace pace;
  private transient long watermark;
  private transient long settled;
  private transient boolean knowsPublishedHour;
  private transient StreamRecord<RollupRow> record;
  private transient Counter emitted;
  private transient Counter emittedHours;
  private transient Counter otherDeployments;

  /**
   * Keeps the cells.
   *
   * @param rowsPerStep how many rows a step writes, unless cells would wait for too long
   * @param awaitsCheckpoints whether there are checkpoints, which rows of new ids wait for
   */
  KeepCells(
      RollupSettings settings,
      int rowsPerStep,
      PublishedHour publishedHour,
      boolean awaitsCheckpoints) {
    checkArgument(rowsPerStep > 0, "Rows per step must be at least 1, not %s.", rowsPerStep);
    this.settings = settings;
    this.rowsPerStep = rowsPerStep;
    this.publishedHour = publishedHour;
    this.awaitsCheckpoints = awaitsCheckpoints;
  }

  /** Keeps the cells of these batches, and gives their rows. */
  public static SingleOutputStreamOperator<RollupRow> on(
      DataStream<FactBatch> batches, RollupSettings settings, PublishedHour publishedHour) {
    boolean awaitsCheckpoints =
        batches.getExecutionEnvironment().getCheckpointConfig().isCheckpointingEnabled();
    return batches
        .keyBy(FactBatch::key, CellKeySerializer.TYPE)
        .transform(
            NAME,
            RollupRowSerializer.TYPE,
            new KeepCells(settings, ROWS_PER_STEP, publishedHour, awaitsCheckpoints))
        .uid(UID);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    settledState = context.getOperatorStateStore().getUnionListState(SETTLED_STATE);
    settled = 0;
    for (long ofInstance : settledState.get()) {
      settled = Math.max(settled, ofInstance);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    cells = getPartitionedState(CELL);
    changes = getPartitionedState(CHANGED);
    pace = new Pace(getProcessingTimeService(), settings.emitInterval(), this::step);
    record = new StreamRecord<>(null);
    watermark = Long.MIN_VALUE;
    changed = new ChangedCells(settings.emitInterval(), settings.coldEmitInterval(), rowsPerStep);
    changed.restore(keysOf(CHANGED), now());
    if (!changed.isEmpty()) {
      pace.request();
    }
    hours = new Hours(settings.arrivalGrace(), SETTLING);
    for (CellKey key : keysOf(CELL)) {
      HourCells hour = hours.of(key);
      hours.add(hour, key);
      // State does not say whether the hour row was written, and writing it again does no harm.
      hours.outdate(hour, key.deploymentId());
    }
    newIds = new NewDeploymentIds();
    readPublishedHour();
    emitted = getMetricGroup().counter(EMITTED_ROLLUPS);
    emittedHours = getMetricGroup().counter(EMITTED_HOUR_ROLLUPS);
    otherDeployments = getMetricGroup().counter(OTHER_DEPLOYMENTS);
    getMetricGroup().gauge(CELLS, (Gauge<Long>) hours::cells);
    getMetricGroup().gauge(CHANGED_CELLS, (Gauge<Integer>) changed::size);
    getMetricGroup().gauge(SETTLED_HOUR, (Gauge<Long>) () -> knowsPublishedHour ? settled : 0);
  }

  private List<CellKey> keysOf(ValueStateDescriptor<?> state) {
    try (Stream<CellKey> keys =
        this.<CellKey>getKeyedStateBackend().getKeys(state.getName(), VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  private void readPublishedHour() {
    try {
      settled = Math.max(settled, publishedHour.read());
      knowsPublishedHour = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn(
          "rollup_progress cannot be read now, and will be read before the next checkpoint; until"
              + " then hour rows are written as often as minute rows: {}",
          e.toString());
    }
  }

  private long now() {
    return getProcessingTimeService().getCurrentProcessingTime();
  }

  @Override
  public void processElement(StreamRecord<FactBatch> element) throws Exception {
    FactBatch batch = element.getValue();
    CellKey key = batch.key();
    if (!key.deploymentId().isEmpty()
        && !hours.of(key).admits(key.deploymentId(), settings.maxDeploymentIds())) {
      key = key.withDeploymentId(HourCells.OTHER);
      setCurrentKey(key);
      otherDeployments.inc(batch.facts());
    }
    Cell cell = cells.value();
    HourCells hour;
    if (cell == null) {
      cell = new Cell();
      hour = hours.of(key);
      if (awaitsCheckpoints && hour.isNew(key.deploymentId())) {
        newIds.add(hour, key.deploymentId());
      }
      hours.add(hour, key);
      cell.setHour(hour);
    } else {
      hour = hourOf(cell, key);
    }
    cell.add(batch);
    cells.update(cell);
    hours.outdate(hour, key.deploymentId());
    if (!hour.isConfirmed(key.deploymentId())) {
      changes.update(true);
    } else if (changed.add(key, now())) {
      changes.update(true);
      pace.request();
    }
  }

  /** The hour of a cell. Cells that stay on the heap know it, which saves a look-up per batch. */
  private HourCells hourOf(Cell cell, CellKey key) {
    if (cell.hour() == null) {
      cell.setHour(hours.of(key));
    }
    return cell.hour();
  }

  private void step() throws Exception {
    write(changed.beginStep(now()));
    if (!changed.isEmpty()) {
      pace.request();
    }
  }

  private void write(int rows) throws Exception {
    for (int i = 0; i < rows; i++) {
      CellKey key = changed.takeOldest();
      setCurrentKey(key);
      write(key);
    }
    writeHoursBefore(knowsPublishedHour ? settled : EVERY_HOUR);
  }

  /** Writes the row of the current key's cell. */
  private void write(CellKey key) throws Exception {
    output.collect(record.replace(cells.value().row(key)));
    changes.clear();
    emitted.inc();
  }

  private void writeHoursBefore(long end) throws Exception {
    for (HourCells hour : hours.takeStaleBefore(end)) {
      writeHour(hour);
    }
  }

  /** Writes the stale hour rows of an hour. */
  private void writeHour(HourCells hour) throws Exception {
    for (String id : hours.takeStale(hour)) {
      RollupRow.Counts counts = null;
      List<Digest> digests = new ArrayList<>();
      for (CellKey key : hour.cells(id)) {
        setCurrentKey(key);
        Cell cell = cells.value();
        counts = counts == null ? cell.counts(key) : counts.plus(cell.counts(key));
        digests.add(cell.digest());
      }
      CellKey key = hour.key().withDeploymentId(id);
      output.collect(
          HOUR_ROWS, record.replace(Cell.row(key, hour.hour(), counts, Digest.fold(digests))));
      emittedHours.inc();
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      // It says that nothing follows, not that every hour is over: no cell leaves.
      output.emitWatermark(mark);
      return;
    }
    watermark = mark.getTimestamp();
    for (HourCells hour : hours.takeSettling(watermark)) {
      writeHour(hour);
    }
    leave();
    super.processWatermark(mark);
  }

  private void leave() throws Exception {
    for (HourCells hour : hours.takeLeaving(watermark)) {
      for (CellKey key : hour.cells()) {
        setCurrentKey(key);
        if (changed.remove(key)) {
          write(key);
        }
      }
      writeHour(hour);
      for (CellKey key : hour.cells()) {
        setCurrentKey(key);
        cells.clear();
      }
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    newIds.barrier(checkpointId);
    if (!knowsPublishedHour) {
      readPublishedHour();
    }
    if (knowsPublishedHour) {
      long settling = SETTLING.plus(HourCalendar.SPREAD).toMillis();
      settled = Math.max(settled, ArrivalHour.oldest(watermark, settling));
      writeHoursBefore(settled);
      int instances = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
      int instance = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      output.collect(
          SETTLED, new StreamRecord<>(new SettledProgress(instance, instances, settled)));
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    settledState.update(List.of(settled));
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    for (CellKey key : newIds.confirm(checkpointId)) {
      changed.add(key, now());
      pace.request();
    }
    leave();
  }

  @Override
  public void finish() throws Exception {
    newIds.confirm(Long.MAX_VALUE).forEach(key -> changed.add(key, now()));
    write(changed.size());
    super.finish();
  }
}
