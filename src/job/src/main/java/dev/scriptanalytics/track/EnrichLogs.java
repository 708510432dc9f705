package dev.scriptanalytics.track;

import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunDeployment;
import dev.scriptanalytics.row.RunRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Writes log entries, and writes them again once their run supplies missing fields.
 *
 * <p>An entry is written on arrival, with what is known of its run. It is rewritten with a higher
 * row version once the run supplies script, deployment or function. The script is part of the key,
 * so a rewrite that supplies it also writes a tombstone for the old key. Tombstones have the
 * highest version, therefore no replay in another order brings the old row back.
 *
 * <p>Captured text becomes log entries when the run ends. With {@code captured.korelogger=auto}, a
 * line of the logging library is left out if the run has streamed an equal entry, and retracted if
 * it streams one later. So what a run streams is remembered until its end, as 64 bits an entry, and
 * what was written of its captured lines for {@code log.await-run} from then on. A finished run
 * without such lines needs nothing. Where something had to be given up, a captured line stays: a
 * line twice is better than none.
 *
 * <p><b>Owned state:</b> the {@link PendingBudget} over the pending runs of all key groups, and the
 * runs that it gave up; the runs themselves belong to their {@link KeyGroupState}.
 *
 * <p><b>Lifecycle:</b> {@link #restore} once after all key groups are restored; {@link #giveUp} as
 * time passes. It does not know time itself.
 */
final class EnrichLogs {
  private final TrackingRules rules;
  private final Deployments deployments;
  private final TrackerOutputs outputs;
  private final CapturedLogs captured;
  private final Consumer<byte[]> logRows;
  private final LineHash lineHash = new LineHash();
  private final PendingBudget budget;
  private final GivenUpRuns givenUp = new GivenUpRuns();
  private final RowBinaryBuffer buffer = new RowBinaryBuffer();

  // Views that are laid over one row after another, and passed on as arguments.
  private final LogRow entryView = new LogRow();
  private final RunRow startView = new RunRow();

  EnrichLogs(
      TrackingRules rules, Deployments deployments, Redactor redactor, TrackerOutputs outputs) {
    this.rules = rules;
    this.deployments = deployments;
    this.outputs = outputs;
    this.captured = new CapturedLogs(rules, redactor);
    this.logRows = outputs::logRow;
    this.budget = new PendingBudget(rules.awaitRunMaxBytes());
  }

  /** The number of runs with pending log entries. */
  int pendingRuns() {
    return budget.size();
  }

  /** Takes over the pending runs of all key groups. */
  void restore(KeyGroupState[] groups) {
    List<PendingRun> restored = new ArrayList<>();
    for (KeyGroupState group : groups) {
      for (PendingRun run : group.pending.runs()) {
        int finished = group.finished.find(run.hashHigh, run.hashLow);
        int open = group.open.find(run.hashHigh, run.hashLow);
        run.deployment = deploymentOf(group, finished, open);
        run.isOpen = open != OpenRuns.NONE;
        restored.add(run);
      }
    }
    restored.sort(Comparator.comparingLong(run -> run.since));
    restored.forEach(budget::add);
  }

  /** Receives a log entry. */
  void receive(ScriptEvent event, KeyGroupState group) {
    LogRow entry = entryView.wrap(event.row);
    if (!entry.hasRun()) {
      outputs.logRow(event.row);
      return;
    }
    int finished = group.finished.find(event.hashHigh, event.hashLow);
    int open =
        finished == FinishedRuns.NONE
            ? group.open.find(event.hashHigh, event.hashLow)
            : OpenRuns.NONE;
    RunDeployment deployment = deploymentOf(group, finished, open);
    int version = versionOf(group, finished, open);
    boolean entryIsWhole = entry.isWhole();
    if (deployment == null || entryIsWhole) {
      outputs.logRow(event.row);
    } else {
      writeEnriched(entry, deployment, version);
    }
    if (deployment == null && finished != FinishedRuns.NONE) {
      outputs.countUnenriched(1);
    }

    PendingRun pending = group.pending.get(event.hashHigh, event.hashLow);
    if (version == RunRow.COMPLETE) {
      if (pending != null && pending.retractable != null) {
        retract(entry, pending);
      }
      return;
    }
    boolean mayBeCompleted = !entryIsWhole && (deployment == null || !deployment.isWhole());
    boolean awaitsEnd =
        finished == FinishedRuns.NONE && rules.libraryLines() == KoreloggerCapture.AUTO;
    boolean isNew = pending == null;
    if (isNew) {
      if (!mayBeCompleted && !awaitsEnd) {
        return;
      }
      pending = add(event, event.arrival, group);
      pending.deployment = deployment;
      pending.isOpen = open != OpenRuns.NONE;
    } else if (mayBeCompleted && pending.isOpen && pending.rows().isEmpty()) {
      // It may be held for its end alone; the row waits as long as any other.
      waitFrom(event.arrival, pending);
    }
    if (awaitsEnd || pending.retractable != null) {
      isNew |= compare(entry, pending);
    }
    if (mayBeCompleted) {
      isNew |= keep(event.row, pending, deployment);
    }
    if (isNew) {
      changedOrDone(pending);
    }
  }

  private PendingRun add(ScriptEvent first, long since, KeyGroupState group) {
    PendingRun pending = group.pending.add(first.hashHigh, first.hashLow, since);
    pending.isIncomplete = givenUp.remove(first.hashHigh);
    budget.add(pending);
    return pending;
  }

  private void waitFrom(long since, PendingRun pending) {
    budget.remove(pending);
    pending.since = since;
    budget.add(pending);
  }

  private RunDeployment deploymentOf(KeyGroupState group, int finished, int open) {
    if (finished != FinishedRuns.NONE) {
      return deployments.get(group.finished.deployment(finished));
    }
    if (open != OpenRuns.NONE) {
      RunRow start = startView.wrap(group.open.start(open).row);
      return deployments.get(deployments.of(start));
    }
    return null;
  }

  private static int versionOf(KeyGroupState group, int finished, int open) {
    if (finished != FinishedRuns.NONE) {
      return group.finished.startSeen(finished) ? RunRow.COMPLETE : RunRow.END_ONLY;
    }
    return open != OpenRuns.NONE ? RunRow.START_ONLY : LogRow.AS_IT_CAME;
  }

  /**
   * Remembers a streamed entry for the captured lines that come later, and retracts those that came
   * before and equal it.
   *
   * @return true if anything of the run has changed
   */
  private boolean compare(LogRow entry, PendingRun pending) {
    long hash = lineHash.of(entry);
    // Also behind an end alone, whose start makes the captured lines be written again.
    boolean isNew = pending.addStreamed(hash, rules.awaitRunMaxEntries());
    boolean isRetracted =
        pending.retractable != null && captured.retract(pending.retractable, hash, logRows);
    return isNew || isRetracted;
  }

  /** Retracts the captured lines of a complete run that equal a streamed entry. */
  private void retract(LogRow entry, PendingRun pending) {
    if (captured.retract(pending.retractable, lineHash.of(entry), logRows)) {
      if (pending.retractable.size() == 0) {
        pending.retractable = null;
      }
      changedOrDone(pending);
    }
  }

  private boolean keep(byte[] row, PendingRun pending, RunDeployment deployment) {
    if (pending.rows().size() < rules.awaitRunMaxEntries()) {
      pending.addRow(row);
      return true;
    }
    if (deployment == null) {
      outputs.countUnenriched(1);
    }
    return false;
  }

  /**
   * Receives the start of a run that has not ended, and enriches the entries that came before it.
   *
   * @param run the start's row
   */
  void runStarted(ScriptEvent start, RunRow run, KeyGroupState group) {
    PendingRun pending = group.pending.get(start.hashHigh, start.hashLow);
    if (pending != null) {
      pending.isOpen = true;
      enrich(pending, run);
    }
  }

  /** Receives the start of a run whose end is not awaited any more. */
  void runForgotten(ScriptEvent start, KeyGroupState group) {
    PendingRun pending = group.pending.get(start.hashHigh, start.hashLow);
    if (pending != null) {
      budget.remove(pending);
      giveUp(pending);
    }
  }

  /**
   * Receives the end of a run, or its start after the end: enriches the entries that came before,
   * and writes those of the captured text.
   *
   * @param end the event with the captured text
   * @param run the run as it is known now
   * @param arrival when the event that caused this arrived, in milliseconds since 1970
   */
  void runEnded(ScriptEvent end, RunRow run, long arrival, KeyGroupState group) {
    PendingRun pending = group.pending.get(end.hashHigh, end.hashLow);
    if (pending != null) {
      enrich(pending, run);
    }
    StreamedEntries streamed = pending == null ? null : pending.streamed();
    RetractableLines lines = captured.write(end, run, streamed, logRows);
    boolean mayMissSome =
        pending == null
            ? givenUp.remove(end.hashHigh)
            : pending.isIncomplete && pending.retractable == null;
    if (mayMissSome && lines != null) {
      outputs.countCapturedLinesKept(lines.size());
    }
    boolean isComplete = run.version() == RunRow.COMPLETE;
    // Of an end alone the lines are written again with its start, and compared again.
    boolean mayChange = lines != null && (!isComplete || lines.size() > 0);
    if (pending == null && !mayChange) {
      return;
    }
    if (pending == null) {
      pending = add(end, arrival, group);
      pending.deployment = deployments.get(deployments.of(run));
    }
    pending.isOpen = false;
    pending.isIncomplete = false;
    pending.retractable = mayChange ? lines : null;
    if (isComplete || !mayChange) {
      pending.setStreamed(null);
    }
    if (isComplete) {
      pending.removeRows();
    }
    if (mayChange) {
      waitFrom(arrival, pending);
    }
    changedOrDone(pending);
  }

  /** Rewrites pending entries if more is known of their run than they have. */
  private void enrich(PendingRun pending, RunRow run) {
    RunDeployment deployment = deployments.get(deployments.of(run));
    if (deployment == null || deployment.equals(pending.deployment)) {
      return;
    }
    for (byte[] row : pending.rows()) {
      writeEnriched(entryView.wrap(row), deployment, run.version());
    }
    pending.deployment = deployment;
    if (deployment.isWhole()) {
      pending.removeRows();
    }
    changed(pending);
  }

  private void writeEnriched(LogRow entry, RunDeployment deployment, int version) {
    outputs.logRow(entry.enriched(deployment, version, buffer));
    if (!entry.hasScript()) {
      // Also if this is the entry's first row: before a restart it may have come before its run.
      outputs.logRow(entry.tombstone(buffer));
    }
  }

  /**
   * Gives up the entries of the oldest runs, up to the first run that has not expired. What an open
   * run has streamed is kept for its end, whenever that comes.
   */
  void giveUp(LongPredicate hasExpired) {
    for (PendingRun oldest = budget.oldest();
        oldest != null && hasExpired.test(oldest.since);
        oldest = budget.oldest()) {
      if (oldest.isOpen && oldest.awaitsCapturedText()) {
        oldest.removeRows();
        oldest.setChanged();
        budget.hold(oldest);
      } else {
        budget.remove(oldest);
        giveUp(oldest);
      }
    }
  }

  private void evict() {
    for (PendingRun evicted = budget.evict(); evicted != null; evicted = budget.evict()) {
      giveUp(evicted);
    }
  }

  private void giveUp(PendingRun uncounted) {
    if (uncounted.deployment == null) {
      outputs.countUnenriched(uncounted.rows().size());
    }
    if (uncounted.awaitsCapturedText()) {
      givenUp.add(uncounted.hashHigh);
    }
    uncounted.remove();
  }

  private void remove(PendingRun pending) {
    budget.remove(pending);
    pending.remove();
  }

  private void changedOrDone(PendingRun pending) {
    if (pending.isDone()) {
      remove(pending);
    } else {
      changed(pending);
      evict();
    }
  }

  private void changed(PendingRun pending) {
    pending.setChanged();
    budget.resize(pending);
  }
}
