package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.flink.FlinkJobs;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Repository;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** Runs Flink's own command line client for the local stack. */
@Command(
    name = "flink",
    customSynopsis = {
      "deploy/local/flink list",
      "       deploy/local/flink stop JOB",
      "       deploy/local/flink run -d -s SAVEPOINT src/job/target/script-analytics-*.jar \\",
      "         --config .local/script-analytics.properties"
    },
    description = {
      "Flink's command line client for the local stack, as bin/flink is for another cluster.",
      "script-analytics.properties in SCRIPT_ANALYTICS_HOME holds the options with which"
          + " deploy/local/up submits the job. The variables that it refers to, which are addresses"
          + " and the password, are set."
    },
    footerHeading = LocalStack.ENVIRONMENT,
    footer = LocalStack.HOME)
final class FlinkClient implements Runnable {
  @ParentCommand private LocalStack commands;

  // Options, too, are for Flink's client.
  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public void run() {
    Stack stack =
        Stack.running(commands.home())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "No stack runs in "
                            + commands.home()
                            + ": start one with deploy/local/up."));
    String answer =
        LocalProcess.run(
            stack.flinkPrograms().client(arguments, stack.jobEnvironment()), stack.home());
    // The other commands must know the job that Flink's client has submitted.
    FlinkJobs.submitted(answer)
        .ifPresent(
            job ->
                stack.recordJob(
                    new SubmittedJob(job, SubmittedJob.checksumOf(Repository.jobJar()))));
    commands.report().say(answer);
  }
}
