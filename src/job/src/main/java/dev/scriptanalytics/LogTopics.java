package dev.scriptanalytics;

import static dev.scriptanalytics.configuration.JobOptions.LOGS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.OTLP_LOGS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.OTLP_SPANS_TOPICS;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.decode.JsonLogFormat;
import dev.scriptanalytics.decode.KoreloggerAttributes;
import dev.scriptanalytics.decode.LogFormat;
import dev.scriptanalytics.decode.otlp.OtlpFormat;
import java.util.HashMap;
import java.util.Map;

/**
 * The topics that logs are read from. It stands above the packages of formats, so that the operator
 * that decodes logs depends on none of them.
 */
public final class LogTopics {
  private LogTopics() {}

  /** The format of each topic. */
  public static Map<String, LogFormat> formats(JobConfiguration configuration) {
    LogFormat json = new JsonLogFormat(KoreloggerAttributes.of(configuration));
    Map<String, LogFormat> formats = new HashMap<>();
    configuration.get(LOGS_TOPICS).forEach(topic -> formats.put(topic, json));
    configuration.get(OTLP_LOGS_TOPICS).forEach(topic -> formats.put(topic, OtlpFormat.LOGS));
    configuration.get(OTLP_SPANS_TOPICS).forEach(topic -> formats.put(topic, OtlpFormat.SPANS));
    return formats;
  }
}
