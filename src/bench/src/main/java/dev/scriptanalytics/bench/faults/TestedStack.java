package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that the job needs, with the job: the jar and the configuration that are shipped, in
 * processes that end with this JVM.
 */
final class TestedStack implements AutoCloseable {
  static final int PARTITIONS = 4;

  private final Path overrides;
  private final TestKafka kafka;
  private final TestClickHouse clickHouse;
  private final CuttableProxy link;
  private final CheckpointDisk checkpoints;
  private final TestedFlink flink;
  private final String job;

  /**
   * Starts all of it.
   *
   * @param home an empty directory
   * @param taskManagers two, so that one can die and the other has room for all; or one
   * @param highlyAvailable whether ZooKeeper and a second JobManager run
   * @param ownDisk whether checkpoints go to a small disk of their own, where one can be mounted
   */
  TestedStack(Path home, int taskManagers, boolean highlyAvailable, boolean ownDisk)
      throws IOException, InterruptedException {
    Path configuration = home.resolve("clickhouse-configuration");
    overrides = Files.createDirectories(configuration.resolve("users.d")).resolve("refuse.xml");
    for (String file : List.of("config.xml", "users.xml")) {
      Files.copy(Repository.path("deploy/clickhouse/" + file), configuration.resolve(file));
    }
    clickHouse =
        TestClickHouse.start(
            new ClickHouseProgram(
                home.resolve("server"),
                configuration.resolve("config.xml"),
                Map.of("CLICKHOUSE_MAX_MEMORY", "2000000000"),
                Ports.free(),
                Ports.free()));
    clickHouse.applySql();
    link = new CuttableProxy(clickHouse.httpPort());
    kafka = TestKafka.start(home.resolve("broker"));
    for (Topic topic : Topic.values()) {
      kafka.createTopic(topic.usualName(), PARTITIONS, KafkaProgram.LOG_APPEND_TIME);
    }
    checkpoints = new CheckpointDisk(home.resolve("checkpoints"), ownDisk);
    Map<String, String> settings = new HashMap<>();
    settings.put("execution.checkpointing.dir", "file://" + checkpoints.directory());
    settings.put("taskmanager.memory.process.size", "1400m");
    // One task slot's share of the job on each, as on two machines.
    settings.put("taskmanager.load-balance.mode", "SLOTS");
    flink = new TestedFlink(home.resolve("cluster"), taskManagers, highlyAvailable, settings);
    job =
        flink.submit(
            Repository.jobJar(),
            List.of(
                "--config",
                Repository.path("deploy/flink/script-analytics.properties").toString(),
                "--clickhouse.password=${CLICKHOUSE_PASSWORD}",
                "--otlp.logs.topics=" + Topic.OTLP_LOGS.usualName(),
                "--otlp.spans.topics=" + Topic.OTLP_SPANS.usualName()),
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "CLICKHOUSE_URL",
                "http://" + Ports.LOOPBACK + ":" + link.port(),
                "CLICKHOUSE_PASSWORD",
                ClickHouseProgram.WRITER_PASSWORD));
  }

  TestKafka kafka() {
    return kafka;
  }

  TestClickHouse clickHouse() {
    return clickHouse;
  }

  /** Between the job and ClickHouse. */
  CuttableProxy link() {
    return link;
  }

  CheckpointDisk checkpoints() {
    return checkpoints;
  }

  TestedFlink flink() {
    return flink;
  }

  /** The job's id. */
  String job() {
    return job;
  }

  /**
   * Starts ClickHouse again with other rights of its users.
   *
   * @param users what is to be merged into {@code users.xml}; empty for nothing
   */
  void restartClickHouse(String users) throws IOException {
    if (users.isEmpty()) {
      Files.deleteIfExists(overrides);
    } else {
      Files.writeString(overrides, "<clickhouse>" + users + "</clickhouse>");
    }
    clickHouse.kill();
    clickHouse.restart();
  }

  /** Stops ClickHouse where it stands, as a machine that hangs; it keeps its connections. */
  void freezeClickHouse() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void thawClickHouse() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(clickHouse.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("ClickHouse cannot be sent " + signal + ".");
    }
  }

  @Override
  public void close() throws IOException {
    flink.close();
    kafka.kill();
    link.close();
    clickHouse.close();
    checkpoints.close();
  }
}
