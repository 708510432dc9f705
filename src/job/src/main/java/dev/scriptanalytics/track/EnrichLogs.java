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
 * <p>Captured text becomes log entries when the run ends. With {@code captured.korelogger=auto},
 * lines of the logging library are left out if the run has streamed entries, and retracted if it
 * streams some later.
 *
 * <p><b>Owned state:</b> the {@link PendingBudget} over the pending runs of all key groups; the
 * runs themselves belong to their {@link KeyGroupState}.
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
  private final PendingBudget budget;
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
    if (open != OpenRuns.NONE) {
      group.open.setStreamed(open);
    }
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

    boolean mayBeCompleted =
        version != RunRow.COMPLETE
            && !entryIsWhole
            && (deployment == null || !deployment.isWhole());
    // The end must know that entries were streamed. An open run remembers it by itself.
    boolean isUnknown = finished == FinishedRuns.NONE && open == OpenRuns.NONE;
    boolean mustBeRemembered = isUnknown && rules.libraryLines() == KoreloggerCapture.AUTO;
    PendingRun pending = group.pending.get(event.hashHigh, event.hashLow);
    if (pending == null && (mayBeCompleted || mustBeRemembered)) {
      pending = group.pending.add(event.hashHigh, event.hashLow, event.arrival);
      pending.deployment = deployment;
      budget.add(pending);
    }
    if (pending != null) {
      noteStreamed(pending);
      if (mayBeCompleted) {
        keep(event.row, pending, deployment);
      }
      changed(pending);
      evict();
    }
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

  private void noteStreamed(PendingRun pending) {
    pending.streamed = true;
    if (pending.retractable != null) {
      captured.retract(pending.retractable, logRows);
      pending.retractable = null;
    }
  }

  private void keep(byte[] row, PendingRun pending, RunDeployment deployment) {
    if (pending.rows().size() < rules.awaitRunMaxEntries()) {
      pending.addRow(row);
    } else if (deployment == null) {
      outputs.countUnenriched(1);
    }
  }

  /**
   * Receives the start of a run that has not ended, and enriches the entries that came before it.
   *
   * @param run the start's row
   * @return true if the run has streamed log entries
   */
  boolean runStarted(ScriptEvent start, RunRow run, KeyGroupState group) {
    PendingRun pending = group.pending.get(start.hashHigh, start.hashLow);
    if (pending == null) {
      return false;
    }
    enrich(pending, run);
    return pending.streamed;
  }

  /**
   * Receives the end of a run, or its start after the end: enriches the entries that came before,
   * and writes those of the captured text.
   *
   * @param end the event with the captured text
   * @param run the run as it is known now
   * @param streamed true if the run is known to have streamed entries
   * @param arrival when the event that caused this arrived, in milliseconds since 1970
   */
  void runEnded(ScriptEvent end, RunRow run, boolean streamed, long arrival, KeyGroupState group) {
    PendingRun pending = group.pending.get(end.hashHigh, end.hashLow);
    if (pending != null) {
      enrich(pending, run);
    }
    boolean hasStreamed = streamed || (pending != null && pending.streamed);
    RetractableLines retractable = captured.write(end, run, hasStreamed, logRows);
    if (pending != null && run.version() == RunRow.COMPLETE) {
      remove(pending);
      pending = null;
    }
    if (retractable == null) {
      return;
    }
    if (pending == null) {
      pending = group.pending.add(end.hashHigh, end.hashLow, arrival);
      budget.add(pending);
    }
    pending.retractable = retractable;
    changed(pending);
    evict();
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

  /** Gives up the entries of the oldest runs, up to the first run that has not expired. */
  void giveUp(LongPredicate hasExpired) {
    for (PendingRun oldest = budget.oldest();
        oldest != null && hasExpired.test(oldest.since);
        oldest = budget.oldest()) {
      budget.remove(oldest);
      giveUp(oldest);
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
    uncounted.remove();
  }

  private void remove(PendingRun pending) {
    budget.remove(pending);
    pending.remove();
  }

  private void changed(PendingRun pending) {
    pending.setChanged();
    budget.resize(pending);
  }
}
