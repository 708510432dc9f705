package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.row.RunRow;

/**
 * What an event does to its run: the decision alone, which {@link MergeRuns} carries out.
 *
 * <p>A decision depends on the event and on what is known of its run, and on nothing else. It
 * compares arrivals and never asks for the current time, so that a replay decides alike.
 */
enum RunStep {
  /** The first event of the run is a start: the run is open from now on. */
  OPEN,
  /** The start of a run that was only known to be queued. */
  BEGIN,
  /** The start of a run whose untimed end waits for it. */
  OPEN_AND_FINISH,
  /** The first event of the run is an end: the run is finished, and the end awaits its start. */
  FINISH_WITHOUT_START,
  /** The first event of the run is an untimed end, which cannot be written before its start. */
  AWAIT_START,
  /** The end of a run whose untimed end waits says the same, and when the run started. */
  FINISH_INSTEAD_OF_UNTIMED_END,
  /** The end of an open run. */
  FINISH,
  /** An end that arrived after the deadline of an open run: the run fails before it. */
  TIME_OUT_AND_REJECT,
  /** The start of a finished run whose end is still kept. */
  COMPLETE,
  /** The start of a finished run whose end has been given up. */
  REJECT_LATE_START,
  /** An end of a run that had failed by {@code run.timeout}. */
  REJECT_END_AFTER_TIMEOUT,
  /** An event that belongs to another run of the same id, or contradicts the run's first end. */
  REJECT_CONTRADICTION,
  /** An event that says nothing new. */
  IGNORE_DUPLICATE;

  /**
   * Decides about an event.
   *
   * @param row its row
   * @param run what is known of its run
   */
  static RunStep of(ScriptEvent event, RunRow row, KnownRun run) {
    if (run.contradiction(event, row) != null) {
      return REJECT_CONTRADICTION;
    }
    return row.version() == RunRow.START_ONLY ? ofStart(event, run) : ofEnd(event, run);
  }

  private static RunStep ofStart(ScriptEvent start, KnownRun run) {
    return switch (run.state()) {
      case UNKNOWN -> OPEN;
      case UNTIMED -> OPEN_AND_FINISH;
      case OPEN -> {
        boolean tellsWhatIsUnknown =
            run.begun() == FinishedRuns.NO_START && start.kind == ScriptEvent.Kind.RUN;
        yield tellsWhatIsUnknown ? BEGIN : IGNORE_DUPLICATE;
      }
      case FINISHED -> {
        if (run.startSeen()) {
          yield IGNORE_DUPLICATE;
        }
        yield run.event() == null ? REJECT_LATE_START : COMPLETE;
      }
    };
  }

  private static RunStep ofEnd(ScriptEvent end, KnownRun run) {
    boolean isUntimed = end.kind == ScriptEvent.Kind.UNTIMED_END;
    return switch (run.state()) {
      case UNKNOWN -> isUntimed ? AWAIT_START : FINISH_WITHOUT_START;
      case UNTIMED -> isUntimed ? IGNORE_DUPLICATE : FINISH_INSTEAD_OF_UNTIMED_END;
      case OPEN -> run.isOverdue(end.arrival) ? TIME_OUT_AND_REJECT : FINISH;
      case FINISHED -> run.timedOut() ? REJECT_END_AFTER_TIMEOUT : IGNORE_DUPLICATE;
    };
  }
}
