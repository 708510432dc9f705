package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.LogLevel;
import dev.scriptanalytics.testkit.ledger.LogOutcome;
import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;
import java.util.List;

/**
 * A log entry as it truly was. {@link LogEventWriter} tells it to a topic, in one of many forms.
 *
 * @param account {@link SampleRun#DEFAULT_ACCOUNT} is never told
 * @param runId empty of an entry that no run wrote
 * @param id empty where the producer gives none
 * @param micros when it was written, in microseconds since 1970
 * @param level in the producer's own word; empty for none
 * @param source the part of the script that wrote it; empty if unknown
 */
public record SampleLog(
    String account,
    String script,
    String runId,
    Deployment deployment,
    String function,
    String id,
    long micros,
    String level,
    String message,
    String source,
    Details details) {

  /**
   * What few entries tell; empty, negative or NaN where there is none of it.
   *
   * @param durationMillis how long took what the entry tells of
   * @param gpuPercent how far the GPU was used
   * @param metadata a JSON object as text
   * @param stackTrace one frame a line
   * @param traceId 32 hexadecimal digits
   * @param spanId 16 hexadecimal digits
   */
  public record Details(
      String requestId,
      double durationMillis,
      long memoryBytes,
      double gpuPercent,
      String metadata,
      List<String> stackTrace,
      String traceId,
      String spanId) {
    /** An entry that tells nothing more. */
    public static final Details NONE =
        new Details("", Double.NaN, -1, Double.NaN, "", List.of(), "", "");
  }

  /** An entry of {@code run} that tells nothing more. */
  public static SampleLog of(
      SampleRun run, String id, long micros, String level, String message, String source) {
    return new SampleLog(
        run.account(),
        run.script(),
        run.attemptId(),
        run.deployment(),
        run.function(),
        id,
        micros,
        level,
        message,
        source,
        Details.NONE);
  }

  /** The same entry with other details. */
  SampleLog with(Details other) {
    return new SampleLog(
        account, script, runId, deployment, function, id, micros, level, message, source, other);
  }

  /** What a reader must find of it. */
  public LogOutcome outcome() {
    return new LogOutcome(
        account, script, runId, deployment.version(), micros, LogLevel.ofWord(level), message);
  }
}
