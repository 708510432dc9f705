package dev.scriptanalytics.decode;

import dev.scriptanalytics.redact.Redactor;

/**
 * JSON: log entries, spans of korelogger and answers of the logs API.
 *
 * @param korelogger the names of the attributes in korelogger's spans
 * @param rules how events are read
 */
public record JsonLogFormat(KoreloggerAttributes korelogger, EventRules rules)
    implements LogFormat {
  @Override
  public RecordDecoder decoder(EventLimits limits, String hashKey, Redactor redactor) {
    return new LogDecoder(limits, rules, hashKey, korelogger, redactor);
  }
}
