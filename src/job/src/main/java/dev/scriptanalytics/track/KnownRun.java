package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.row.RunDeployment;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import java.time.Instant;
import java.util.Arrays;

/**
 * What is known of a run when one of its events arrives, and how the event contradicts it.
 *
 * <p>A run id belongs to one run. An event contradicts its run if it names another script, another
 * deployment number, another deployment id, or a start further from the known one than {@code
 * event.max-clock-skew}; an unknown value contradicts nothing. A second end also contradicts by
 * status, end time or response time.
 *
 * <p>The time of a queued event is no start of the execution, and is not compared; that of a later
 * event which tells the start is. Reusable: each of the first four methods lays this view over
 * another run.
 */
final class KnownRun {
  /** How far a run has come. */
  enum State {
    /** No event of it is known. */
    UNKNOWN,
    /** Its end is known and tells no start; nothing is written. */
    UNTIMED,
    /** Its start is known. */
    OPEN,
    /** Its end is known, or it has failed by {@code run.timeout}. */
    FINISHED
  }

  private final TrackingRules rules;
  private final Deployments deployments;
  // Of the known event.
  private final RunRow row = new RunRow();

  private State state = State.UNKNOWN;
  // The start of an open run; the end of an untimed one; the end of a finished run if it is kept.
  private ScriptEvent event;
  private long begun;
  private FinishedRuns finished;
  private int slot;

  KnownRun(TrackingRules rules, Deployments deployments) {
    this.rules = rules;
    this.deployments = deployments;
  }

  /** Nothing is known. */
  KnownRun unknown() {
    return become(State.UNKNOWN, null);
  }

  /** The run's end is known, and it tells no start. */
  KnownRun untimed(ScriptEvent end) {
    row.wrap(end.row);
    return become(State.UNTIMED, end);
  }

  /**
   * The run has started, or is queued.
   *
   * @param begunAt when its execution began, in milliseconds since 1970, or {@link
   *     FinishedRuns#NO_START}
   */
  KnownRun open(ScriptEvent start, long begunAt) {
    row.wrap(start.row);
    begun = begunAt;
    return become(State.OPEN, start);
  }

  /**
   * The run has finished.
   *
   * @param runs the finished runs of its key group
   * @param slotOfRun its slot there
   * @param keptEnd its end, if that is kept for its start; otherwise null
   */
  KnownRun finished(FinishedRuns runs, int slotOfRun, ScriptEvent keptEnd) {
    finished = runs;
    slot = slotOfRun;
    return become(State.FINISHED, keptEnd);
  }

  private KnownRun become(State next, ScriptEvent known) {
    state = next;
    event = known;
    return this;
  }

  State state() {
    return state;
  }

  /** The start of an open run; the end of another one, or null if it is not kept. */
  ScriptEvent event() {
    return event;
  }

  /** The row of {@link #event} of an open or untimed run, until the view is laid over another. */
  RunRow row() {
    return row;
  }

  /** The slot of a finished run. */
  int slot() {
    return slot;
  }

  /** True if the start of a finished run has arrived. */
  boolean startSeen() {
    return finished.startSeen(slot);
  }

  /** True if a finished run has failed by {@code run.timeout}. */
  boolean timedOut() {
    return finished.timedOut(slot);
  }

  /** True if an end that arrives at an instant comes after the deadline of an open run. */
  boolean isOverdue(long arrival) {
    return arrival > rules.deadline(event.arrival);
  }

  /**
   * How an event contradicts the run; null if it does not.
   *
   * @param told the event's row
   */
  Contradiction contradiction(ScriptEvent next, RunRow told) {
    if (state == State.UNKNOWN) {
      return null;
    }
    Contradiction contradiction = ofDeployment(told);
    if (contradiction == null) {
      contradiction = ofStart(next, told);
    }
    return contradiction != null ? contradiction : ofEnd(next, told);
  }

