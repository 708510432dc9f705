package dev.scriptanalytics.rollup;

import static org.apache.flink.util.Preconditions.checkArgument;

import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Keeps every cell as long as facts may come for it, and writes its row again after it changed.
 *
 * <p>{@link ChangedCells} decides which rows are written when, {@link LeavingCells} when cells
 * leave. This operator keeps their state and Flink's lifecycle. Which cells have changed since they
 * were last written is state of its own, so that a restore finds the few without reading all cells.
 * A sink that flushes at each checkpoint thus has, or gets again, the fullest row of every cell.
 *
 * <p>Cells stay when input ends, because a job that was drained can be restored.
 */
public final class KeepCells extends AbstractStreamOperator<RollupRow>
    implements OneInputStreamOperator<FactBatch, RollupRow> {
  private static final long serialVersionUID = 1;

  private static final String NAME = "Keep cells";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "keep-cells";

  /** How many cells have changed and wait to be written. */
  public static final String CHANGED_CELLS = "changedCells";

  /** How many cells are kept. */
  public static final String CELLS = "cells";

  /** Counts the rows that were written. */
  public static final String EMITTED_ROLLUPS = "emittedRollups";

  /** How many rows a step writes, unless cells would wait for too long. */
  private static final int ROWS_PER_STEP = 2_000;

  /** The cells. */
  static final ValueStateDescriptor<Cell> CELL =
      new ValueStateDescriptor<>("cell", CellSerializer.TYPE);

  /** There for each cell that has changed since its row was last written. */
  static final ValueStateDescriptor<Boolean> CHANGED =
      new ValueStateDescriptor<>("changed", BooleanSerializer.INSTANCE);

  private final RollupSettings settings;
  private final int rowsPerStep;

  private transient ValueState<Cell> cells;
  private transient ValueState<Boolean> changes;
  private transient ChangedCells changed;
  private transient LeavingCells leaving;
  private transient Pace pace;
  private transient StreamRecord<RollupRow> record;
  private transient Counter emitted;

  /**
   * Keeps the cells.
   *
   * @param rowsPerStep how many rows a step writes, unless cells would wait for too long
   */
  KeepCells(RollupSettings settings, int rowsPerStep) {
    checkArgument(rowsPerStep > 0, "Rows per step must be at least 1, not %s.", rowsPerStep);
    this.settings = settings;
    this.rowsPerStep = rowsPerStep;
  }

  /** Keeps the cells of these batches, and gives their rows. */
  public static SingleOutputStreamOperator<RollupRow> on(
      DataStream<FactBatch> batches, RollupSettings settings) {
    return batches
        .keyBy(FactBatch::key, CellKeySerializer.TYPE)
        .transform(NAME, RollupRowSerializer.TYPE, new KeepCells(settings, ROWS_PER_STEP))
        .uid(UID);
  }

  @Override
  public void open() throws Exception {
    super.open();
    cells = getPartitionedState(CELL);
    changes = getPartitionedState(CHANGED);
    pace = new Pace(getProcessingTimeService(), settings.emitInterval(), this::step);
    record = new StreamRecord<>(null);
    changed = new ChangedCells(settings.emitInterval(), settings.coldEmitInterval(), rowsPerStep);
    changed.restore(keysOf(CHANGED), now());
    if (!changed.isEmpty()) {
      pace.request();
    }
    leaving = new LeavingCells(settings.arrivalGrace());
    keysOf(CELL).forEach(leaving::add);
    emitted = getMetricGroup().counter(EMITTED_ROLLUPS);
    getMetricGroup().gauge(CELLS, (Gauge<Long>) leaving::size);
    getMetricGroup().gauge(CHANGED_CELLS, (Gauge<Integer>) changed::size);
  }

  private List<CellKey> keysOf(ValueStateDescriptor<?> state) {
    try (Stream<CellKey> keys =
        this.<CellKey>getKeyedStateBackend().getKeys(state.getName(), VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  private long now() {
    return getProcessingTimeService().getCurrentProcessingTime();
  }

  @Override
  public void processElement(StreamRecord<FactBatch> element) throws Exception {
    FactBatch batch = element.getValue();
    CellKey key = batch.key();
    Cell cell = cells.value();
    if (cell == null) {
      cell = new Cell();
      leaving.add(key);
    }
    cell.add(batch);
    cells.update(cell);
    if (changed.add(key, now())) {
      changes.update(true);
      pace.request();
    }
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
  }

  /** Writes the row of the current key's cell. */
  private void write(CellKey key) throws Exception {
    output.collect(record.replace(cells.value().row(key)));
    changes.clear();
    emitted.inc();
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      // It says that nothing follows, not that every hour is over: no cell leaves.
      output.emitWatermark(mark);
      return;
    }
    List<CellKey> due = leaving.takeDue(mark.getTimestamp());
    while (!due.isEmpty()) {
      for (CellKey key : due) {
        setCurrentKey(key);
        if (changed.remove(key)) {
          write(key);
        }
        cells.clear();
      }
      due = leaving.takeDue(mark.getTimestamp());
    }
    super.processWatermark(mark);
  }

  @Override
  public void finish() throws Exception {
    write(changed.size());
    super.finish();
  }
}
