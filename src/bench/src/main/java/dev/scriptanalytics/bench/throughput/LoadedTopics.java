package dev.scriptanalytics.bench.throughput;

import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.kafka.TestKafka;
import dev.scriptanalytics.testkit.process.Repository;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A case's events, all of them in Kafka already.
 *
 * @param expected what must be in ClickHouse when all of them have been consumed
 * @param runsTopics the first, and where the job is restarted the one that it reads only then
 * @param logsTopic read only where the workload has logs
 * @param bytes of the events of each of the topics of runs, and of its log entries
 */
record LoadedTopics(
    Workload workload,
    EventStream stream,
    Expected expected,
    String bootstrapServers,
    List<String> runsTopics,
    String logsTopic,
    List<Long> bytes) {

  /** A sleep takes some ten microseconds longer than it should. */
  private static final int PACED = 100;

  // Two for each consumer of either side.
  private static final int PARTITIONS = 4;

  /** The age of the last event when the loading begins. */
  private static final long AGE_MILLIS = 60_000;

  /** The time between the first event and the last. */
  private static final long WINDOW_MILLIS = 600_000;

  static LoadedTopics load(Workload workload, long runEvents, TestKafka kafka, PrintStream messages)
      throws IOException, InterruptedException {
    EventStream stream =
        new EventStream(
            workload,
            runEvents,
            System.currentTimeMillis() - AGE_MILLIS - WINDOW_MILLIS,
            WINDOW_MILLIS);
    String name = workload.letter() + "-" + runEvents;
    String logs = "logs-" + name;
    createTopic(logs, kafka);
    List<String> runs = new ArrayList<>();
    List<Long> bytes = new ArrayList<>();
    if (stream.eventsBeforeRestart() > 0) {
      runs.add("runs-before-" + name);
      createTopic(runs.get(0), kafka);
      bytes.add(send(stream, 0, stream.eventsBeforeRestart(), runs.get(0), logs, kafka, messages));
    }
    String last = "runs-" + name;
    createTopic(last, kafka);
    runs.add(last);
    bytes.add(
        send(
            stream, stream.eventsBeforeRestart(), stream.runEvents(), last, logs, kafka, messages));
    return new LoadedTopics(
        workload,
        stream,
        new Expected(stream, workload.scripts()),
        kafka.bootstrapServers(),
        runs,
        logs,
        bytes);
  }

  /** Topics that nothing has been sent to yet. */
  static LoadedTopics empty(Workload workload, EventStream stream, TestKafka kafka) {
    LoadedTopics topics =
        new LoadedTopics(
            workload,
            stream,
            new Expected(stream, workload.scripts()),
            kafka.bootstrapServers(),
            List.of("live-runs-" + workload.letter()),
            "live-logs-" + workload.letter(),
            List.of());
    createTopic(topics.runsTopics.get(0), kafka);
    createTopic(topics.logsTopic, kafka);
    return topics;
  }

  private static void createTopic(String name, TestKafka kafka) {
    Map<String, String> configuration = new HashMap<>(KafkaProgram.LOG_APPEND_TIME);
    configuration.put("retention.bytes", "-1");
    kafka.createTopic(name, PARTITIONS, configuration);
  }

  private static long send(
      EventStream stream,
      long from,
      long to,
      String runs,
      String logs,
      TestKafka kafka,
      PrintStream messages)
      throws IOException, InterruptedException {
    long[] bytes = new long[1];
    try (EventSender sender =
        new EventSender(
            kafka.bootstrapServers(), Map.of(Topic.RUNS, runs, Topic.LOGS, logs), messages)) {
      stream.send(
          from,
          to,
          delivery -> {
            bytes[0] += delivery.value().length;
            sender.send(delivery);
          });
      sender.flush();
    }
    return bytes[0];
  }

  /**
   * Sends everything at a steady rate, and probes among it, evenly.
   *
   * @param rate events a second
   * @return how many seconds it took
   */
  double send(double rate, FreshnessProbe probe, int probes, PrintStream messages)
      throws IOException, InterruptedException {
    long events = allEvents();
    long[] sent = new long[1];
    long begin = System.nanoTime();
    try (EventSender sender =
        new EventSender(
            bootstrapServers,
            Map.of(Topic.RUNS, runsTopics.get(0), Topic.LOGS, logsTopic),
            messages)) {
      stream.send(
          0,
          stream.runEvents(),
          delivery -> {
            if (sent[0]++ % PACED == 0) {
              long ahead = begin + (long) (sent[0] / rate * 1e9) - System.nanoTime();
              TimeUnit.NANOSECONDS.sleep(Math.max(0, ahead));
            }
            sender.send(delivery);
            if (sent[0] * probes / events > probe.sent()) {
              String script = probe.next();
              sender.send(EventStream.probe(script, System.currentTimeMillis()));
              if (hasLogs()) {
                sender.send(EventStream.probeLog(script, System.currentTimeMillis()));
              }
            }
          });
      sender.flush();
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  boolean hasLogs() {
    return workload.logsOfRun() > 0;
  }

  /** Whether the job is to be restarted, and measured only then. */
  boolean hasRestart() {
    return stream.eventsBeforeRestart() > 0;
  }

  /** How many events are consumed while the time is taken. */
  long timedEvents() {
    return allEvents() - stream.eventsBeforeRestart();
  }

  /** How many bytes these have. */
  long timedBytes() {
    return bytes.get(bytes.size() - 1);
  }

  long allEvents() {
    return stream.runEvents() + stream.logEvents();
  }

  long allBytes() {
    return bytes.stream().mapToLong(of -> of).sum();
  }

  /** What a job that reads these topics of runs is told. */
  List<String> jobArguments(List<String> runsTopicsNow) {
    return List.of(
        "--config",
        Repository.path("deploy/flink/script-analytics.properties").toString(),
        "--clickhouse.password=${CLICKHOUSE_PASSWORD}",
        "--runs.topics=" + String.join(",", runsTopicsNow),
        "--logs.topics=" + (hasLogs() ? logsTopic : ""),
        "--kafka.group.id=benchmark-" + System.nanoTime());
  }

  void delete(TestKafka kafka) {
    List<String> all = new ArrayList<>(runsTopics);
    all.add(logsTopic);
    kafka.deleteTopics(all);
  }
}