  private Contradiction ofDeployment(RunRow told) {
    if (state == State.FINISHED) {
      RunDeployment known = deployments.get(finished.deployment(slot));
      return known == null
          ? null
          : ofDeployment(known.script(), known.deploymentVersion(), known.deploymentId(), told);
    }
    boolean same =
        row.sameText(Column.SCRIPT, told)
            && row.deploymentVersion() == told.deploymentVersion()
            && row.sameText(Column.DEPLOYMENT_ID, told);
    return same
        ? null
        : ofDeployment(
            row.textUtf8(Column.SCRIPT),
            row.deploymentVersion(),
            row.textUtf8(Column.DEPLOYMENT_ID),
            told);
  }

  private static Contradiction ofDeployment(byte[] script, int version, byte[] id, RunRow told) {
    if (contradicts(script, told.textUtf8(Column.SCRIPT))) {
      return new Contradiction("script", new String(script, UTF_8), told.text(Column.SCRIPT));
    }
    int toldVersion = told.deploymentVersion();
    if (version != 0 && toldVersion != 0 && version != toldVersion) {
      return new Contradiction(
          "deployment_version",
          Integer.toUnsignedString(version),
          Integer.toUnsignedString(toldVersion));
    }
    if (contradicts(id, told.textUtf8(Column.DEPLOYMENT_ID))) {
      return new Contradiction(
          "deployment_id", new String(id, UTF_8), told.text(Column.DEPLOYMENT_ID));
    }
    return null;
  }

  private static boolean contradicts(byte[] known, byte[] told) {
    return known.length > 0 && told.length > 0 && !Arrays.equals(known, told);
  }

  private Contradiction ofStart(ScriptEvent next, RunRow told) {
    if (state == State.UNTIMED) {
      boolean startsTooLate =
          told.version() == RunRow.START_ONLY && rules.isBefore(row.endedOn(), told.executedOn());
      return startsTooLate
          ? new Contradiction(
              "ended_at", instant(row.endedOn()), "started_at " + instant(told.executedOn()))
          : null;
    }
    long known = begun();
    if (known == FinishedRuns.NO_START || next.kind != ScriptEvent.Kind.RUN) {
      return null;
    }
    return rules.differ(known, told.executedOn())
        ? new Contradiction("started_at", instant(known), instant(told.executedOn()))
        : null;
  }

  /**
   * When the execution of an open or finished run began, in milliseconds since 1970; {@link
   * FinishedRuns#NO_START} if that is unknown.
   */
  long begun() {
    return state == State.FINISHED ? finished.start(slot) : begun;
  }

  private Contradiction ofEnd(ScriptEvent next, RunRow told) {
    if (told.version() == RunRow.START_ONLY) {
      return null;
    }
    return switch (state) {
      case OPEN -> ofEndBeforeStart(next, told);
      case UNTIMED ->
          ofSecondEnd(
              row.status(), EndFingerprint.of(event, row), instant(row.endedOn()), next, told);
      case FINISHED ->
          timedOut()
              ? null
              : ofSecondEnd(finished.status(slot), finished.fingerprint(slot), null, next, told);
      case UNKNOWN -> null;
    };
  }

  /** An end after the deadline is not judged, since a watermark may have timed the run out. */
  private Contradiction ofEndBeforeStart(ScriptEvent end, RunRow told) {
    long start = begun == FinishedRuns.NO_START ? row.executedOn() : begun;
    boolean endsTooEarly = told.hasEnded() && rules.isBefore(told.endedOn(), start);
    return endsTooEarly && !isOverdue(end.arrival)
        ? new Contradiction("started_at", instant(start), "ended_at " + instant(told.endedOn()))
        : null;
  }

  private static Contradiction ofSecondEnd(
      RunStatus status, int fingerprint, String endedOn, ScriptEvent next, RunRow told) {
    if (status != told.status()) {
      return new Contradiction("status", status.word(), told.status().word());
    }
    int toldFingerprint = EndFingerprint.of(next, told);
    if (!EndFingerprint.sameEndedOn(fingerprint, toldFingerprint)) {
      String toldEnd = told.hasEnded() ? instant(told.endedOn()) : "none";
      return new Contradiction("ended_at", endedOn, toldEnd);
    }
    if (!EndFingerprint.sameResponseTime(fingerprint, toldFingerprint)) {
      double millis = told.responseTime();
      return new Contradiction(
          "response_time_ms", null, Double.isNaN(millis) ? "none" : String.valueOf(millis));
    }
    return null;
  }

  private static String instant(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
