package dev.scriptanalytics.decode;

import static dev.scriptanalytics.configuration.JobOptions.LOGS_TOPICS;

import dev.scriptanalytics.configuration.JobConfiguration;
import java.util.HashMap;
import java.util.Map;

/** How the records of a topic are written. */
public enum LogFormat {
  /** JSON: log entries, spans of korelogger and answers of the logs API. */
  JSON;

  /** The topics that the job is configured to read logs from, each with its format. */
  public static Map<String, LogFormat> byTopic(JobConfiguration configuration) {
    Map<String, LogFormat> formats = new HashMap<>();
    configuration.get(LOGS_TOPICS).forEach(topic -> formats.put(topic, JSON));
    return formats;
  }
}
