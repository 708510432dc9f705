package dev.scriptanalytics.local.benchmark;

import dev.scriptanalytics.local.EventSender;
import dev.scriptanalytics.local.KafkaBroker;
import dev.scriptanalytics.local.KafkaProcess;
import dev.scriptanalytics.local.sample.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/**
 * A case's events, all of them in Kafka already.
 *
 * @param logsTopic read only where the workload has logs
 * @param bytes of all events
 */
record LoadedTopics(
    Workload workload,
    EventStream stream,
    String bootstrapServers,
    String runsTopic,
    String logsTopic,
    long bytes) {

  // Two for each consumer of either side.
  private static final int PARTITIONS = 4;

  /** Events of ten minutes, of which the last is as old as this. */
  private static final long AGE_MILLIS = 60_000;

  private static final long WINDOW_MILLIS = 600_000;

  static LoadedTopics load(
      Workload workload, long runEvents, KafkaProcess kafka, PrintStream messages)
      throws IOException, InterruptedException {
    EventStream stream =
        new EventStream(
            workload,
            runEvents,
            System.currentTimeMillis() - AGE_MILLIS - WINDOW_MILLIS,
            WINDOW_MILLIS);
    String runs = "runs-" + workload.letter() + "-" + runEvents;
    String logs = "logs-" + workload.letter() + "-" + runEvents;
    Map<String, String> configuration = new HashMap<>(KafkaBroker.LOG_APPEND_TIME);
    configuration.put("retention.bytes", "-1");
    kafka.createTopic(runs, PARTITIONS, configuration);
    kafka.createTopic(logs, PARTITIONS, configuration);
    long[] bytes = new long[1];
    try (EventSender sender =
        new EventSender(
            kafka.bootstrapServers(), Map.of(Topic.RUNS, runs, Topic.LOGS, logs), messages)) {
      stream.send(
          delivery -> {
            bytes[0] += delivery.value().length;
            sender.send(delivery);
          });
      sender.flush();
    }
    return new LoadedTopics(workload, stream, kafka.bootstrapServers(), runs, logs, bytes[0]);
  }

  boolean hasLogs() {
    return workload.logsOfRun() > 0;
  }

  long events() {
    return stream.runEvents() + stream.logEvents();
  }
}
