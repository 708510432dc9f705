package dev.scriptanalytics.decode;

/** How the records of a topic are written. */
public enum LogFormat {
  /** JSON: log entries, spans of korelogger and answers of the logs API. */
  JSON
}
