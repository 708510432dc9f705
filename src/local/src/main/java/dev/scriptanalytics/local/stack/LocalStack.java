package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.flink.FlinkJobs;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The commands of {@code deploy/local}: a whole local stack without containers, as processes that
 * stay when the command has ended.
 *
 * <p>Exit codes: 0 when it was done, 1 when not (standard error says why), 2 for a wrong command
 * line.
 */
public final class LocalStack {

  private LocalStack() {}

  public static void main(String[] args) {
    System.exit(run(args, System.getenv()));
  }

  private static int run(String[] args, Map<String, String> environment) {
    Path home = Path.of(environment.get("SCRIPT_ANALYTICS_HOME")).toAbsolutePath().normalize();
    Report report = new Report(System.out);
    String command = args[0];
    List<String> arguments = new ArrayList<>(List.of(args).subList(1, args.length));
    try {
      switch (command) {
        case "up" -> {
          boolean withSample = !arguments.remove("--no-sample");
          expectNone(arguments);
          Up.run(home, environment, report, withSample);
        }
        case "down" -> {
          expectNone(arguments);
          Down.run(home, report);
        }
        case "status" -> {
          expectNone(arguments);
          return Status.run(home, report) ? 0 : 1;
        }
        case "flink" -> report.say(flink(home, arguments));
        case "produce" -> {
          if (arguments.size() < 2) {
            throw new UsageException("it needs a topic and at least one file");
          }
          return Produce.run(home, arguments.get(0), arguments.subList(1, arguments.size()), report)
              ? 0
              : 1;
        }
        default -> throw new UsageException("there is no such command");
      }
      return 0;
    } catch (UsageException e) {
      System.err.println(
          "%1$s: %2$s; see deploy/local/%1$s --help.".formatted(command, e.getMessage()));
      return 2;
    } catch (IllegalStateException | UncheckedIOException | ClickHouseHttp.QueryFailedException e) {
      System.err.println(e.getMessage());
      return 1;
    }
  }

  /** What Flink's own client answers. */
  private static String flink(Path home, List<String> arguments) {
    Stack stack =
        Stack.running(home)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "No stack runs in " + home + ": start one with deploy/local/up."));
    String said =
        LocalProcess.run(
            stack.flinkPrograms().client(arguments, stack.jobEnvironment()), stack.home());
    // Another job of the same: the other commands must know it.
    FlinkJobs.submitted(said)
        .ifPresent(
            job ->
                stack.recordJob(
                    new SubmittedJob(job, SubmittedJob.checksumOf(Repository.jobJar()))));
    return said;
  }

  private static void expectNone(List<String> arguments) {
    if (!arguments.isEmpty()) {
      throw new UsageException("it is not clear what " + arguments.get(0) + " means");
    }
  }

  /** The command line is wrong; the message tells in what. */
  private static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }
}
