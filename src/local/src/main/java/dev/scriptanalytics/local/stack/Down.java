package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.process.DirectoryTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Stops the running parts of a local stack, each before the parts that it depends on. */
final class Down {

  // What asks and what sends stops first, then the job and its cluster, then the job's source and
  // sink.
  private static final List<String> CLUSTER = List.of(Stack.TASK_MANAGER, Stack.JOB_MANAGER);
  private static final List<String> STORES = List.of(Stack.KAFKA, Stack.CLICKHOUSE);

  private static final Duration CHECKPOINT_PATIENCE = Duration.ofSeconds(30);
  private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(30);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(90);

  private final Stack stack;
  private final Report report;

  private Down(Stack stack, Report report) {
    this.stack = stack;
    this.report = report;
  }

  /**
   * Stops the stack in the directory; does nothing if none runs there.
   *
   * @param deleteData whether to delete the data of its stores and the state of its job afterwards;
   *     logs and the job's options stay
   */
  static void run(Path home, Report report, boolean deleteData) {
    if (!Files.isDirectory(home)) {
      report.say("Nothing runs in " + home + ".");
      return;
    }
    HomeLock.holding(
        home,
        () -> {
          Optional<Stack> running = Stack.running(home);
          running.ifPresent(stack -> new Down(stack, report).run());
          StackPorts.forget(Stack.portsFile(home));
          if (deleteData) {
            deleteData(home);
            report.say("All data in " + home + " is deleted; deploy/local/up starts from nothing.");
          } else {
            report.say(
                running.isPresent()
                    ? "All data stays in " + home + "; deploy/local/up continues from there."
                    : "Nothing runs in " + home + ".");
          }
        });
  }

  private static void deleteData(Path home) {
    try {
      for (String part : Stack.DATA) {
        DirectoryTree.delete(home.resolve(part));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete the data in " + home + ": " + e, e);
    }
  }

  private void run() {
    stop(Stack.SAMPLE);
    stop(Stack.API);
    if (stack.runs(Stack.JOB_MANAGER)) {
      cancelJob();
    }
    CLUSTER.forEach(this::stop);
    STORES.forEach(this::stop);
  }

  private void cancelJob() {
    try {
      stack
          .job()
          .map(job -> new JobProgress(stack.flink(), job.id()))
          .filter(JobProgress::isUnfinished)
          .ifPresent(this::cancel);
    } catch (UncheckedIOException e) {
      // The job continues from its last checkpoint in any case.
      report.step("The job could not be cancelled: %s", e.getMessage());
    }
  }

  private void cancel(JobProgress job) {
    if (job.allTasksRun() && stack.flink().checkpoint(job.id(), CHECKPOINT_PATIENCE)) {
      report.step("The job has taken a checkpoint, from which it will continue");
    } else {
      report.step("The job will continue from its last periodic checkpoint");
    }
    if (stack.flink().cancel(job.id(), CANCEL_PATIENCE)) {
      report.step("The job is cancelled");
    }
  }

  private void stop(String name) {
    stack
        .process(name)
        .ifPresent(
            process -> {
              process.stop(STOP_PATIENCE);
              report.step("%s has stopped", process);
            });
  }
}
