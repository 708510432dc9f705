package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.flink.FlinkRest;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobStatus;

/**
 * The progress of a submitted job.
 *
 * @param flink the cluster of the job
 * @param id of the job
 */
record JobProgress(FlinkRest flink, String id) {

  private static final int CAUSES = 6;

  /** Whether the cluster knows the job and has not finished it: it runs, or will restart. */
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

  /** Flink's name of the job's state, and the number of failures if there are any. */
  String state() {
    Optional<JobStatus> status = status();
    if (status.isEmpty()) {
      return "unknown to this cluster";
    }
    int failures = failures();
    return status.get() + (failures == 0 ? "" : ", restarted after failures: " + failures);
  }

  /** The last failure: the messages of an exception and its causes, without stack traces. */
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
