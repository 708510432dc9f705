package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.flink.FlinkPrograms;
import dev.scriptanalytics.testkit.flink.FlinkRest;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One local stack: the directory of its data, logs and processes, and the ports on which it
 * listens.
 */
final class Stack {

  static final String CLICKHOUSE = ClickHouseProgram.NAME;
  static final String KAFKA = KafkaProgram.NAME;
  static final String JOB_MANAGER = FlinkPrograms.JOB_MANAGER;
  static final String TASK_MANAGER = FlinkPrograms.TASK_MANAGER;
  static final String API = ApiProgram.NAME;
  static final String SAMPLE = "sample";

  /** In the order in which they are shown. */
  static final List<String> PROCESSES =
      List.of(API, CLICKHOUSE, KAFKA, JOB_MANAGER, TASK_MANAGER, SAMPLE);

  static final String OTLP_LOGS_TOPIC = "otlp_logs";
  static final String OTLP_SPANS_TOPIC = "otlp_spans";
  static final List<String> TOPICS =
      List.of("script-runs", "script-logs", OTLP_LOGS_TOPIC, OTLP_SPANS_TOPIC);
  static final List<String> TABLES =
      List.of(
          "runs",
          "run_ids",
          "logs",
          "run_rollups",
          "run_rollups_hourly",
          "deployments",
          "log_shapes",
          "dead_letters");

  private static final String JOB_FILE = "run/job.properties";

  /** What the stores and the job keep, within the stack's directory. */
  static final List<String> DATA = List.of(CLICKHOUSE, KAFKA, "flink", JOB_FILE);

  private final Path home;
  private final StackPorts ports;

  Stack(Path home, StackPorts ports) {
    this.home = home;
    this.ports = ports;
  }

  /** The stack in the directory, if at least one of its processes runs. */
  static Optional<Stack> running(Path home) {
    return PROCESSES.stream().anyMatch(name -> LocalProcess.running(name, home).isPresent())
        ? StackPorts.load(portsFile(home)).map(ports -> new Stack(home, ports))
        : Optional.empty();
  }

  static Path portsFile(Path home) {
    return home.resolve("run/ports.properties");
  }

  Path home() {
    return home;
  }

  StackPorts ports() {
    return ports;
  }

  Optional<LocalProcess> process(String name) {
    return LocalProcess.running(name, home);
  }

  boolean runs(String name) {
    return process(name).isPresent();
  }

  ClickHouseProgram clickHouse() {
    return new ClickHouseProgram(
        home, ports.get(StackPort.CLICKHOUSE_HTTP_PORT), ports.get(StackPort.CLICKHOUSE_TCP_PORT));
  }

  ApiProgram api() {
    return new ApiProgram(home, ports.get(StackPort.API_PORT), clickHouse().httpUrl());
  }

  KafkaProgram kafka() {
    return new KafkaProgram(home, ports.get(StackPort.KAFKA_PORT), Ports.free());
  }

  URI flinkAddress() {
    return URI.create("http://" + Ports.LOOPBACK + ":" + ports.get(StackPort.FLINK_REST_PORT));
  }

  FlinkRest flink() {
    return new FlinkRest(flinkAddress());
  }

  /** The Flink programs with the configuration of the running JobManager. */
  FlinkPrograms flinkPrograms() {
    return FlinkPrograms.configured(home);
  }

  /** The environment variables that the shipped job configuration refers to. */
  Map<String, String> jobEnvironment() {
    return Map.of(
        "KAFKA_BOOTSTRAP_SERVERS", kafka().bootstrapServers(),
        "CLICKHOUSE_URL", clickHouse().httpUrl().toString(),
        "CLICKHOUSE_PASSWORD", ClickHouseProgram.WRITER_PASSWORD);
  }

  /** The job that was submitted last, whatever its state. */
  Optional<SubmittedJob> job() {
    return SubmittedJob.load(home.resolve(JOB_FILE));
  }

  void recordJob(SubmittedJob job) {
    job.store(home.resolve(JOB_FILE));
  }
}
