package dev.scriptanalytics.testkit.sample;

import java.util.Optional;

/** How a script logs: each has one way. */
public enum Logging {
  /** By printing: what was captured comes with the end of the run. */
  PRINT(null),
  /** By korelogger: each entry is streamed, and printed as well. */
  KORELOGGER(LogForm.KORELOGGER),
  /** In native entries. */
  NATIVE(LogForm.NATIVE),
  /** As endpoints do. */
  ENDPOINT(LogForm.ENDPOINT),
  /** By OpenTelemetry, whose Collector writes JSON. */
  OTLP_JSON(LogForm.OTLP_JSON),
  /** By OpenTelemetry, whose Collector writes Protocol Buffers. */
  OTLP_PROTOBUF(LogForm.OTLP_PROTOBUF),
  /** As events of the span that is the run. */
  SPANS(null);

  private final LogForm form;

  Logging(LogForm form) {
    this.form = form;
  }

  /** The form of the entries that are streamed. */
  Optional<LogForm> streamed() {
    return Optional.ofNullable(form);
  }

  /** Whether what is logged is captured, too. */
  boolean prints() {
    return this == PRINT || this == KORELOGGER;
  }
}
