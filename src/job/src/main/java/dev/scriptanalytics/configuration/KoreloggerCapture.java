package dev.scriptanalytics.configuration;

/**
 * What becomes of korelogger's lines in a run's captured {@code stdout}: they usually arrive as log
 * entries of their own as well.
 */
public enum KoreloggerCapture {
  /** A line is dropped when the run has streamed an equal entry, and kept otherwise. */
  AUTO,
  /** Always kept. */
  KEEP,
  /** Always dropped. */
  DROP
}
