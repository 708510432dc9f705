package dev.scriptanalytics.track;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunErrorGroups;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import dev.scriptanalytics.track.FinishedRuns.Ending;
import java.time.Duration;
import org.apache.flink.util.TimeUtils;

/**
 * Merges the events of each run, in any order and with any number of duplicates.
 *
 * <p>The first end wins: another end is a duplicate without effect, or a dead letter if it differs.
 * The start that is known first is pinned, because it is part of the row's key. An event that
 * belongs to another run of the same id is a dead letter. A run row is written at each change, and
 * each fact of a run once. All are functions of the events alone, so that a replay writes the same
 * rows.
 *
 * <p>{@link RunStep} decides what an event does, and {@link KnownRun} whether it contradicts its
 * run; this class looks up what the decision needs, and carries it out.
 *
 * <p><b>Owned state:</b> the ends that await their start. It also changes the {@link KeyGroupState}
 * of the event's key group.
 *
 * <p><b>Lifecycle:</b> none. It does not know time; {@link TrackRuns} calls {@link #timeOut}, and
 * restores, expires and stores the ends.
 */
final class MergeRuns {
  private final TrackingRules rules;
  private final Deployments deployments;
  private final EnrichLogs logs;
  private final TrackerOutputs outputs;
  private final EndsAwaitingStart ends;
  private final EndsAwaitingStart untimedEnds;
  private final KnownRun known;
  private final RunErrorGroups errorGroups = new RunErrorGroups();
  private final RowBinaryBuffer buffer = new RowBinaryBuffer();

  // Views that are laid over one row after another, and passed on as arguments.
  private final RunRow eventView = new RunRow();
  private final RunRow otherView = new RunRow();
  private final RunRow mergedView = new RunRow();

  MergeRuns(TrackingRules rules, Deployments deployments, EnrichLogs logs, TrackerOutputs outputs) {
    this.rules = rules;
    this.deployments = deployments;
    this.logs = logs;
    this.outputs = outputs;
    this.ends = new EndsAwaitingStart(rules.awaitStartMaxBytes());
    this.untimedEnds = new EndsAwaitingStart(rules.awaitStartMaxBytes(), this::rejectUntimedEnd);
    this.known = new KnownRun(rules, deployments);
  }

  /** The ends that are written, and are merged with their start if it arrives. */
  EndsAwaitingStart ends() {
    return ends;
  }

  /** The ends that do not tell when their run started, and are written when its start arrives. */
  EndsAwaitingStart untimedEnds() {
    return untimedEnds;
  }

  /** Receives a run event. */
  void receive(ScriptEvent event, KeyGroupState group) {
    RunRow row = eventView.wrap(event.row);
    int finished = group.finished.find(event.hashHigh, event.hashLow);
    int open =
        finished == FinishedRuns.NONE
            ? group.open.find(event.hashHigh, event.hashLow)
            : OpenRuns.NONE;
    KnownRun run = known(event, row, finished, open, group);
    switch (RunStep.of(event, row, run)) {
      case OPEN -> open(event, row, group);
      case BEGIN -> {
        group.open.setBegun(open, row.executedOn());
        outputs.countDuplicate();
      }
      case OPEN_AND_FINISH -> openAndFinish(event, row, run, group);
      case FINISH_WITHOUT_START -> finishWithoutStart(event, row, group);
      case AWAIT_START -> awaitStart(event);
      case FINISH_INSTEAD_OF_UNTIMED_END -> {
        untimedEnds.remove(event.hashHigh, event.hashLow);
        outputs.countDuplicate();
        finishWithoutStart(event, row, group);
      }
      case FINISH -> finish(event, row, run.row(), run.begun(), event.arrival, group);
      case TIME_OUT_AND_REJECT -> {
        timeOut(run.event(), group);
        rejectEndAfterTimeout(event, row);
      }
      case COMPLETE -> complete(event, row, run.event(), finished, group);
      case REJECT_LATE_START -> rejectLateStart(event, row, finished, group);
      case REJECT_END_AFTER_TIMEOUT -> rejectEndAfterTimeout(event, row);
      case REJECT_CONTRADICTION -> rejectContradiction(event, row, run);
      case IGNORE_DUPLICATE -> outputs.countDuplicate();
    }
  }

