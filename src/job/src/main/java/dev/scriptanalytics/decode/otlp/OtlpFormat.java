package dev.scriptanalytics.decode.otlp;

import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.decode.LogFormat;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.redact.Redactor;

/** OTLP, in JSON or Protocol Buffers. */
public enum OtlpFormat implements LogFormat {
  /** Batches of logs. */
  LOGS,
  /** Batches of spans. */
  SPANS;

  @Override
  public RecordDecoder decoder(
      EventLimits limits, EventRules rules, String hashKey, Redactor redactor) {
    return switch (this) {
      case LOGS -> new OtlpLogDecoder(limits, hashKey, redactor);
      case SPANS -> new OtlpSpanDecoder(limits, rules, hashKey, redactor);
    };
  }
}
