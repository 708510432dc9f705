package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.command.Commands;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The commands of {@code deploy/local}: a whole local stack without containers, as processes that
 * stay when the command has ended.
 *
 * <p>Exit codes: 0 for success, 1 for a failure that standard error explains, 2 for a wrong command
 * line.
 */
@Command(
    name = "deploy/local",
    description =
        "A local stack without containers: ClickHouse, Kafka, Flink with the job, and the API server.",
    subcommands = FlinkClient.class)
public final class LocalStack {
  static final String ENVIRONMENT = "%nThe environment can change:%n";
  static final String HOME =
      "  SCRIPT_ANALYTICS_HOME     the directory of the stack, as for deploy/local/up";

  private final Path home;
  private final Map<String, String> environment;
  private final Report report = new Report(System.out);

  private LocalStack(Map<String, String> environment) {
    this.environment = environment;
    home = Path.of(environment.get("SCRIPT_ANALYTICS_HOME")).toAbsolutePath().normalize();
  }

  public static void main(String[] args) {
    Commands.main(new LocalStack(System.getenv()), args);
  }

  @Command(
      name = "up",
      customSynopsis = "deploy/local/up [--no-sample]",
      description = {
        "Starts a local stack without containers, and waits until runs can be queried: ClickHouse,"
            + " Kafka, a Flink cluster with the job, the API server, and a producer of made-up runs."
            + " Builds what is missing. Where a part of the stack runs already, starts the rest."
      },
      footerHeading = ENVIRONMENT,
      footer = {
        "  API_PORT                  8080",
        "  CLICKHOUSE_HTTP_PORT      8123",
        "  CLICKHOUSE_TCP_PORT       9000",
        "  KAFKA_PORT                9092",
        "  FLINK_REST_PORT           8081",
        "  FLINK_METRICS_PORTS       9249-9259: each process of Flink serves Prometheus on the first",
        "                            that is free, on all interfaces",
        "  SCRIPT_ANALYTICS_HOME     the directory of all data and logs: .local in the repository.",
        "                            With another directory and other ports a second stack runs",
        "                            beside the first."
      })
  void up(
      @Option(
              names = "--no-sample",
              description = "without made-up runs; send your own with deploy/local/produce")
          boolean noSample) {
    Up.run(home, environment, report, !noSample);
  }

  @Command(
      name = "down",
      customSynopsis = "deploy/local/down [--delete-data]",
      description = {
        "Stops the local stack in good order. Its data stays: deploy/local/up continues from the"
            + " job's last checkpoint."
      },
      footerHeading = ENVIRONMENT,
      footer = HOME)
  void down(
      @Option(
              names = "--delete-data",
              description =
                  "also deletes the data of ClickHouse and Kafka and the job's state, so that"
                      + " deploy/local/up starts from nothing; logs and the job's options stay")
          boolean deleteData) {
    Down.run(home, report, deleteData);
  }

  @Command(
      name = "status",
      customSynopsis = "deploy/local/status",
      description = {
        "Shows the state of the local stack: processes, ports, the job, and the number of rows.",
        "The exit code is 0 if everything runs; the sample producer is optional."
      },
      footerHeading = ENVIRONMENT,
      footer = HOME)
  int status() {
    return Status.run(home, report) ? 0 : 1;
  }

  @Command(
      name = "produce",
      customSynopsis = "deploy/local/produce TOPIC FILE...",
      description =
          "Sends each line of the files to a topic of the local stack as one record, with its bytes"
              + " as they are, as fast as the broker takes them. The key of a record is its run_id"
              + " (or jobId) if it has one.",
      footerHeading = ENVIRONMENT,
      footer = HOME)
  int produce(
      @Parameters(index = "0", paramLabel = "TOPIC", description = "the name of a topic")
          String topic,
      @Parameters(
              index = "1..*",
              arity = "1..*",
              paramLabel = "FILE",
              description = "- is the standard input")
          List<String> files) {
    return Produce.run(home, topic, files, report) ? 0 : 1;
  }

  Path home() {
    return home;
  }

  Report report() {
    return report;
  }
}
