package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.flink.FlinkRest;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobStatus;

/**
 * How a submitted job is doing.
 *
 * @param flink the cluster that has it
 * @param id the job's
 */
record JobProgress(FlinkRest flink, String id) {

  private static final int CAUSES = 6;

  /**
   * Whether the cluster knows the job and has not ended with it: it runs, or will be tried again.
   */
  boolean isUnfinished() {
    return status().filter(status -> !status.isGloballyTerminalState()).isPresent();
  }

  boolean allTasksRun() {
    return flink.allTasksRun(id);
  }

  int failures() {
    return flink.failures(id);
  }

  private Optional<JobStatus> status() {
    return flink.jobStatus(id);
  }

  /** Flink's word for the state of the job, and how often it has failed if it has. */
  String state() {
    Optional<JobStatus> status = status();
    if (status.isEmpty()) {
      return "unknown to this cluster";
    }
    int failures = failures();
    return status.get() + (failures == 0 ? "" : ", restarted after failures: " + failures);
  }

  /** Why it failed last: the messages of an exception and its causes, without their stacks. */
  String lastFailure() {
    return flink
        .lastFailure(id)
        .map(
            trace ->
                trace
                    .lines()
                    .filter(line -> !line.startsWith("\t"))
                    .limit(CAUSES)
                    .collect(Collectors.joining("\n")))
        .orElse("It has not failed since it was submitted.");
  }
}
