package dev.scriptanalytics.testkit.command;

import dev.scriptanalytics.testkit.sample.Topic;
import java.util.EnumMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that name the topics to which a command sends runs and log entries. */
public final class TopicOptions {
  @Option(
      names = "--topic",
      paramLabel = "NAME",
      defaultValue = "script-runs",
      description = "the topic of runs; default ${DEFAULT-VALUE}")
  private String runs;

  @Option(
      names = "--logs-topic",
      paramLabel = "NAME",
      defaultValue = "script-logs",
      description = "the topic of log entries in JSON; default ${DEFAULT-VALUE}")
  private String logs;

  @Option(
      names = "--otlp-logs-topic",
      paramLabel = "NAME",
      defaultValue = "otlp_logs",
      description = "the topic of OpenTelemetry's logs; default ${DEFAULT-VALUE}")
  private String otlpLogs;

  /** The name of each of these topics, in a map that the caller may add to. */
  public Map<Topic, String> names() {
    Map<Topic, String> names = new EnumMap<>(Topic.class);
    names.put(Topic.RUNS, runs);
    names.put(Topic.LOGS, logs);
    names.put(Topic.OTLP_LOGS, otlpLogs);
    return names;
  }
}