  private KnownRun known(
      ScriptEvent event, RunRow row, int finished, int open, KeyGroupState group) {
    if (finished != FinishedRuns.NONE) {
      boolean isItsStart =
          row.version() == RunRow.START_ONLY && !group.finished.startSeen(finished);
      ScriptEvent keptEnd = isItsStart ? ends.get(event.hashHigh, event.hashLow) : null;
      return known.finished(group.finished, finished, keptEnd);
    }
    if (open != OpenRuns.NONE) {
      return known.open(group.open.start(open), group.open.begun(open));
    }
    ScriptEvent untimedEnd = untimedEnds.get(event.hashHigh, event.hashLow);
    return untimedEnd == null ? known.unknown() : known.untimed(untimedEnd);
  }

  private void open(ScriptEvent start, RunRow row, KeyGroupState group) {
    outputs.runRow(start.row);
    outputs.fact(Fact.Kind.SEEN, row, start.arrival);
    logs.runStarted(start, row, group);
    group.open.add(start);
  }

  private void openAndFinish(ScriptEvent start, RunRow row, KnownRun run, KeyGroupState group) {
    untimedEnds.remove(start.hashHigh, start.hashLow);
    open(start, row, group);
    int open = group.open.find(start.hashHigh, start.hashLow);
    long begun = group.open.begun(open);
    finish(run.event(), run.row(), row, begun, start.arrival, group);
  }

  private void awaitStart(ScriptEvent untimedEnd) {
    if (rules.awaitStartMillis() > 0) {
      untimedEnds.add(untimedEnd);
    } else {
      rejectUntimedEnd(untimedEnd);
    }
  }

  private void finishWithoutStart(ScriptEvent end, RunRow row, KeyGroupState group) {
    int fingerprint = EndFingerprint.of(end, row);
    remember(end, end.arrival, row, Ending.WITHOUT_START, row.executedOn(), fingerprint, group);
    outputs.runRow(end.row);
    boolean succeeded = row.status() == RunStatus.SUCCESS;
    outputs.fact(succeeded ? Fact.Kind.SEEN_SUCCEEDED : Fact.Kind.SEEN_FAILED, row, end.arrival);
    logs.runEnded(end, row, end.arrival, group);
    if (rules.awaitStartMillis() > 0) {
      ends.add(end);
    }
  }

  /**
   * Finishes an open run.
   *
   * @param begun when its execution began, in milliseconds since 1970, or {@link
   *     FinishedRuns#NO_START}
   * @param arrival when the later one of start and end arrived, in milliseconds since 1970
   */
  private void finish(
      ScriptEvent end,
      RunRow ended,
      RunRow started,
      long begun,
      long arrival,
      KeyGroupState group) {
    RunRow merged = mergedView.wrap(merged(started, begun, end, ended));
    group.open.remove(end.hashHigh, end.hashLow);
    int fingerprint = EndFingerprint.of(end, ended);
    remember(end, arrival, merged, Ending.AFTER_START, begun, fingerprint, group);
    outputs.runRow(merged.bytes());
    if (hasMoved(started, merged)) {
      outputs.fact(Fact.Kind.UNSEEN, started, arrival);
      outputs.fact(Fact.Kind.SEEN, merged, arrival);
    }
    factOfEnd(merged, arrival);
    logs.runEnded(end, merged, arrival, group);
  }

  /** Whether a run counts elsewhere: by its deployment's id if the number is unknown. */
  private static boolean hasMoved(RunRow before, RunRow now) {
    return before.deploymentVersion() != now.deploymentVersion()
        || (now.deploymentVersion() == 0 && !before.sameText(Column.DEPLOYMENT_ID, now));
  }

