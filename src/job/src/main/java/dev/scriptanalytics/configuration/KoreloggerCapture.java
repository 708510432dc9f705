package dev.scriptanalytics.configuration;

/**
 * What becomes of korelogger's lines in a run's captured {@code stdout}: they usually arrive as log
 * entries of their own as well.
 */
public enum KoreloggerCapture {
  /** Dropped when the run has streamed entries, kept otherwise. */
  AUTO,
  /** Always kept. */
  KEEP,
  /** Always dropped. */
  DROP
}
