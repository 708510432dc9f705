package dev.scriptanalytics.track;

import static org.apache.flink.util.Preconditions.checkState;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.pattern.NewShape;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.rollup.ArrivalHour;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.rollup.FactSerializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.function.ToIntFunction;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * Merges the events of each run into one row, counts its facts, and enriches its log entries.
 *
 * <p>The operator keeps Flink's lifecycle, time and routing. Plain objects do the rest, and depend
 * on each other in one direction:
 *
 * <pre>
 *   TrackRuns ──> MergeRuns ──> EnrichLogs ──> KeyGroupState ──> FinishedRuns, OpenRuns, PendingLogs
 *                     ├────────────┴──> TrackerOutputs
 *                     ├──> RunStep ──> KnownRun
 *                     └──> EndsAwaitingStart
 * </pre>
 *
 * <p><b>Owned state:</b> one {@link KeyGroupState} per key group of this instance; the deployments
 * of all of them together, and through {@link MergeRuns} the ends that await their start; and the
 * time. {@link KeyedState} explains how the state gets into Flink, since the operator sets no key
 * for its records.
 *
 * <p><b>Lifecycle:</b> state is read once in {@link #initializeState}, changed in memory for each
 * record, and written to keyed state before each barrier.
 *
 * <p><b>Time</b> is the watermark, hence arrival in Kafka. Only while the input is idle does the
 * clock carry it on. What is overdue is looked for at intervals and not by a timer per run, because
 * decisions depend on arrivals alone ({@link RunStep}).
 */
public final class TrackRuns extends AbstractStreamOperator<Fact>
    implements OneInputStreamOperator<ScriptEvent, Fact> {
  private static final long serialVersionUID = 1;

  private static final String NAME = "Track runs";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "track-runs";

  /** Rows of {@code runs}. */
  public static final OutputTag<byte[]> RUN_ROWS = TrackerOutputs.RUN_ROWS;

  /** Rows of {@code logs}. */
  public static final OutputTag<byte[]> LOG_ROWS = TrackerOutputs.LOG_ROWS;

  /** Shapes of entries whose script is known, each at least once a month. */
  public static final OutputTag<NewShape> NEW_SHAPES = TrackerOutputs.NEW_SHAPES;

  /** Events that contradict what is known of their run, or of whose run too little is known. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS = TrackerOutputs.DEAD_LETTERS;

  /** Counts events that say nothing new. */
  public static final String DUPLICATE_EVENTS = TrackerOutputs.DUPLICATE_EVENTS;

  /** Counts the events in {@link #DEAD_LETTERS} by {@code reason}. */
  public static final String CONTRADICTING_EVENTS = TrackerOutputs.CONTRADICTING_EVENTS;

  /** Counts runs that failed by {@code run.timeout}. */
  public static final String TIMED_OUT_RUNS = TrackerOutputs.TIMED_OUT_RUNS;

  /** Counts log entries that were given up before their run was known. */
  public static final String UNENRICHED_LOGS = TrackerOutputs.UNENRICHED_LOGS;

  /**
   * Counts captured lines of the logging library that were written although not all is known any
   * more that their run has streamed.
   */
  public static final String CAPTURED_LINES_KEPT = TrackerOutputs.CAPTURED_LINES_KEPT;

  /** Counts shapes that were not passed on, because too many were new at once. */
  public static final String SHAPES_HELD_BACK = TrackerOutputs.SHAPES_HELD_BACK;

  /**
   * The number of runs whose log entries are kept to be written again, or to be compared with the
   * captured text.
   */
  public static final String RUNS_WITH_PENDING_LOGS = "runsWithPendingLogs";

  /** The number of runs with a start and no end, or with an end that awaits its start. */
  public static final String OPEN_RUNS = "openRuns";

  /** The number of finished runs that are remembered. */
  public static final String REMEMBERED_RUNS = "rememberedRuns";

  private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();
  private static final long MIN_SCAN_INTERVAL_MILLIS = 1_000;
  private static final long MAX_SCAN_INTERVAL_MILLIS = 60_000;
  // An overdue run fails at most a twentieth of its timeout too late.
  private static final int SCANS_PER_TIMEOUT = 20;

  private final TrackingRules rules;
  private final KeyGroups keyGroups;

  private transient KeyedState state;
  private transient int firstKeyGroup;
  private transient KeyGroupState[] groups;
  private transient EndsAwaitingStart ends;
  private transient EndsAwaitingStart untimedEnds;
  private transient Deployments deployments;
  private transient EnrichLogs logs;
  private transient MergeRuns runs;

  // The watermark; after a restart, the latest arrival in state.
  private transient long reached;
  // When the input became idle by the clock; Long.MAX_VALUE while it is active.
  private transient long idleSince;
  private transient ScheduledFuture<?> idleScan;
  private transient long nextScan;
  private transient int oldestHour;

  /**
   * Tracks the runs of these events.
   *
   * @param maxParallelism that of the job: the number of key groups
   */
  public static SingleOutputStreamOperator<Fact> on(
      DataStream<ScriptEvent> events, TrackingRules rules, int maxParallelism) {
    KeyGroups byRun = new KeyGroups(maxParallelism);
    return events
        .keyBy(byRun, Types.INT)
        .transform(NAME, FactSerializer.TYPE, new TrackRuns(rules, byRun))
        .uid(UID);
  }

  TrackRuns(TrackingRules rules, KeyGroups keyGroups) {
    this.rules = rules;
    this.keyGroups = keyGroups;
  }

  /**
   * Tells Flink to set no current key for records: the tracker uses keyed state at barriers only,
   * and sets the key itself then ({@link KeyedState}).
   */
  @Override
  public boolean hasKeyContext1() {
    return false;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    TaskInfo task = getRuntimeContext().getTaskInfo();
    checkState(
        keyGroups.count() == task.getMaxNumberOfParallelSubtasks(),
        "The tracker counts %s key groups, and its max parallelism is %s: it must be the same",
        keyGroups.count(),
        task.getMaxNumberOfParallelSubtasks());
    KeyGroupRange range =
        KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
            task.getMaxNumberOfParallelSubtasks(),
            task.getNumberOfParallelSubtasks(),
            task.getIndexOfThisSubtask());
    state = new KeyedState(context.getKeyedStateStore(), this::setCurrentKey);
    deployments = new Deployments(Deployments.MAX_LIMIT);
    firstKeyGroup = range.getStartKeyGroup();
    groups = new KeyGroupState[range.getNumberOfKeyGroups()];
    for (int i = 0; i < groups.length; i++) {
      Integer key = keyGroups.representative(firstKeyGroup + i);
      groups[i] = new KeyGroupState(key, deployments);
    }

    Redactor redactor =
        new Redactor(rules.redaction(), getMetricGroup().counter(Redactor.FAILURES));
    TrackerOutputs outputs =
        new TrackerOutputs(output, getMetricGroup(), redactor, rules.maxDeadLetterBytes());
    logs = new EnrichLogs(rules, deployments, redactor, outputs);
    runs = new MergeRuns(rules, deployments, logs, outputs);
    ends = runs.ends();
    untimedEnds = runs.untimedEnds();

    reached = Long.MIN_VALUE;
    nextScan = Long.MIN_VALUE;
    idleSince = Long.MAX_VALUE;
    if (context.isRestored()) {
      restore();
    }
  }

  private void restore() throws Exception {
    List<ScriptEvent> restoredEnds = new ArrayList<>();
    List<ScriptEvent> restoredUntimedEnds = new ArrayList<>();
    for (KeyGroupState group : groups) {
      group.restore(state, restoredEnds::add, restoredUntimedEnds::add);
      reached = Math.max(reached, group.latestArrival());
    }
    restore(restoredEnds, ends);
    restore(restoredUntimedEnds, untimedEnds);
    logs.restore(groups);
  }

  private void restore(List<ScriptEvent> restored, EndsAwaitingStart queue) {
    restored.sort(Comparator.comparingLong(end -> end.arrival));
    for (ScriptEvent end : restored) {
      queue.restore(end);
      // Time goes on from here, so that open runs become overdue even if nothing arrives.
      reached = Math.max(reached, end.arrival);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    getMetricGroup().gauge(RUNS_WITH_PENDING_LOGS, logs::pendingRuns);
    getMetricGroup().gauge(OPEN_RUNS, this::openRuns);
    getMetricGroup().gauge(REMEMBERED_RUNS, () -> sum(group -> group.finished.size()));
    if (rules.timeoutMillis() > 0) {
      scheduleIdleScan();
    }
  }

  private int openRuns() {
    return sum(group -> group.open.size()) + ends.size() + untimedEnds.size();
  }

  private int sum(ToIntFunction<KeyGroupState> count) {
    int sum = 0;
    for (KeyGroupState group : groups) {
      sum += count.applyAsInt(group);
    }
    return sum;
  }

  @Override
  public void close() throws Exception {
    if (idleScan != null) {
      idleScan.cancel(false);
    }
    super.close();
  }

  @Override
  public void processElement(StreamRecord<ScriptEvent> element) throws Exception {
    ScriptEvent event = element.getValue();
    KeyGroupState group = groups[indexOf(event.hashHigh)];
    if (event.kind == ScriptEvent.Kind.LOG) {
      logs.receive(event, group);
    } else {
      runs.receive(event, group);
    }
  }

  /** The index in {@link #groups} of a run's key group. */
  private int indexOf(long hashHigh) {
    return keyGroups.of(hashHigh) - firstKeyGroup;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    // The last watermark says that the input is over, and nothing about time. Open runs stay open
    // for the savepoint that the job ends with.
    if (mark.getTimestamp() != Long.MAX_VALUE) {
      reached = mark.getTimestamp();
      advanceTo(reached);
    }
    super.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    idleSince =
        status.isIdle() ? getProcessingTimeService().getCurrentProcessingTime() : Long.MAX_VALUE;
    super.processWatermarkStatus(status);
  }

  /**
   * Looks for overdue runs by the clock while the input is idle. Without events there is no
   * watermark, and a run that hangs at night would fail only in the morning.
   */
  private void scheduleIdleScan() {
    long now = getProcessingTimeService().getCurrentProcessingTime();
    idleScan =
        getProcessingTimeService()
            .registerTimer(
                now + scanInterval(),
                time -> {
                  if (idleSince <= time && reached != Long.MIN_VALUE) {
                    timeOutOverdueRuns(reached + (time - idleSince));
                  }
                  scheduleIdleScan();
                });
  }

  private void advanceTo(long time) {
    ends.expire(arrival -> hasExpired(arrival, rules.awaitStartMillis(), time));
    untimedEnds.expire(arrival -> hasExpired(arrival, rules.awaitStartMillis(), time));
    logs.giveUp(since -> hasExpired(since, rules.awaitRunMillis(), time));
    if (time >= nextScan) {
      // At the latest with the watermark that ends an arrival hour: facts by timeout count in the
      // hour of their deadline, and behind that watermark the hour takes no more facts.
      nextScan = Math.min(time + scanInterval(), ArrivalHour.end(ArrivalHour.of(time), 0));
      if (rules.timeoutMillis() > 0) {
        timeOutOverdueRuns(time);
      }
      forgetOldStarts(time);
      forgetFinishedRuns(time);
    }
  }

  /**
   * True if the wait has expired, or if the arrival lies over an hour ahead: one wrong clock must
   * not block the queue behind it.
   */
  private static boolean hasExpired(long since, long waitMillis, long time) {
    return since + waitMillis < time || since > time + HOUR_MILLIS;
  }

  private long scanInterval() {
    long shortest = rules.timeoutMillis() > 0 ? rules.timeoutMillis() : rules.maxOpenMillis();
    long interval = Math.min(MAX_SCAN_INTERVAL_MILLIS, shortest / SCANS_PER_TIMEOUT);
    return Math.max(MIN_SCAN_INTERVAL_MILLIS, interval);
  }

  private void timeOutOverdueRuns(long time) {
    List<ScriptEvent> overdue = new ArrayList<>();
    for (KeyGroupState group : groups) {
      group.open.collect(start -> rules.deadline(start.arrival) < time, overdue);
    }
    overdue.sort(Comparator.comparingLong(start -> start.arrival));
    for (ScriptEvent start : overdue) {
      runs.timeOut(start, groups[indexOf(start.hashHigh)]);
    }
  }

  private void forgetOldStarts(long time) {
    List<ScriptEvent> old = new ArrayList<>();
    for (KeyGroupState group : groups) {
      old.clear();
      group.open.collect(start -> start.arrival + rules.maxOpenMillis() < time, old);
      for (ScriptEvent start : old) {
        group.open.remove(start.hashHigh, start.hashLow);
        logs.runForgotten(start, group);
      }
    }
  }

  private void forgetFinishedRuns(long time) {
    int oldest = FinishedRuns.hourOf(time - rules.memoryMillis());
    if (oldest <= oldestHour) {
      return;
    }
    oldestHour = oldest;
    for (KeyGroupState group : groups) {
      group.finished.expire(oldest);
    }
    // An end without its finished run would complete a run that is unknown.
    ends.retain((high, low) -> groups[indexOf(high)].finished.find(high, low) != FinishedRuns.NONE);
    forgetDeployments();
  }

  private void forgetDeployments() {
    BitSet used = new BitSet();
    for (KeyGroupState group : groups) {
      group.finished.collectDeployments(used);
    }
    BitSet forgotten = deployments.retain(used);
    for (KeyGroupState group : groups) {
      group.finished.forgetDeployments(forgotten);
    }
  }

  /** Writes the changes of all key groups to keyed state, each under its key. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    byte[][] endsByGroup = ends.toBytes(groups.length, this::indexOf);
    byte[][] untimedEndsByGroup = untimedEnds.toBytes(groups.length, this::indexOf);
    for (int i = 0; i < groups.length; i++) {
      groups[i].store(state, endsByGroup[i], untimedEndsByGroup[i]);
    }
  }
}
