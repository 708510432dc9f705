package dev.scriptanalytics.decode;

import dev.scriptanalytics.redact.Redactor;

/**
 * JSON: log entries, spans of korelogger and answers of the logs API.
 *
 * @param korelogger the names of the attributes in korelogger's spans
 */
public record JsonLogFormat(KoreloggerAttributes korelogger) implements LogFormat {
  @Override
  public RecordDecoder decoder(
      EventLimits limits, EventRules rules, String hashKey, Redactor redactor) {
    return new LogDecoder(limits, rules, hashKey, korelogger, redactor);
  }
}
