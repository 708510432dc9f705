package dev.scriptanalytics.rollup;

import dev.scriptanalytics.hash.Probing;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Counts the facts of each cell together for a short time, before they are shuffled.
 *
 * <p>It keeps no fact beyond a checkpoint barrier, so a failure loses nothing. A batch is sent
 * after the interval, once it has {@value #BATCH_RESPONSE_TIMES} response times, when too many
 * cells or values wait, and before a watermark that ends an arrival hour: behind that watermark the
 * cells of the hour may leave state.
 *
 * <p>A fact for an hour that is over (see {@code rollup.arrival-grace}) would open its cell anew.
 * The new row would have fewer facts and lose to the row that is stored. So such a fact is counted
 * in the hour of the watermark, and by the counter {@value #LATE_ARRIVALS}. Where Kafka stamps the
 * records (LogAppendTime), no partition goes back in time, and this never happens. Where producers
 * stamp them (CreateTime), it takes a record stamped more than the grace before the hour of the
 * watermark; after a failure such a fact may fall into another hour. Checkpoints contain the
 * watermark, so an hour that was over stays over.
 */
public final class AggregateFacts extends AbstractStreamOperator<FactBatch>
    implements OneInputStreamOperator<Fact, FactBatch> {
  private static final long serialVersionUID = 1;

  /** The operator's name. */
  private static final String NAME = "Aggregate facts";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "aggregate-facts";

  /** Counts facts that arrive after their arrival hour is over. */
  public static final String LATE_ARRIVALS = "lateArrivals";

  /** The largest number of cells that are gathered before all are sent. */
  public static final int CELLS = 65_536;

  /** The largest number of response times, over all cells, before all are sent. */
  public static final int RESPONSE_TIMES = 1_048_576;

  /** The number of response times at which a batch is sent at once. */
  public static final int BATCH_RESPONSE_TIMES = 1_024;

  /** The watermark of each instance; after a restore the lowest one counts. */
  static final ListStateDescriptor<Long> WATERMARK =
      new ListStateDescriptor<>("watermark", LongSerializer.INSTANCE);

  private static final double MAX_LOAD = 0.5;
  // A large odd factor, so that keys with similar hashes get distant slots.
  private static final int SCATTER = 0x85EBCA6B;

  private final Duration interval;
  private final long grace;
  private final int maxCells;
  private final int maxResponseTimes;

  private transient FactBatch[] slots;
  // The hash of each batch's key: a search skips another batch without reading it from memory.
  private transient int[] hashes;
  private transient int cells;
  private transient int responseTimes;
  private transient Pace pace;
  private transient StreamRecord<FactBatch> record;
  private transient Counter lateArrivals;
  private transient ListState<Long> watermarks;
  private transient long watermark;
  private transient long oldestArrival;

  AggregateFacts(RollupSettings settings) {
    this(settings, CELLS, RESPONSE_TIMES);
  }

  /** With other bounds of memory than {@link #CELLS} and {@link #RESPONSE_TIMES}. */
  AggregateFacts(RollupSettings settings, int maxCells, int maxResponseTimes) {
    this.interval = settings.preaggregateInterval();
    this.grace = settings.arrivalGrace().toMillis();
    this.maxCells = maxCells;
    this.maxResponseTimes = maxResponseTimes;
  }

  /** Counts these facts together, cell by cell. */
  public static SingleOutputStreamOperator<FactBatch> on(
      DataStream<Fact> facts, RollupSettings settings) {
    return facts.transform(NAME, FactBatchSerializer.TYPE, new AggregateFacts(settings)).uid(UID);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    watermarks = context.getOperatorStateStore().getUnionListState(WATERMARK);
    watermark = Long.MIN_VALUE;
    for (long restored : watermarks.get()) {
      watermark = watermark == Long.MIN_VALUE ? restored : Math.min(watermark, restored);
    }
    oldestArrival = ArrivalHour.oldest(watermark, grace);
  }

  @Override
  public void open() throws Exception {
    super.open();
    slots = new FactBatch[Probing.slots(maxCells, MAX_LOAD)];
    hashes = new int[slots.length];
    pace = new Pace(getProcessingTimeService(), interval, this::flush);
    record = new StreamRecord<>(null);
    lateArrivals = getMetricGroup().counter(LATE_ARRIVALS);
  }

  @Override
  public void processElement(StreamRecord<Fact> element) {
    Fact fact = element.getValue();
    long arrival = fact.arrivalHour;
    if (arrival < oldestArrival) {
      arrival = ArrivalHour.of(watermark);
      lateArrivals.inc(fact.kind.facts());
    }
    int slot = slotOf(fact, arrival);
    FactBatch batch = slots[slot];
    int timed = batch.timed();
    batch.count(fact.kind, fact.responseTime);
    if (batch.timed() != timed) {
      responseTimes++;
      if (batch.timed() == BATCH_RESPONSE_TIMES) {
        slots[slot] = new FactBatch(batch.key());
        send(batch);
      }
    }
    if (cells == maxCells || responseTimes == maxResponseTimes) {
      flush();
    } else {
      pace.request();
    }
  }

  /** The slot of the batch of the fact's cell; opens a batch if the cell has none. */
  private int slotOf(Fact fact, long arrival) {
    int hash =
        CellKey.fullHash(
            fact.script, fact.deploymentVersion, fact.deploymentId, fact.minute, arrival);
    int slot = Probing.home(hash * SCATTER, slots.length);
    for (FactBatch batch; (batch = slots[slot]) != null; slot = Probing.next(slot, slots.length)) {
      if (hashes[slot] == hash
          && batch
              .key()
              .is(fact.script, fact.deploymentVersion, fact.deploymentId, fact.minute, arrival)) {
        return slot;
      }
    }
    slots[slot] =
        new FactBatch(
            new CellKey(
                fact.script, fact.deploymentVersion, fact.deploymentId, fact.minute, arrival));
    hashes[slot] = hash;
    cells++;
    return slot;
  }

  private void flush() {
    if (cells > 0) {
      for (FactBatch batch : slots) {
        if (batch != null && batch.facts() > 0) {
          send(batch);
        }
      }
      Arrays.fill(slots, null);
      cells = 0;
    }
  }

  private void send(FactBatch batch) {
    responseTimes -= batch.timed();
    output.collect(record.replace(batch));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    // The last watermark says that nothing follows, and nothing about time.
    if (mark.getTimestamp() > watermark && !mark.equals(Watermark.MAX_WATERMARK)) {
      long oldest = ArrivalHour.oldest(mark.getTimestamp(), grace);
      if (oldest > oldestArrival) {
        flush();
      }
      watermark = mark.getTimestamp();
      oldestArrival = Math.max(oldest, oldestArrival);
    }
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    flush();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    watermarks.update(watermark == Long.MIN_VALUE ? List.of() : List.of(watermark));
  }

  @Override
  public void finish() throws Exception {
    flush();
    super.finish();
  }
}
