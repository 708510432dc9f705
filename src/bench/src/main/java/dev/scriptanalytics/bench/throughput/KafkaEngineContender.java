package dev.scriptanalytics.bench.throughput;

import dev.scriptanalytics.bench.process.Stopwatch;
import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.Waiting;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one would use instead of the job: ClickHouse's own Kafka engine, with two consumers and
 * materialized views into a raw table and rollups. It counts a duplicate twice, and knows no run
 * that is put together from several events, no late event and no bad record.
 */
final class KafkaEngineContender implements Contender {
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final SqlFile TABLES =
      SqlFile.beside(KafkaEngineContender.class, "kafka_engine_tables.sql");
  private static final SqlFile SQL = SqlFile.beside(KafkaEngineContender.class, "kafka_engine.sql");

  private final String name;
  private final boolean plain;
  private final TestKafka kafka;
  private final TestClickHouse clickHouse;

  /**
   * The Kafka engine.
   *
   * @param name on the command line and in the tables of results
   * @param plain into a MergeTree that replaces nothing, without rollups: the most that it can do
   */
  KafkaEngineContender(String name, boolean plain, TestKafka kafka, TestClickHouse clickHouse) {
    this.name = name;
    this.plain = plain;
    this.kafka = kafka;
    this.clickHouse = clickHouse;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Measurement measure(LoadedTopics topics) {
    createTablesAndQueues(topics);
    Map<String, Long> processes = new LinkedHashMap<>();
    processes.put(Measurement.KAFKA, kafka.pid());
    processes.put(Measurement.CLICKHOUSE, clickHouse.pid());
    Stopwatch stopwatch = new Stopwatch(processes);
    createViews(topics);
    boolean arrived =
        Waiting.until(PATIENCE, JobContender.PAUSE, () -> arrived() >= topics.allEvents());
    double seconds = stopwatch.seconds();
    Map<String, Double> cpu = stopwatch.cpuSeconds();
    Measurement measurement =
        new Measurement(
            name(),
            topics.workload().letter(),
            topics.allEvents(),
            topics.allBytes(),
            seconds,
            cpu,
            stopwatch.peakMegabytes(),
            Map.of(),
            arrived ? List.of() : List.of("only " + arrived() + " events arrived"));
    run("drop");
    return measurement;
  }

  private void createTablesAndQueues(LoadedTopics topics) {
    String engine = plain ? "MergeTree" : "ReplacingMergeTree";
    for (String statement : TABLES.statements()) {
      clickHouse.query(statement.replace("RAW_ENGINE", engine));
    }
    createQueue("run_queue", String.join(",", topics.runsTopics()), topics);
    if (topics.hasLogs()) {
      createQueue("log_queue", topics.logsTopic(), topics);
    }
  }

  private void createQueue(String name, String topicList, LoadedTopics topics) {
    clickHouse.query(
        SQL.statement(name)
            .replace("BROKERS", topics.bootstrapServers())
            .replace("TOPICS", topicList)
            .replace("GROUP", "peer-" + System.nanoTime()));
  }

  /** Creates the views, with which the consumption begins. */
  private void createViews(LoadedTopics topics) {
    if (!plain) {
      run("run_rollups");
    }
    run("runs_arrived");
    if (topics.hasLogs()) {
      run("logs_arrived");
      run("log_rows");
    }
    run("run_rows");
  }

  private long arrived() {
    return Long.parseLong(run("arrived"));
  }

  private String run(String statement) {
    return clickHouse.query(SQL.statement(statement));
  }
}
