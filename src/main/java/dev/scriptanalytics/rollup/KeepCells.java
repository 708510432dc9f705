package dev.scriptanalytics.rollup;

import static org.apache.flink.util.Preconditions.checkArgument;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Keeps every cell as long as facts may come for it, and writes its row again after it changed.
 *
 * <p>Rows go out in steps, at most one in an emit interval, those first that have waited longest. A
 * step writes up to a given number of rows, or more where that is needed so that none waits for
 * longer than the cold interval: then just as many in each step as it takes. So a quiet system
 * shows what happened within a second, and one with 100,000 busy scripts rewrites each cell every
 * ten.
 *
 * <p>Which cells have changed since they were last written is state too, apart from the cells, so
 * that a restore finds the few that have without reading all. A sink that flushes at each
 * checkpoint thus has, or will get again, the fullest row of every cell.
 *
 * <p>A cell leaves when the watermark says that its arrival hour is over, spread over the {@link
 * #LEAVING} that follow: a hundred thousand scripts make millions of cells an hour, and all at once
 * they would hold up everything behind them. Cells stay when input ends, because a job that was
 * drained can be restored.
 */
public final class KeepCells extends AbstractStreamOperator<RollupRow>
    implements OneInputStreamOperator<FactBatch, RollupRow>, Triggerable<CellKey, VoidNamespace> {
  private static final long serialVersionUID = 1;

  /** The operator's name. */
  public static final String NAME = "Keep cells";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  public static final String UID = "keep-cells";

  /** How many cells have changed and wait to be written. */
  public static final String CHANGED_CELLS = "changedCells";

  /** How many cells are kept. */
  public static final String CELLS = "cells";

  /** Counts the rows that were written. */
  public static final String EMITTED_ROLLUPS = "emittedRollups";

  /** How many rows a step writes, unless cells would wait for too long. */
  public static final int ROWS_PER_STEP = 2_000;

  /** Over how long the cells of an hour leave, in watermark time. */
  static final Duration LEAVING = Duration.ofMinutes(10);

  /** The cells. */
  static final ValueStateDescriptor<Cell> CELL = new ValueStateDescriptor<>("cell", Cell.TYPE);

  /** There for each cell that has changed since its row was last written. */
  static final ValueStateDescriptor<Boolean> CHANGED =
      new ValueStateDescriptor<>("changed", BooleanSerializer.INSTANCE);

  /** The timers by which cells leave. */
  static final String TIMERS = "leaving";

  private final Duration emitInterval;
  private final long coldEmitInterval;
  private final int rowsPerStep;
  private final long grace;

  private transient ValueState<Cell> cells;
  private transient ValueState<Boolean> changes;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient Map<CellKey, Long> changedAt;
  private transient Pace pace;
  private transient StreamRecord<RollupRow> record;
  private transient long kept;
  private transient Counter emitted;

  /**
   * @param emitInterval how long it takes at least until a row is written again: {@code
   *     rollup.emit-interval}
   * @param coldEmitInterval how long a change waits at most: {@code rollup.cold-emit-interval}
   * @param rowsPerStep how many rows a step writes, unless cells would wait for too long
   * @param arrivalGrace how long after its end an arrival hour is over: {@code
   *     rollup.arrival-grace}, the same as that of {@link AggregateFacts}
   */
  public KeepCells(
      Duration emitInterval, Duration coldEmitInterval, int rowsPerStep, Duration arrivalGrace) {
    checkArgument(
        emitInterval.toMillis() > 0, "The interval must be at least 1 ms, not %s.", emitInterval);
    checkArgument(
        coldEmitInterval.compareTo(emitInterval) >= 0,
        "The cold interval, %s, is shorter than the interval, %s.",
        coldEmitInterval,
        emitInterval);
    checkArgument(rowsPerStep > 0, "Rows per step must be at least 1, not %s.", rowsPerStep);
    checkArgument(!arrivalGrace.isNegative(), "The grace is negative: %s.", arrivalGrace);
    this.emitInterval = emitInterval;
    this.coldEmitInterval = coldEmitInterval.toMillis();
    this.rowsPerStep = rowsPerStep;
    this.grace = arrivalGrace.toMillis();
  }

  @Override
  public void open() throws Exception {
    super.open();
    cells = getPartitionedState(CELL);
    changes = getPartitionedState(CHANGED);
    timers = getInternalTimerService(TIMERS, VoidNamespaceSerializer.INSTANCE, this);
    pace = new Pace(getProcessingTimeService(), emitInterval, this::step);
    record = new StreamRecord<>(null);
    changedAt = new LinkedHashMap<>();
    findChanged();
    kept = countCells();
    emitted = getMetricGroup().counter(EMITTED_ROLLUPS);
    getMetricGroup().gauge(CELLS, (Gauge<Long>) () -> kept);
    getMetricGroup().gauge(CHANGED_CELLS, (Gauge<Integer>) changedAt::size);
  }

  /** After a restore: what had changed at the checkpoint must be written again. */
  private void findChanged() {
    long now = getProcessingTimeService().getCurrentProcessingTime();
    try (Stream<CellKey> keys =
        this.<CellKey>getKeyedStateBackend().getKeys(CHANGED.getName(), VoidNamespace.INSTANCE)) {
      keys.forEach(key -> changedAt.put(key, now));
    }
    if (!changedAt.isEmpty()) {
      pace.request();
    }
  }

  private long countCells() {
    try (Stream<CellKey> keys =
        this.<CellKey>getKeyedStateBackend().getKeys(CELL.getName(), VoidNamespace.INSTANCE)) {
      return keys.count();
    }
  }

  @Override
  public void processElement(StreamRecord<FactBatch> element) throws Exception {
    FactBatch batch = element.getValue();
    CellKey key = batch.key();
    Cell cell = cells.value();
    if (cell == null) {
      cell = new Cell();
      kept++;
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, leavesAt(key));
    }
    cell.add(batch);
    cells.update(cell);
    if (changedAt.putIfAbsent(key, getProcessingTimeService().getCurrentProcessingTime()) == null) {
      changes.update(true);
      pace.request();
    }
  }

  private long leavesAt(CellKey key) {
    return ArrivalHour.end(key.arrival(), grace)
        + Math.floorMod(key.hashCode(), LEAVING.toMillis());
  }

  private void step() throws Exception {
    write(rowsDue());
    if (!changedAt.isEmpty()) {
      pace.request();
    }
  }

  /**
   * How many rows to write now: each cell has some steps left before it has waited for too long,
   * and until its last one all that have waited for longer must be written as well.
   */
  private long rowsDue() {
    long due = rowsPerStep;
    if (changedAt.size() > due) {
      long now = getProcessingTimeService().getCurrentProcessingTime();
      long position = 0;
      for (long since : changedAt.values()) {
        position++;
        long stepsLeft = Math.max(1, (since + coldEmitInterval - now) / emitInterval.toMillis());
        due = Math.max(due, (position + stepsLeft - 1) / stepsLeft);
      }
    }
    return due;
  }

  /** Writes the rows of so many cells, those first that changed first. */
  private void write(long rows) throws Exception {
    Iterator<CellKey> keys = changedAt.keySet().iterator();
    for (long i = 0; i < rows && keys.hasNext(); i++) {
      CellKey key = keys.next();
      keys.remove();
      setCurrentKey(key);
      write(key);
      changes.clear();
    }
  }

  private void write(CellKey key) throws Exception {
    output.collect(record.replace(cells.value().row(key)));
    emitted.inc();
  }

  @Override
  public void onEventTime(InternalTimer<CellKey, VoidNamespace> timer) throws Exception {
    CellKey key = timer.getKey();
    if (changedAt.remove(key) != null) {
      write(key);
      changes.clear();
    }
    cells.clear();
    kept--;
  }

  @Override
  public void onProcessingTime(InternalTimer<CellKey, VoidNamespace> timer) {
    throw new IllegalStateException("No cell has a timer in processing time: " + timer.getKey());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      // Tells that nothing follows, not that every hour is over: no timer fires.
      output.emitWatermark(mark);
    } else {
      super.processWatermark(mark);
    }
  }

  @Override
  public void finish() throws Exception {
    write(changedAt.size());
    super.finish();
  }
}
