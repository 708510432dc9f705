package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.local.ClickHouseHttp;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static final String USAGE =
      """
      deploy/local/up [--no-sample]      starts ClickHouse, Kafka, Flink, the job and a producer of made-up runs;
                                         starts what is missing where some of it runs already
      deploy/local/down                  stops all of it; the data stays
      deploy/local/status                tells what runs
      deploy/local/produce TOPIC FILE... sends each line as one record; FILE - is the standard input

      The environment can change ports and the directory where everything is kept:
      CLICKHOUSE_HTTP_PORT 8123, CLICKHOUSE_TCP_PORT 9000, KAFKA_PORT 9092, FLINK_REST_PORT 8081,
      SCRIPT_ANALYTICS_HOME .local in the repository.""";

  private LocalStack() {}

  public static void main(String[] args) {
    System.exit(run(args, System.getenv()));
  }

  private static int run(String[] args, Map<String, String> environment) {
    List<String> arguments = new ArrayList<>(Arrays.asList(args));
    if (arguments.isEmpty() || arguments.contains("--help")) {
      System.out.println(USAGE);
      return arguments.isEmpty() ? 2 : 0;
    }
    Path home = Path.of(environment.get("SCRIPT_ANALYTICS_HOME")).toAbsolutePath().normalize();
    Report report = new Report(System.out);
    String command = arguments.remove(0);
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
      System.err.println(command + ": " + e.getMessage() + "\n\n" + USAGE);
      return 2;
    } catch (IllegalStateException | UncheckedIOException | ClickHouseHttp.QueryFailedException e) {
      System.err.println(e.getMessage());
      return 1;
    }
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