  private byte[] merged(RunRow started, long begun, ScriptEvent end, RunRow ended) {
    if (end.kind != ScriptEvent.Kind.UNTIMED_END) {
      return RunRow.merge(started, ended, started, buffer);
    }
    // The time in a queue is no part of the response time, and nothing tells how long it was.
    boolean hasResponseTime = ended.status() == RunStatus.SUCCESS && begun != FinishedRuns.NO_START;
    double responseTime = hasResponseTime ? Math.max(0, ended.endedOn() - begun) : Double.NaN;
    return RunRow.mergeUntimed(started, ended, responseTime, buffer);
  }

  private void complete(
      ScriptEvent start, RunRow row, ScriptEvent end, int finished, KeyGroupState group) {
    RunRow ended = otherView.wrap(end.row);
    ends.remove(start.hashHigh, start.hashLow);
    RunRow merged = mergedView.wrap(RunRow.merge(row, ended, ended, buffer));
    group.finished.setStartSeen(finished, deployments.of(merged));
    outputs.runRow(merged.bytes());
    logs.runEnded(end, merged, start.arrival, group);
  }

  /**
   * Makes an open run fail by {@code run.timeout}.
   *
   * @param start the event that the run was opened with
   */
  void timeOut(ScriptEvent start, KeyGroupState group) {
    long deadline = rules.deadline(start.arrival);
    RunRow started = otherView.wrap(start.row);
    byte[] timedOut =
        RunRow.timedOut(
            started,
            started.executedOn() + rules.timeoutMillis(),
            "No end within " + Duration.ofMillis(rules.timeoutMillis()) + " (run.timeout)",
            buffer);
    RunRow failed = mergedView.wrap(errorGroups.set(timedOut));
    long begun = group.open.begun(group.open.find(start.hashHigh, start.hashLow));
    group.open.remove(start.hashHigh, start.hashLow);
    remember(start, deadline, failed, Ending.BY_TIMEOUT, begun, EndFingerprint.NONE, group);
    outputs.runRow(failed.bytes());
    factOfEnd(failed, deadline);
    logs.runEnded(start, failed, deadline, group);
    outputs.countTimedOut();
  }

  private void remember(
      ScriptEvent event,
      long finishedAt,
      RunRow run,
      Ending ending,
      long begun,
      int fingerprint,
      KeyGroupState group) {
    group.finished.add(
        event.hashHigh,
        event.hashLow,
        finishedAt,
        run.status(),
        ending,
        begun,
        fingerprint,
        deployments.of(run));
  }

  private void factOfEnd(RunRow run, long arrival) {
    boolean succeeded = run.status() == RunStatus.SUCCESS;
    outputs.fact(succeeded ? Fact.Kind.SUCCEEDED : Fact.Kind.FAILED, run, arrival);
  }

  private void rejectLateStart(ScriptEvent start, RunRow row, int finished, KeyGroupState group) {
    // The start counts as seen, so that it is a dead letter once and a duplicate from then on.
    group.finished.setStartSeen(finished, group.finished.deployment(finished));
    outputs.deadLetter(
        start,
        row,
        DeadLetterReason.LATE_START,
        "The run's end arrived so much earlier that it is no longer kept to be merged with"
            + " (run.await-start, run.await-start.max-bytes); the run itself is counted");
  }

  private void rejectEndAfterTimeout(ScriptEvent end, RunRow row) {
    outputs.deadLetter(
        end,
        row,
        DeadLetterReason.END_AFTER_TIMEOUT,
        "The run had failed by run.timeout before this end arrived");
  }

  private void rejectContradiction(ScriptEvent event, RunRow row, KnownRun run) {
    outputs.deadLetter(
        event,
        row,
        row.version() == RunRow.START_ONLY
            ? DeadLetterReason.CONTRADICTING_START
            : DeadLetterReason.CONTRADICTING_END,
        run.contradiction(event, row).detail());
  }

  private void rejectUntimedEnd(ScriptEvent end) {
    outputs.deadLetter(
        end,
        otherView.wrap(end.row),
        DeadLetterReason.MISSING_FIELD,
        "ended_at alone: a readable started_at or response_time_ms would have told when the run"
            + " started, and no start of this run arrived within run.await-start ("
            + TimeUtils.formatWithHighestUnit(Duration.ofMillis(rules.awaitStartMillis()))
            + ") and run.await-start.max-bytes");
  }
}
