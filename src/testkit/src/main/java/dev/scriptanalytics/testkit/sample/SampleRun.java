package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.DeploymentKey;
import dev.scriptanalytics.testkit.ledger.RunOutcome;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import java.util.List;
import java.util.Map;

/**
 * A whole run as it truly was. {@link RunEventWriter} tells it to the topic, in one event or two.
 *
 * @param account {@link #DEFAULT_ACCOUNT} is never told: its events have no account
 * @param attempt counted from 1; attempts share a run id
 * @param queuedMillis how long it waited for a worker before it started; 0 if that is not told
 * @param startedAt in milliseconds since 1970
 * @param durationMicros start to end in microseconds; whole milliseconds unless {@code timing} is
 *     {@link Timing#RESPONSE_TIME}, since times are told in milliseconds
 * @param status how it ended, {@link RunStatus#IN_PROGRESS} if it never did
 */
public record SampleRun(
    String account,
    String script,
    String runId,
    int attempt,
    Deployment deployment,
    String function,
    Source source,
    long queuedMillis,
    long startedAt,
    long durationMicros,
    RunStatus status,
    Dialect dialect,
    Timing timing,
    Details details) {

  /** The account of events that do not name one. */
  public static final String DEFAULT_ACCOUNT = "default";

  /** The account of events that are broken on purpose, so that they bury nobody's own. */
  public static final String UNUSABLE_ACCOUNT = "sample-errors";

  /** A first attempt that did not have to wait. */
  public SampleRun(
      String account,
      String script,
      String runId,
      Deployment deployment,
      String function,
      Source source,
      long startedAt,
      long durationMicros,
      RunStatus status,
      Dialect dialect,
      Timing timing,
      Details details) {
    this(
        account,
        script,
        runId,
        1,
        deployment,
        function,
        source,
        0,
        startedAt,
        durationMicros,
        status,
        dialect,
        timing,
        details);
  }

  /**
   * A deployed version of a script.
   *
   * @param id empty if unknown
   * @param version 0 if unknown
   */
  public record Deployment(String id, int version) {
    /** Told by a platform that starts a run before it knows which version serves it. */
    public static final Deployment UNKNOWN = new Deployment("", 0);

    DeploymentKey key() {
      return DeploymentKey.of(version, id);
    }
  }

  /** What triggered the run. */
  public record Source(String type, String name) {}

  /** Why it failed. */
  public record Failure(String code, String message, List<String> stackTrace) {}

  /**
   * What it used.
   *
   * @param gpuPercent NaN where there is no GPU
   */
  public record Resources(long memoryBytes, double cpuMillis, double gpuPercent, boolean cold) {}

  /**
   * What only the record view shows; null or empty where the run has none of it.
   *
   * @param input a JSON object as text
   * @param output a JSON object as text
   * @param phases where the time went, in milliseconds by name
   */
  public record Details(
      String input,
      String output,
      Failure failure,
      String stdout,
      String stderr,
      String traceId,
      Map<String, Double> phases,
      Resources resources) {
    /** A run of which only the metrics are known. */
    public static final Details NONE = ofFailure(null);

    /** A run of which nothing but the reason of its failure is known. */
    public static Details ofFailure(Failure failure) {
      return new Details("", "", failure, "", "", "", Map.of(), null);
    }
  }

  /** Its id in ClickHouse and in log entries, where every attempt has its own. */
  public String attemptId() {
    return attempt == 1 ? runId : runId + "#" + attempt;
  }

  /**
   * The first that is known of it, in milliseconds since 1970: its start, or when it was queued.
   */
  public long executedOn() {
    return startedAt - queuedMillis;
  }

  /** When it ended, in milliseconds since 1970; of a run in progress: when it would have. */
  public long endedAt() {
    return startedAt + Math.round(durationMicros / 1000.0);
  }

  /** What a reader must find of it. */
  public RunOutcome outcome() {
    boolean timed = status == RunStatus.SUCCESS && timing != Timing.NONE;
    return new RunOutcome(
        account,
        script,
        attemptId(),
        deployment.key(),
        executedOn(),
        status,
        timed ? durationMicros / 1000.0 : Double.NaN);
  }

  /** The platform's word for {@code status} of this run. */
  String word(RunStatus other) {
    return dialect.word(other, runId);
  }

  /** The same run as told by somebody who does not know its deployment. */
  SampleRun withoutDeployment() {
    return with(runId, Deployment.UNKNOWN, status, details);
  }

  /** The same run while it has not ended. */
  public SampleRun unfinished() {
    return with(runId, deployment, RunStatus.IN_PROGRESS, Details.NONE);
  }

  /** The same run with another end: the one that came second. */
  SampleRun contradicted() {
    RunStatus other = status == RunStatus.FAILED ? RunStatus.SUCCESS : RunStatus.FAILED;
    return with(runId, deployment, other, Details.NONE);
  }

  /** A successful run like this one, which nobody counts, in the account of unusable events. */
  SampleRun impostor() {
    return with(UNUSABLE_ACCOUNT, "impostor_of_" + runId, deployment, RunStatus.SUCCESS, details);
  }

  private SampleRun with(
      String newRunId, Deployment newDeployment, RunStatus newStatus, Details newDetails) {
    return with(account, newRunId, newDeployment, newStatus, newDetails);
  }

  private SampleRun with(
      String newAccount,
      String newRunId,
      Deployment newDeployment,
      RunStatus newStatus,
      Details newDetails) {
    return new SampleRun(
        newAccount,
        script,
        newRunId,
        attempt,
        newDeployment,
        function,
        source,
        queuedMillis,
        startedAt,
        durationMicros,
        newStatus,
        dialect,
        timing,
        newDetails);
  }
}
