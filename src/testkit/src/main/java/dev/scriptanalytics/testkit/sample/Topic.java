package dev.scriptanalytics.testkit.sample;

/** What a record is for, and the topic that such records usually go to. */
public enum Topic {
  /** Events of runs. */
  RUNS("script-runs"),
  /** Log entries in JSON, of any shape. */
  LOGS("script-logs"),
  /** Batches of OpenTelemetry's logs. */
  OTLP_LOGS("otlp_logs"),
  /** Batches of OpenTelemetry's spans. */
  OTLP_SPANS("otlp_spans");

  private final String usualName;

  Topic(String usualName) {
    this.usualName = usualName;
  }

  /** As it is called where nobody has chosen another name. */
  public String usualName() {
    return usualName;
  }
}
