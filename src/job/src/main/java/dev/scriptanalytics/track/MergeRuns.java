package dev.scriptanalytics.track;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.track.FinishedRuns.Ending;
import java.time.Duration;

/**
 * Merges the events of each run, in any order and with any number of duplicates.
 *
 * <p>The first end wins: another end is a duplicate without effect, or a dead letter if it differs
 * in status or response time. The start that is known first is pinned, because it is part of the
 * row's key. A run row is written at each change, and each fact of a run once. All are functions of
 * the events alone, so that a replay writes the same rows.
 *
 * <p>{@link RunStep} decides what an event does; this class looks up what the decision needs, and
 * carries it out.
 *
 * <p><b>Owned state:</b> none. It changes the {@link KeyGroupState} of the event's key group, and
 * the ends that await their start.
 *
 * <p><b>Lifecycle:</b> none. It does not know time; {@link TrackRuns} calls {@link #timeOut}.
 */
final class MergeRuns {
  private final TrackingRules rules;
  private final Deployments deployments;
  private final EndsAwaitingStart ends;
  private final EnrichLogs logs;
  private final TrackerOutputs outputs;
  private final RowBinaryBuffer buffer = new RowBinaryBuffer();

  // Views that are laid over one row after another, and passed on as arguments.
  private final RunRow eventView = new RunRow();
  private final RunRow otherView = new RunRow();
  private final RunRow mergedView = new RunRow();

  MergeRuns(
      TrackingRules rules,
      Deployments deployments,
      EndsAwaitingStart ends,
      EnrichLogs logs,
      TrackerOutputs outputs) {
    this.rules = rules;
    this.deployments = deployments;
    this.ends = ends;
    this.logs = logs;
    this.outputs = outputs;
  }

  /** Receives a run event. */
  void receive(ScriptEvent event, KeyGroupState group) {
    RunRow row = eventView.wrap(event.row);
    int finished = group.finished.find(event.hashHigh, event.hashLow);
    int open =
        finished == FinishedRuns.NONE
            ? group.open.find(event.hashHigh, event.hashLow)
            : OpenRuns.NONE;
    ScriptEvent otherHalf = open == OpenRuns.NONE ? null : group.open.start(open);
    if (row.version() == RunRow.START_ONLY) {
      if (finished != FinishedRuns.NONE && !group.finished.startSeen(finished)) {
        otherHalf = ends.take(event.hashHigh, event.hashLow);
      }
      receiveStart(event, row, finished, otherHalf, group);
    } else {
      receiveEnd(event, row, finished, open, otherHalf, group);
    }
  }

  private void receiveStart(
      ScriptEvent start, RunRow row, int finished, ScriptEvent otherHalf, KeyGroupState group) {
    switch (RunStep.ofStart(group.finished, finished, otherHalf)) {
      case OPEN -> open(start, row, group);
      case COMPLETE -> complete(start, row, otherHalf, finished, group);
      case REJECT_LATE_START -> rejectLateStart(start, row, finished, group);
      default -> outputs.countDuplicate();
    }
  }

  private void receiveEnd(
      ScriptEvent end, RunRow row, int finished, int open, ScriptEvent start, KeyGroupState group) {
    switch (RunStep.ofEnd(row, end.arrival, group.finished, finished, start, rules)) {
      case FINISH_WITHOUT_START -> finishWithoutStart(end, row, group);
      case FINISH -> finish(end, row, start, group.open.hasStreamed(open), group);
      case TIME_OUT_AND_REJECT -> {
        timeOut(start, group);
        rejectEndAfterTimeout(end, row);
      }
      case REJECT_END_AFTER_TIMEOUT -> rejectEndAfterTimeout(end, row);
      case REJECT_OTHER_STATUS ->
          rejectContradiction(
              end, row, group.finished.status(finished).word(), row.status().word());
      case REJECT_OTHER_RESPONSE_TIME ->
          rejectContradiction(
              end,
              row,
              responseTime(group.finished.responseTime(finished)),
              responseTime(row.responseTime()));
      default -> outputs.countDuplicate();
    }
  }

