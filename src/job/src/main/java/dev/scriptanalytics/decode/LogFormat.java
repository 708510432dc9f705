package dev.scriptanalytics.decode;

import dev.scriptanalytics.redact.Redactor;
import java.io.Serializable;

/** How the records of a log topic are written. Equal formats share a decoder. */
public interface LogFormat extends Serializable {
  /**
   * A decoder of this format.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  RecordDecoder decoder(EventLimits limits, EventRules rules, String hashKey, Redactor redactor);
}
