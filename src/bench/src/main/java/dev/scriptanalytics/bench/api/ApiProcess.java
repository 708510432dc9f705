package dev.scriptanalytics.bench.api;

import dev.scriptanalytics.bench.process.ProcessUsage;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The shipped jar of the API server in a process of its own, with the options of a deployment. */
final class ApiProcess implements AutoCloseable {
  static final String NAME = "api";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String HEAP = "jvm_memory_used_bytes{area=\"heap\"";
  private static final String STREAMS = "script_analytics_api_streams_open";

  private final int port = Ports.free();
  private final TestClickHouse clickHouse;
  private final Path directory;
  private LocalProcess process;

  private ApiProcess(TestClickHouse clickHouse, Path directory) {
    this.clickHouse = clickHouse;
    this.directory = directory;
    start();
  }

  private void start() {
    JavaProgram program =
        new JavaProgram(
            NAME,
            Repository.apiJar().toString(),
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            "dev.scriptanalytics.api.ApiServer",
            List.of(
                "--api.port=" + port,
                "--clickhouse.url=" + clickHouse.httpUrl(),
                // One key asks for all users here.
                "--api.requests-per-minute=1000000"));
    process = LocalProcess.startChild(program, directory);
    process.awaitReady(PATIENCE, () -> Ports.accepts(port));
  }

  /**
   * Starts a server, and waits until it answers.
   *
   * @param directory of its files
   */
  static ApiProcess start(TestClickHouse clickHouse, Path directory) {
    return new ApiProcess(clickHouse, directory);
  }

  /** Ends it at once, as {@code kill -9} does, and starts another on the same port. */
  void killAndRestart() {
    process.kill();
    start();
  }

  int port() {
    return port;
  }

  /** A client of both sides. */
  Client client() {
    return new Client(clickHouse.httpPort(), port);
  }

  /** The processes whose processor time is looked at. */
  Map<String, Long> processes() {
    return Map.of(NAME, process.pid(), "clickhouse", clickHouse.pid());
  }

  double cpuSeconds() {
    return ProcessUsage.cpuSeconds(process.pid());
  }

  /** The part of {@link #cpuSeconds} in which its JVM compiled. */
  double compilerSeconds() {
    return ProcessUsage.compilerSeconds(process.pid());
  }

  /**
   * What the server says of itself, and the memory of its process.
   *
   * @param heapMegabytes in use, with garbage that is not collected yet
   * @param residentMegabytes of the whole process
   * @param streams that are open
   */
  record State(double heapMegabytes, long residentMegabytes, int streams) {}

  /** What the server says of itself now. */
  State state(Client client) throws IOException {
    double heap = 0;
    int streams = 0;
    for (String line : client.text(Requests.get("/metrics")).lines().toList()) {
      if (line.startsWith(HEAP)) {
        heap += value(line);
      } else if (line.startsWith(STREAMS)) {
        streams = (int) value(line);
      }
    }
    return new State(heap / (1 << 20), ProcessUsage.residentMegabytes(process.pid()), streams);
  }

  private static double value(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.stop(PATIENCE);
  }
}
