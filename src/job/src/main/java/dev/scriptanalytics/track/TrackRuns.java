package dev.scriptanalytics.track;

import static org.apache.flink.util.Preconditions.checkState;

import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.DeadLetterSerializer;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.rollup.FactSerializer;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunDeployment;
import dev.scriptanalytics.row.RunEventJson;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Counter;
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
 * Makes one run of all its events, in whatever order and however often they come.
 *
 * <p>The first end wins; another one that differs in status or response time is a dead letter, and
 * one that does not is a duplicate without effect. The start that is known first is pinned, because
 * it is part of the row's key. A run row is written at each change, each fact of a run once: all of
 * them are functions of the events alone, so that a replay writes the same rows again.
 *
 * <p>A log entry is written the moment it comes, and again when its run tells what it does not:
 * what it ran, which may be part of its key. Such a row has a higher version, and the old key gets
 * a tombstone of the highest, so that no replay in another order brings anything back.
 *
 * <p>Runs are kept a key group at a time ({@link FinishedRuns}, {@link OpenRuns}) and written to
 * keyed state before each barrier, because asking a state backend for every record costs more than
 * everything else here together. Time is the watermark, thus arrival in Kafka.
 */
public final class TrackRuns extends AbstractStreamOperator<Fact>
    implements OneInputStreamOperator<ScriptEvent, Fact> {
  private static final long serialVersionUID = 1;

  private static final String NAME = "Track runs";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "track-runs";

  /** Rows of {@code runs}. */
  public static final OutputTag<byte[]> RUN_ROWS =
      new OutputTag<>("run-rows", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  /** Rows of {@code logs}. */
  public static final OutputTag<byte[]> LOG_ROWS =
      new OutputTag<>("log-rows", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  /** Events that contradict what is known. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("contradicting", DeadLetterSerializer.TYPE);

  /** Blobs of finished runs, by the hour they finished in and a number. */
  static final MapStateDescriptor<Long, byte[]> FINISHED =
      new MapStateDescriptor<>(
          "finished-runs", LongSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);

  /** One blob of all open runs. */
  static final ValueStateDescriptor<byte[]> OPEN =
      new ValueStateDescriptor<>("open-runs", BytePrimitiveArraySerializer.INSTANCE);

  /** One blob of the ends that wait for their start. */
  static final ValueStateDescriptor<byte[]> WAITING_ENDS =
      new ValueStateDescriptor<>("waiting-ends", BytePrimitiveArraySerializer.INSTANCE);

  /** One blob of the log entries that may have to be written again. */
  static final ValueStateDescriptor<byte[]> PENDING_LOGS_STATE =
      new ValueStateDescriptor<>("pending-logs", BytePrimitiveArraySerializer.INSTANCE);

  /** Counts events that told nothing new. */
  public static final String DUPLICATE_EVENTS = "duplicateEvents";

  /** Counts events that contradicted what was known, by {@code reason}. */
  public static final String CONTRADICTING_EVENTS = "contradictingEvents";

  /** Counts runs that failed by {@code run.timeout}. */
  public static final String TIMED_OUT_RUNS = "timedOutRuns";

  /** Counts log entries that were given up before their run was known. */
  public static final String UNENRICHED_LOGS = "unenrichedLogs";

  /** Of how many runs log entries are kept to be written again. */
  public static final String RUNS_WITH_PENDING_LOGS = "runsWithPendingLogs";

  /** How many runs wait for their other half. */
  public static final String OPEN_RUNS = "openRuns";

  /** How many finished runs are remembered. */
  public static final String REMEMBERED_RUNS = "rememberedRuns";

  private static final long HOUR_MILLIS = 3_600_000;
  private static final int SECONDS_PER_HOUR = 3600;

  private final TrackingRules rules;
  private final KeyGroups keyGroups;

  private transient ValueState<byte[]> openState;
  private transient ValueState<byte[]> waitingEndsState;
  private transient ValueState<byte[]> pendingState;
  private transient int firstKeyGroup;
  private transient FinishedRuns[] finishedRuns;
  private transient FinishedRunsLog[] finishedRunsLogs;
  private transient OpenRuns[] openRuns;
  private transient PendingLogs[] pendingLogs;
  private transient Deployments identities;
  // Of all key groups.
  private transient EndsAwaitingStart waitingEnds;
  private transient boolean[] hasStoredEnds;
  // The runs with pending logs of all key groups, oldest first.
  private transient Set<PendingLogs.OfRun> awaitingRun;
  private transient long awaitingRunBytes;

  private transient RunRow known;
  private transient RunRow arrived;
  private transient RunRow merged;
  private transient LogRow logRow;
  private transient RowBinaryBuffer buffer;
  private transient Redactor redactor;
  private transient CapturedLogs capturedLogs;
  private transient Fact fact;
  private transient StreamRecord<Fact> factRecord;
  private transient StreamRecord<byte[]> rowRecord;

  // Time as it is known by arrival, from where the clock goes on while the input is idle.
  private transient long reached;
  private transient long idleSince;
  private transient ScheduledFuture<?> idleScan;
  private transient long nextScan;
  private transient int oldestHour;
  private transient Counter duplicates;
  private transient Map<DeadLetterReason, Counter> contradicting;
  private transient Counter timedOut;
  private transient Counter unenriched;

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

  @Override
  public boolean hasKeyContext1() {
    // Keyed state is used at checkpoints only; per record nobody needs to know the key.
    return false;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    MapState<Long, byte[]> finishedState = context.getKeyedStateStore().getMapState(FINISHED);
    openState = context.getKeyedStateStore().getState(OPEN);
    waitingEndsState = context.getKeyedStateStore().getState(WAITING_ENDS);
    pendingState = context.getKeyedStateStore().getState(PENDING_LOGS_STATE);
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
    firstKeyGroup = range.getStartKeyGroup();
    int count = range.getNumberOfKeyGroups();
    finishedRuns = new FinishedRuns[count];
    finishedRunsLogs = new FinishedRunsLog[count];
    openRuns = new OpenRuns[count];
    pendingLogs = new PendingLogs[count];
    hasStoredEnds = new boolean[count];
    identities = new Deployments(Deployments.MAX_LIMIT);
    for (int i = 0; i < count; i++) {
      finishedRuns[i] = new FinishedRuns(identities);
      finishedRunsLogs[i] = new FinishedRunsLog(finishedState);
      openRuns[i] = new OpenRuns();
      pendingLogs[i] = new PendingLogs();
    }
    waitingEnds = new EndsAwaitingStart(rules.awaitStartMaxBytes());
    awaitingRun = new LinkedHashSet<>();
    reached = Long.MIN_VALUE;
    nextScan = Long.MIN_VALUE;
    idleSince = Long.MAX_VALUE;
    known = new RunRow();
    arrived = new RunRow();
    merged = new RunRow();
    logRow = new LogRow();
    buffer = new RowBinaryBuffer();
    if (context.isRestored()) {
      restore();
    }
  }

  private void restore() throws Exception {
    List<ScriptEvent> starts = new ArrayList<>();
    List<ScriptEvent> ends = new ArrayList<>();
    List<PendingLogs.OfRun> pending = new ArrayList<>();
    for (int i = 0; i < openRuns.length; i++) {
      setCurrentKey(keyGroups.representative(firstKeyGroup + i));
      finishedRunsLogs[i].readInto(finishedRuns[i]);
      byte[] open = openState.value();
      if (open != null) {
        openRuns[i].load(open);
        openRuns[i].collect(event -> true, starts);
      }
      byte[] waiting = waitingEndsState.value();
      if (waiting != null) {
        hasStoredEnds[i] = true;
        EndsAwaitingStart.read(waiting, ends::add);
      }
      byte[] logs = pendingState.value();
      if (logs != null) {
        pendingLogs[i].load(logs);
        pendingLogs[i].forEach(pending::add);
      }
    }
    pending.sort(Comparator.comparingLong(run -> run.since));
    for (PendingLogs.OfRun run : pending) {
      reached = run.since;
      run.identity = identityOf(run);
      awaitingRun.add(run);
      awaitingRunBytes += run.bytes();
    }
    ends.sort(Comparator.comparingLong(event -> event.arrival));
    ends.forEach(waitingEnds::add);
    // Where nothing arrives after the restart either, what is open must not wait for it.
    for (List<ScriptEvent> events : List.of(starts, ends)) {
      for (ScriptEvent event : events) {
        reached = Math.max(reached, event.arrival);
      }
    }
  }

  private RunDeployment identityOf(PendingLogs.OfRun run) {
    int group = keyGroups.of(run.hashHigh) - firstKeyGroup;
    int at = finishedRuns[group].find(run.hashHigh, run.hashLow);
    if (at != FinishedRuns.NONE) {
      return identities.get(finishedRuns[group].identity(at));
    }
    ScriptEvent start = openRuns[group].get(run.hashHigh, run.hashLow);
    return start == null ? null : identities.get(identities.of(known.wrap(start.row)));
  }

  @Override
  public void open() throws Exception {
    super.open();
    redactor = new Redactor(rules.redaction(), getMetricGroup().counter(Redactor.FAILURES));
    capturedLogs = new CapturedLogs(rules, redactor);
    fact = new Fact();
    factRecord = new StreamRecord<>(null);
    rowRecord = new StreamRecord<>(null);
    duplicates = getMetricGroup().counter(DUPLICATE_EVENTS);
    contradicting = new EnumMap<>(DeadLetterReason.class);
    timedOut = getMetricGroup().counter(TIMED_OUT_RUNS);
    unenriched = getMetricGroup().counter(UNENRICHED_LOGS);
    getMetricGroup().gauge(RUNS_WITH_PENDING_LOGS, () -> awaitingRun.size());
    getMetricGroup()
        .gauge(
            OPEN_RUNS,
            () -> Arrays.stream(openRuns).mapToInt(OpenRuns::size).sum() + waitingEnds.size());
    getMetricGroup()
        .gauge(
            REMEMBERED_RUNS, () -> Arrays.stream(finishedRuns).mapToInt(FinishedRuns::size).sum());
    if (rules.timeoutMillis() > 0) {
      scheduleIdleScan();
    }
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
    int group = keyGroups.of(event.hashHigh) - firstKeyGroup;
    if (event.kind == ScriptEvent.Kind.LOG) {
      logEntry(event, finishedRuns[group], openRuns[group], pendingLogs[group]);
    } else {
      runEvent(event, group);
    }
  }

  private void runEvent(ScriptEvent event, int group) {
    FinishedRuns finished = finishedRuns[group];
    OpenRuns open = openRuns[group];
    arrived.wrap(event.row);
    int at = finished.find(event.hashHigh, event.hashLow);
    if (arrived.version() == RunRow.START_ONLY) {
      if (at != FinishedRuns.NONE) {
        startAfterEnd(event, finished, at);
      } else if (open.get(event.hashHigh, event.hashLow) != null) {
        duplicates.inc();
      } else {
        PendingLogs.OfRun pending = pendingLogs[group].get(event.hashHigh, event.hashLow);
        open.add(pending != null && pending.streamed ? event.withLogs() : event);
        emitRow(event.row);
        emitFact(Fact.Kind.SEEN, arrived, event.arrival);
        enrich(pending, arrived);
      }
      return;
    }
    if (at == FinishedRuns.NONE) {
      ScriptEvent start = open.get(event.hashHigh, event.hashLow);
      if (start == null) {
        endFirst(event, finished);
        return;
      }
      if (rules.timeoutMillis() <= 0 || event.arrival <= deadline(start)) {
        endAfterStart(event, start, finished, open);
        return;
      }
      // The rule goes by arrival, not by when the job looks at it: a replay must decide the same.
      failByRule(start, finished, open);
      at = finished.find(event.hashHigh, event.hashLow);
    }
    secondEnd(event, finished, at);
  }

  private void endFirst(ScriptEvent event, FinishedRuns finished) {
    remember(event, event.arrival, arrived, finished, false, false);
    emitRow(event.row);
    emitFact(
        arrived.status() == RunStatus.SUCCESS ? Fact.Kind.SEEN_SUCCEEDED : Fact.Kind.SEEN_FAILED,
        arrived,
        event.arrival);
    writeLogs(event, arrived, false, event.arrival);
    if (rules.awaitStartMillis() > 0) {
      waitingEnds.add(event);
    }
  }

  private void endAfterStart(
      ScriptEvent event, ScriptEvent start, FinishedRuns finished, OpenRuns open) {
    known.wrap(start.row);
    byte[] row = RunRow.merge(known, arrived, known, buffer);
    merged.wrap(row);
    open.remove(event.hashHigh, event.hashLow);
    remember(event, event.arrival, merged, finished, false, true);
    emitRow(row);
    if (known.deploymentVersion() != merged.deploymentVersion()) {
      emitFact(Fact.Kind.UNSEEN, known, event.arrival);
      emitFact(Fact.Kind.SEEN, merged, event.arrival);
    }
    emitEnd(merged, event.arrival);
    writeLogs(event, merged, start.kind == ScriptEvent.Kind.LOGGED_RUN, event.arrival);
  }

  private void startAfterEnd(ScriptEvent start, FinishedRuns finished, int at) {
    if (finished.startSeen(at)) {
      duplicates.inc();
      return;
    }
    ScriptEvent end = waitingEnds.take(start.hashHigh, start.hashLow);
    if (end == null) {
      finished.setStartSeen(at, finished.identity(at));
      deadLetter(
          start,
          DeadLetterReason.LATE_START,
          "The run's end arrived so much earlier that it is no longer kept to be merged with"
              + " (run.await-start, run.await-start.max-bytes); the run itself is counted");
      return;
    }
    known.wrap(end.row);
    byte[] row = RunRow.merge(arrived, known, known, buffer);
    merged.wrap(row);
    finished.setStartSeen(at, identities.of(merged));
    emitRow(row);
    writeLogs(end, merged, false, start.arrival);
  }

  private void secondEnd(ScriptEvent event, FinishedRuns finished, int at) {
    if (finished.timedOut(at)) {
      deadLetter(
          event,
          DeadLetterReason.END_AFTER_TIMEOUT,
          "The run had failed by run.timeout before this end arrived");
      return;
    }
    RunStatus first = finished.status(at);
    if (first != arrived.status()) {
      deadLetter(
          event,
          DeadLetterReason.CONTRADICTING_END,
          "The run's first end says " + first.word() + ", this one " + arrived.status().word());
    } else if (Float.compare(finished.responseTime(at), (float) arrived.responseTime()) != 0) {
      deadLetter(
          event,
          DeadLetterReason.CONTRADICTING_END,
          "The run's first end says "
              + responseTime(finished.responseTime(at))
              + ", this one "
              + responseTime(arrived.responseTime()));
    } else {
      duplicates.inc();
    }
  }

  private static String responseTime(double millis) {
    return Double.isNaN(millis) ? "no response time" : "a response time of " + millis + " ms";
  }

  private void failByRule(ScriptEvent start, FinishedRuns finished, OpenRuns open) {
    open.remove(start.hashHigh, start.hashLow);
    known.wrap(start.row);
    byte[] row =
        RunRow.timedOut(
            known,
            known.executedOn() + rules.timeoutMillis(),
            "No end within " + Duration.ofMillis(rules.timeoutMillis()) + " (run.timeout)",
            buffer);
    merged.wrap(row);
    remember(start, deadline(start), merged, finished, true, true);
    emitRow(row);
    emitEnd(merged, deadline(start));
    writeLogs(start, merged, true, deadline(start));
    timedOut.inc();
  }

  /** Until when the end must have arrived, in milliseconds since 1970. */
  private long deadline(ScriptEvent start) {
    return start.arrival + rules.timeoutMillis();
  }

  private void remember(
      ScriptEvent event,
      long finishedAt,
      RunRow run,
      FinishedRuns finished,
      boolean byRule,
      boolean startSeen) {
    // Where timestamps are out of order: never into an hour that has been forgotten.
    int hour = Math.max((int) Math.floorDiv(finishedAt, HOUR_MILLIS), oldestHour);
    finished.add(
        event.hashHigh,
        event.hashLow,
        hour,
        run.status(),
        byRule,
        startSeen,
        run.responseTime(),
        identities.of(run));
  }

  /** Writes an entry at once, with what is known of its run, and keeps it while more may come. */
  private void logEntry(
      ScriptEvent event, FinishedRuns finished, OpenRuns open, PendingLogs pendingOfGroup) {
    logRow.wrap(event.row);
    if (!logRow.hasRun()) {
      emitLogRow(event.row);
      return;
    }
    PendingLogs.OfRun pending = pendingOfGroup.get(event.hashHigh, event.hashLow);
    RunDeployment run = null;
    int version = LogRow.AS_IT_CAME;
    boolean mustRemember = false;
    int at = finished.find(event.hashHigh, event.hashLow);
    if (at != FinishedRuns.NONE) {
      run = identities.get(finished.identity(at));
      version = finished.startSeen(at) ? RunRow.COMPLETE : RunRow.END_ONLY;
    } else {
      ScriptEvent start = open.get(event.hashHigh, event.hashLow);
      if (start != null) {
        run = identities.get(identities.of(known.wrap(start.row)));
        version = RunRow.START_ONLY;
        if (start.kind == ScriptEvent.Kind.RUN) {
          open.replace(start.withLogs());
        }
      } else {
        // That entries were streamed has to be known when the end comes.
        mustRemember = rules.libraryLines() == KoreloggerCapture.AUTO;
      }
    }
    if (run == null || logRow.isWhole()) {
      emitLogRow(event.row);
    } else {
      emitEnriched(run, version);
    }
    boolean mayLearn =
        version != RunRow.COMPLETE && !logRow.isWhole() && (run == null || !run.isWhole());
    if (run == null && at != FinishedRuns.NONE) {
      unenriched.inc();
    }
    if (pending == null && (mayLearn || mustRemember)) {
      pending = pendingOfGroup.add(event.hashHigh, event.hashLow, event.arrival);
      pending.identity = run;
      awaitingRun.add(pending);
      awaitingRunBytes += pending.bytes();
    }
    if (pending == null) {
      return;
    }
    if (pending.libraryLines != null) {
      awaitingRunBytes -= pending.libraryLines.bytes();
      capturedLogs.takeBack(pending.libraryLines, this::emitLogRow);
      pending.libraryLines = null;
    }
    pending.streamed = true;
    pendingOfGroup.setChanged();
    if (mayLearn) {
      if (pending.rows.size() < rules.awaitRunMaxEntries()) {
        awaitingRunBytes -= pending.bytes();
        pending.add(event.row);
        awaitingRunBytes += pending.bytes();
      } else if (run == null) {
        unenriched.inc();
      }
    }
    while (awaitingRunBytes > rules.awaitRunMaxBytes()) {
      giveUp(awaitingRun.iterator().next());
    }
  }

  /** Writes entries again where they lack what is known of their run now. */
  private void enrich(PendingLogs.OfRun pending, RunRow run) {
    if (pending == null) {
      return;
    }
    RunDeployment identity = identities.get(identities.of(run));
    if (identity != null && !identity.equals(pending.identity)) {
      for (byte[] row : pending.rows) {
        logRow.wrap(row);
        emitEnriched(identity, run.version());
      }
      pending.identity = identity;
      if (identity.isWhole()) {
        awaitingRunBytes -= pending.bytes();
        pending.removeRows();
        awaitingRunBytes += pending.bytes();
      }
      pendingLogs[keyGroups.of(pending.hashHigh) - firstKeyGroup].setChanged();
    }
  }

  private void emitEnriched(RunDeployment run, int version) {
    emitLogRow(logRow.enriched(run, version, buffer));
    if (!logRow.hasScript()) {
      // Also where this is the first row: before a restart the entry may have come before its run.
      emitLogRow(logRow.tombstone(buffer));
    }
  }

  /** Writes what the end of a run brings of log entries, or makes known about them. */
  private void writeLogs(ScriptEvent end, RunRow run, boolean streamedBefore, long arrival) {
    PendingLogs pendingOfGroup = pendingLogs[keyGroups.of(end.hashHigh) - firstKeyGroup];
    PendingLogs.OfRun pending = pendingOfGroup.get(end.hashHigh, end.hashLow);
    enrich(pending, run);
    boolean streamed = streamedBefore || (pending != null && pending.streamed);
    CapturedLogs.LibraryLines mayGo = capturedLogs.write(end, run, streamed, this::emitLogRow);
    if (pending != null && run.version() == RunRow.COMPLETE) {
      remove(pending);
      pending = null;
    }
    if (mayGo == null) {
      return;
    }
    if (pending == null) {
      pending = pendingOfGroup.add(end.hashHigh, end.hashLow, arrival);
      awaitingRun.add(pending);
    } else {
      awaitingRunBytes -= pending.bytes();
      pendingOfGroup.setChanged();
    }
    pending.libraryLines = mayGo;
    awaitingRunBytes += pending.bytes();
    while (awaitingRunBytes > rules.awaitRunMaxBytes()) {
      giveUp(awaitingRun.iterator().next());
    }
  }

  private void giveUp(PendingLogs.OfRun pending) {
    if (pending.identity == null) {
      unenriched.inc(pending.rows.size());
    }
    remove(pending);
  }

  private void remove(PendingLogs.OfRun pending) {
    pendingLogs[keyGroups.of(pending.hashHigh) - firstKeyGroup].remove(pending);
    awaitingRun.remove(pending);
    awaitingRunBytes -= pending.bytes();
  }

  private void emitEnd(RunRow run, long arrival) {
    Fact.Kind kind = run.status() == RunStatus.SUCCESS ? Fact.Kind.SUCCEEDED : Fact.Kind.FAILED;
    emitFact(kind, run, arrival);
  }

  private void emitFact(Fact.Kind kind, RunRow run, long arrival) {
    fact.kind = kind;
    fact.script =
        Script.ofUtf8(
            run.bytes(),
            run.textStart(Column.ACCOUNT),
            run.textEnd(Column.ACCOUNT),
            run.textStart(Column.SCRIPT),
            run.textEnd(Column.SCRIPT));
    fact.deploymentVersion = run.deploymentVersion();
    fact.minute = Math.floorDiv(run.executedOn(), 60_000L) * 60;
    fact.arrival = Math.floorDiv(arrival, HOUR_MILLIS) * SECONDS_PER_HOUR;
    fact.responseTime = run.status() == RunStatus.SUCCESS ? run.responseTime() : Double.NaN;
    // Anew each time: an operator chained to this one may have put its own value into the record.
    output.collect(factRecord.replace(fact));
  }

  private void emitRow(byte[] row) {
    output.collect(RUN_ROWS, rowRecord.replace(row));
  }

  private void emitLogRow(byte[] row) {
    output.collect(LOG_ROWS, rowRecord.replace(row));
  }

  private void deadLetter(ScriptEvent event, DeadLetterReason reason, String detail) {
    contradicting
        .computeIfAbsent(
            reason,
            r -> getMetricGroup().addGroup("reason", r.word()).counter(CONTRADICTING_EVENTS))
        .inc();
    byte[] bytes = RunEventJson.of(arrived, event.stdout, event.stderr);
    DeadLetter letter =
        new DeadLetter(
            event.origin.topic(),
            event.origin.partition(),
            event.origin.offset(),
            event.origin.item(),
            event.arrival,
            reason,
            detail,
            redactor.excerpt(bytes, rules.maxDeadLetterBytes()));
    output.collect(DEAD_LETTERS, new StreamRecord<>(letter));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    // The last of all says that the input is over, not the time: what is open stays open, for the
    // savepoint that the job ends with.
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
   * Where nothing arrives, no watermark tells that time passes, and a run that hangs at night would
   * fail by rule in the morning; so while the input is idle the clock goes on.
   */
  private void scheduleIdleScan() {
    long now = getProcessingTimeService().getCurrentProcessingTime();
    idleScan =
        getProcessingTimeService()
            .registerTimer(
                now + scanInterval(),
                time -> {
                  if (idleSince <= time && reached != Long.MIN_VALUE) {
                    failOverdueRuns(reached + (time - idleSince));
                  }
                  scheduleIdleScan();
                });
  }

  private void advanceTo(long time) {
    waitingEnds.letGo(arrival -> isOver(arrival, rules.awaitStartMillis(), time));
    while (!awaitingRun.isEmpty()) {
      PendingLogs.OfRun oldest = awaitingRun.iterator().next();
      if (!isOver(oldest.since, rules.awaitRunMillis(), time)) {
        break;
      }
      giveUp(oldest);
    }
    if (time >= nextScan) {
      // An hour is over with the watermark that ends it: no fact of that hour may come after it.
      nextScan =
          Math.min(time + scanInterval(), (Math.floorDiv(time, HOUR_MILLIS) + 1) * HOUR_MILLIS);
      if (rules.timeoutMillis() > 0) {
        failOverdueRuns(time);
      }
      letGoOfOldStarts(time);
      forgetFinishedRuns(time);
    }
  }

  /**
   * Whether what came then has waited long enough; also what came in the far future, which one
   * producer's clock can say, and which everything behind it would else wait for.
   */
  private static boolean isOver(long since, long waitMillis, long time) {
    return since + waitMillis < time || since > time + HOUR_MILLIS;
  }

  private long scanInterval() {
    long shortest = rules.timeoutMillis() > 0 ? rules.timeoutMillis() : rules.maxOpenMillis();
    return Math.max(1000, Math.min(60_000, shortest / 20));
  }

  private void failOverdueRuns(long time) {
    List<ScriptEvent> overdue = new ArrayList<>();
    for (int group = 0; group < openRuns.length; group++) {
      openRuns[group].collect(start -> deadline(start) < time, overdue);
    }
    overdue.sort(Comparator.comparingLong(start -> start.arrival));
    for (ScriptEvent start : overdue) {
      int group = keyGroups.of(start.hashHigh) - firstKeyGroup;
      failByRule(start, finishedRuns[group], openRuns[group]);
    }
  }

  private void letGoOfOldStarts(long time) {
    List<ScriptEvent> old = new ArrayList<>();
    for (OpenRuns open : openRuns) {
      old.clear();
      open.collect(start -> start.arrival + rules.maxOpenMillis() < time, old);
      for (ScriptEvent start : old) {
        open.remove(start.hashHigh, start.hashLow);
      }
    }
  }

  private void forgetFinishedRuns(long time) {
    int oldest = (int) Math.max(0, Math.floorDiv(time - rules.memoryMillis(), HOUR_MILLIS));
    if (oldest <= oldestHour) {
      return;
    }
    oldestHour = oldest;
    for (FinishedRuns finished : finishedRuns) {
      finished.expire(oldest);
    }
    waitingEnds.retain(
        (high, low) ->
            finishedRuns[keyGroups.of(high) - firstKeyGroup].find(high, low) != FinishedRuns.NONE);
    forgetIdentities();
  }

  private void forgetIdentities() {
    BitSet used = new BitSet();
    for (FinishedRuns finished : finishedRuns) {
      finished.collectIdentities(used);
    }
    BitSet forgotten = identities.retain(used);
    for (FinishedRuns finished : finishedRuns) {
      finished.forgetIdentities(forgotten);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    byte[][] ends =
        waitingEnds.toBytes(openRuns.length, high -> keyGroups.of(high) - firstKeyGroup);
    for (int i = 0; i < openRuns.length; i++) {
      FinishedRunsLog log = finishedRunsLogs[i];
      Map<Integer, byte[]> changes = finishedRuns[i].drain();
      if (changes.isEmpty()
          && !log.reachesBefore(oldestHour)
          && !openRuns[i].isChanged()
          && !pendingLogs[i].isChanged()
          && ends[i] == null
          && !hasStoredEnds[i]) {
        continue;
      }
      setCurrentKey(keyGroups.representative(firstKeyGroup + i));
      waitingEndsState.update(ends[i]);
      hasStoredEnds[i] = ends[i] != null;
      log.forgetBefore(oldestHour);
      for (Map.Entry<Integer, byte[]> ofHour : changes.entrySet()) {
        log.append(ofHour.getKey(), ofHour.getValue());
      }
      if (openRuns[i].isChanged()) {
        openState.update(openRuns[i].toBytes());
      }
      if (pendingLogs[i].isChanged()) {
        pendingState.update(pendingLogs[i].toBytes());
      }
    }
  }
}
