package dev.scriptanalytics.bench.throughput;

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
  private static final int CONSUMERS = 2;

  private static final String RUN_COLUMNS =
      """
      account LowCardinality(String), run_id String, script LowCardinality(String),
      deployment_id LowCardinality(String), deployment_version UInt32,
      function LowCardinality(String), status LowCardinality(String),
      started_at DateTime64(3, 'UTC'), response_time_ms Nullable(Float64),
      source_type LowCardinality(String), source LowCardinality(String),
      input String, output String, trace_id String
      """;
  private static final String LOG_COLUMNS =
      """
      account LowCardinality(String), run_id String, script LowCardinality(String),
      deployment_id LowCardinality(String), deployment_version UInt32, log_id String,
      timestamp DateTime64(3, 'UTC'), level LowCardinality(String), message String,
      source LowCardinality(String)
      """;

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
    clickHouse.query("DROP DATABASE IF EXISTS script_analytics SYNC");
    clickHouse.query("DROP DATABASE IF EXISTS peer SYNC");
    clickHouse.query("CREATE DATABASE peer ENGINE = Atomic");
    String engine = plain ? "MergeTree" : "ReplacingMergeTree";
    clickHouse.query(
        "CREATE TABLE peer.runs (%s) ENGINE = %s PARTITION BY toDate(started_at)"
                .formatted(RUN_COLUMNS, engine)
            + " ORDER BY (account, script, started_at, run_id)");
    clickHouse.query(
        "CREATE TABLE peer.logs (%s) ENGINE = %s PARTITION BY toDate(timestamp)"
                .formatted(LOG_COLUMNS, engine)
            + " ORDER BY (account, script, timestamp, log_id)");
    // Tells how many events have arrived, whatever the merges of the others do.
    clickHouse.query(
        "CREATE TABLE peer.arrived (day Date, events UInt64) ENGINE = SummingMergeTree ORDER BY day");
    clickHouse.query(
        """
        CREATE TABLE peer.rollups
        (
            account LowCardinality(String), script LowCardinality(String), minute DateTime('UTC'),
            deployment_version UInt32, runs SimpleAggregateFunction(sum, UInt64),
            succeeded SimpleAggregateFunction(sum, UInt64),
            failed SimpleAggregateFunction(sum, UInt64),
            digest AggregateFunction(quantilesTDigest(0.9, 0.99), Nullable(Float64))
        )
        ENGINE = AggregatingMergeTree ORDER BY (account, script, minute, deployment_version)
        """);
    queue("run_queue", RUN_COLUMNS, String.join(",", topics.runsTopics()), topics);
    if (topics.hasLogs()) {
      queue("log_queue", LOG_COLUMNS, topics.logsTopic(), topics);
    }
    Map<String, Long> processes = new LinkedHashMap<>();
    processes.put(Measurement.KAFKA, kafka.pid());
    processes.put(Measurement.CLICKHOUSE, clickHouse.pid());
    Stopwatch stopwatch = new Stopwatch(processes);
    if (!plain) {
      clickHouse.query(
          """
          CREATE MATERIALIZED VIEW peer.run_rollups TO peer.rollups AS
          SELECT account, script, toStartOfMinute(started_at) AS minute, deployment_version,
              count() AS runs, countIf(status = 'success') AS succeeded,
              countIf(status = 'failed') AS failed,
              quantilesTDigestState(0.9, 0.99)(if(status = 'success', response_time_ms, NULL))
                  AS digest
          FROM peer.run_queue GROUP BY account, script, minute, deployment_version
          """);
    }
    view(
        "runs_arrived",
        "arrived",
        "toDate(started_at) AS day, count() AS events",
        "run_queue GROUP BY day");
    if (topics.hasLogs()) {
      view(
          "logs_arrived",
          "arrived",
          "toDate(timestamp) AS day, count() AS events",
          "log_queue GROUP BY day");
      view("log_rows", "logs", "*", "log_queue");
    }
    view("run_rows", "runs", "*", "run_queue");
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
    clickHouse.query("DROP DATABASE peer SYNC");
    return measurement;
  }

  // In a queue a LowCardinality column costs a dictionary for every message: twice the time of all.
  private void queue(String name, String columns, String topic, LoadedTopics topics) {
    clickHouse.query(
        "CREATE TABLE peer.%s (%s) ENGINE = Kafka SETTINGS"
                .formatted(name, columns.replace("LowCardinality(String)", "String"))
            + " kafka_broker_list = '%s', kafka_topic_list = '%s', kafka_group_name = 'peer-%d',"
                .formatted(topics.bootstrapServers(), topic, System.nanoTime())
            + " kafka_format = 'JSONEachRow', kafka_thread_per_consumer = 1,"
            + " kafka_num_consumers = %d, kafka_max_block_size = 262144,".formatted(CONSUMERS)
            + " kafka_poll_max_batch_size = 65536, kafka_flush_interval_ms = 1000");
  }

  private void view(String name, String to, String select, String from) {
    clickHouse.query(
        "CREATE MATERIALIZED VIEW peer.%s TO peer.%s AS SELECT %s FROM peer.%s"
            .formatted(name, to, select, from));
  }

  private long arrived() {
    return Long.parseLong(clickHouse.query("SELECT sum(events) FROM peer.arrived"));
  }
}
