package dev.scriptanalytics.testkit.sample;

import java.util.Optional;

/** How a script logs: each has one way. */
public enum Logging {
  /** By printing: what was captured comes with the end of the run. */
  PRINT(null),
  /** By korelogger: each entry is streamed, and printed as well. */
  KORELOGGER(LogForm.KORELOGGER),
  /** By korelogger, which prints each entry and streams every other one. */
  KORELOGGER_IN_PART(LogForm.KORELOGGER),
  /** In native entries. */
  NATIVE(LogForm.NATIVE),
  /** As endpoints do, each entry alone. */
  ENDPOINT(LogForm.ENDPOINT),
  /** As endpoints do, within the answers of their logs API. */
  ENDPOINT_ANSWER(LogForm.ENDPOINT_ANSWER),
  /** As endpoints do, within such answers as lines of text. */
  ENDPOINT_LINES(LogForm.ENDPOINT_LINES),
  /** As endpoints do, in lines of text that are a record each. */
  LINE(LogForm.LINE),
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
    return this == PRINT || this == KORELOGGER || this == KORELOGGER_IN_PART;
  }

  /** Whether the entry at that place of its run is streamed. */
  boolean streams(int place) {
    return this != KORELOGGER_IN_PART || place % 2 == 1;
  }

  /** Whether entries say what entries of endpoints do. */
  boolean isOfEndpoint() {
    return form != null && form.isOfEndpoint();
  }

  /** The form of an entry that belongs to no run. */
  LogForm formWithoutRun() {
    if (form == null) {
      return LogForm.NATIVE;
    }
    // A line of text has no place for a script.
    return form == LogForm.LINE ? LogForm.ENDPOINT_LINES : form;
  }

  /** What the ids of runs begin with: lines of text tell a run by it. */
  String runPrefix() {
    return form == LogForm.ENDPOINT_LINES || form == LogForm.LINE ? "job_" : "run_";
  }
}