  private void open(ScriptEvent start, RunRow row, KeyGroupState group) {
    outputs.runRow(start.row);
    outputs.fact(Fact.Kind.SEEN, row, start.arrival);
    boolean hasStreamed = logs.runStarted(start, row, group);
    group.open.add(start, hasStreamed);
  }

  private void finishWithoutStart(ScriptEvent end, RunRow row, KeyGroupState group) {
    remember(end, end.arrival, row, Ending.WITHOUT_START, group);
    outputs.runRow(end.row);
    boolean succeeded = row.status() == RunStatus.SUCCESS;
    outputs.fact(succeeded ? Fact.Kind.SEEN_SUCCEEDED : Fact.Kind.SEEN_FAILED, row, end.arrival);
    logs.runEnded(end, row, /* streamed= */ false, end.arrival, group);
    if (rules.awaitStartMillis() > 0) {
      ends.add(end);
    }
  }

  private void finish(
      ScriptEvent end, RunRow row, ScriptEvent start, boolean hasStreamed, KeyGroupState group) {
    RunRow started = otherView.wrap(start.row);
    RunRow merged = mergedView.wrap(RunRow.merge(started, row, started, buffer));
    group.open.remove(end.hashHigh, end.hashLow);
    remember(end, end.arrival, merged, Ending.AFTER_START, group);
    outputs.runRow(merged.bytes());
    if (started.deploymentVersion() != merged.deploymentVersion()) {
      outputs.fact(Fact.Kind.UNSEEN, started, end.arrival);
      outputs.fact(Fact.Kind.SEEN, merged, end.arrival);
    }
    factOfEnd(merged, end.arrival);
    logs.runEnded(end, merged, hasStreamed, end.arrival, group);
  }

  private void complete(
      ScriptEvent start, RunRow row, ScriptEvent end, int finished, KeyGroupState group) {
    RunRow ended = otherView.wrap(end.row);
    RunRow merged = mergedView.wrap(RunRow.merge(row, ended, ended, buffer));
    group.finished.setStartSeen(finished, deployments.of(merged));
    outputs.runRow(merged.bytes());
    logs.runEnded(end, merged, /* streamed= */ false, start.arrival, group);
  }

  /**
   * Makes an open run fail by {@code run.timeout}.
   *
   * @param start the event that the run was opened with
   */
  void timeOut(ScriptEvent start, KeyGroupState group) {
    long deadline = rules.deadline(start.arrival);
    RunRow started = otherView.wrap(start.row);
    RunRow failed =
        mergedView.wrap(
            RunRow.timedOut(
                started,
                started.executedOn() + rules.timeoutMillis(),
                "No end within " + Duration.ofMillis(rules.timeoutMillis()) + " (run.timeout)",
                buffer));
    group.open.remove(start.hashHigh, start.hashLow);
    remember(start, deadline, failed, Ending.BY_TIMEOUT, group);
    outputs.runRow(failed.bytes());
    factOfEnd(failed, deadline);
    logs.runEnded(start, failed, /* streamed= */ true, deadline, group);
    outputs.countTimedOut();
  }

  private void remember(
      ScriptEvent event, long finishedAt, RunRow run, Ending ending, KeyGroupState group) {
    group.finished.add(
        event.hashHigh,
        event.hashLow,
        finishedAt,
        run.status(),
        ending,
        run.responseTime(),
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

  private void rejectContradiction(ScriptEvent end, RunRow row, String known, String told) {
    outputs.deadLetter(
        end,
        row,
        DeadLetterReason.CONTRADICTING_END,
        "The run's first end says " + known + ", this one " + told);
  }

  private static String responseTime(double millis) {
    return Double.isNaN(millis) ? "no response time" : "a response time of " + millis + " ms";
  }
}
