package dev.scriptanalytics.decode;

import static dev.scriptanalytics.configuration.JobOptions.LOGS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.OTLP_LOGS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.OTLP_SPANS_TOPICS;

import dev.scriptanalytics.configuration.JobConfiguration;
import java.util.HashMap;
import java.util.Map;

/** How the records of a topic are written. */
public enum LogFormat {
  /** JSON: log entries, spans of korelogger and answers of the logs API. */
  JSON,
  /** Batches of OTLP logs, in JSON or Protocol Buffers. */
  OTLP_LOGS,
  /** Batches of OTLP spans, in JSON or Protocol Buffers. */
  OTLP_SPANS;

  /** The topics that the job is configured to read logs from, each with its format. */
  public static Map<String, LogFormat> byTopic(JobConfiguration configuration) {
    Map<String, LogFormat> formats = new HashMap<>();
    configuration.get(LOGS_TOPICS).forEach(topic -> formats.put(topic, JSON));
    configuration.get(OTLP_LOGS_TOPICS).forEach(topic -> formats.put(topic, OTLP_LOGS));
    configuration.get(OTLP_SPANS_TOPICS).forEach(topic -> formats.put(topic, OTLP_SPANS));
    return formats;
  }
}
