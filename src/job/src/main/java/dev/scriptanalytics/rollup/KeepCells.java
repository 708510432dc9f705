package dev.scriptanalytics.rollup;

import static org.apache.flink.util.Preconditions.checkArgument;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
 * longer than the cold interval: then just as many in each step as it takes. When little comes any
 * more, it writes all, since none will have to be written again soon. So a quiet system shows what
 * happened within a second, and one with 100,000 busy scripts rewrites each cell every ten.
 *
 * <p>Which cells have changed since they were last written is state too, apart from the cells, so
 * that a restore finds the few that have without reading all. A sink that flushes at each
 * checkpoint thus has, or will get again, the fullest row of every cell.
 *
 * <p>A cell leaves when the watermark says that its arrival hour is over, spread over the {@link
 * #LEAVING} that follow: a hundred thousand scripts make millions of cells an hour, and all at once
 * they would hold up everything behind them. Which leave when is in memory alone, since their keys
 * tell it: a timer a cell took as much of a checkpoint as a third of the cell. Cells stay when
 * input ends, because a job that was drained can be restored.
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

  /** In how many steps they do. */
  private static final int LEAVING_STEPS = 600;

  /** The cells. */
  static final ValueStateDescriptor<Cell> CELL = new ValueStateDescriptor<>("cell", Cell.TYPE);

  /** There for each cell that has changed since its row was last written. */
  static final ValueStateDescriptor<Boolean> CHANGED =
      new ValueStateDescriptor<>("changed", BooleanSerializer.INSTANCE);

  /** Timers by which the cells of a savepoint of 0.1.0 leave; there are no others. */
  private static final String TIMERS = "leaving";

  private final Duration emitInterval;
  private final long coldEmitInterval;
  private final int rowsPerStep;
  private final long grace;

  private transient ValueState<Cell> cells;
  private transient ValueState<Boolean> changes;
  private transient Map<CellKey, Long> changedAt;
  // Which cells leave, by the watermark at which they do.
  private transient NavigableMap<Long, List<CellKey>> leaving;
  private transient Pace pace;
  private transient long batchesSinceStep;
  // Of the last steps, each an eighth of the one after it: a pause is not the end.
  private transient long recentBatches;
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
    InternalTimerService<VoidNamespace> unused =
        getInternalTimerService(TIMERS, VoidNamespaceSerializer.INSTANCE, this);
    pace = new Pace(getProcessingTimeService(), emitInterval, this::step);
    record = new StreamRecord<>(null);
    changedAt = new LinkedHashMap<>();
    findChanged();
    leaving = new TreeMap<>();
    findCells();
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
    recentBatches = changedAt.size();
    if (!changedAt.isEmpty()) {
      pace.request();
    }
  }

  private void findCells() {
    try (Stream<CellKey> keys =
        this.<CellKey>getKeyedStateBackend().getKeys(CELL.getName(), VoidNamespace.INSTANCE)) {
      keys.forEach(this::keep);
    }
  }

  private void keep(CellKey key) {
    leaving.computeIfAbsent(leavesAt(key), created -> new ArrayList<>()).add(key);
    kept++;
  }

  @Override
  public void processElement(StreamRecord<FactBatch> element) throws Exception {
    FactBatch batch = element.getValue();
    batchesSinceStep++;
    CellKey key = batch.key();
    Cell cell = cells.value();
    if (cell == null) {
      cell = new Cell();
      keep(key);
    }
    cell.add(batch);
    // The mark spares busy cells the look into the map.
    boolean waits = cell.isWaiting();
    cell.setWaiting(true);
    cells.update(cell);
    if (!waits
        && changedAt.putIfAbsent(key, getProcessingTimeService().getCurrentProcessingTime())
            == null) {
      changes.update(true);
      pace.request();
    }
  }

  private long leavesAt(CellKey key) {
    int step = Math.floorMod(key.hashCode(), LEAVING_STEPS);
    return ArrivalHour.end(key.arrival(), grace) + step * (LEAVING.toMillis() / LEAVING_STEPS);
  }

  private void step() throws Exception {
    recentBatches = Math.max(batchesSinceStep, recentBatches / 8);
    batchesSinceStep = 0;
    write(recentBatches > rowsPerStep ? rowsDue() : changedAt.size());
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
    Cell cell = cells.value();
    cell.setWaiting(false);
    output.collect(record.replace(cell.row(key)));
    emitted.inc();
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      // Tells that nothing follows, not that every hour is over: no cell leaves.
      output.emitWatermark(mark);
    } else {
      while (!leaving.isEmpty() && leaving.firstKey() <= mark.getTimestamp()) {
        for (CellKey key : leaving.pollFirstEntry().getValue()) {
          setCurrentKey(key);
          leave(key);
        }
      }
      super.processWatermark(mark);
    }
  }

  private void leave(CellKey key) throws Exception {
    if (changedAt.remove(key) != null) {
      write(key);
      changes.clear();
    }
    cells.clear();
    kept--;
  }

  @Override
  public void onEventTime(InternalTimer<CellKey, VoidNamespace> timer) {
    // Of a savepoint of 0.1.0. It is gone now, and its cell leaves without it.
  }

  @Override
  public void onProcessingTime(InternalTimer<CellKey, VoidNamespace> timer) {
    throw new IllegalStateException("No cell has a timer in processing time: " + timer.getKey());
  }

  @Override
  public void finish() throws Exception {
    write(changedAt.size());
    super.finish();
  }
}
