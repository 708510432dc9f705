package dev.scriptanalytics.testkit.ledger;

import java.util.Locale;

/**
 * The level of a sample's log entry. The test kit has its own words, apart from those of the job.
 */
public enum LogLevel {
  STDOUT,
  STDERR,
  DEBUG,
  INFO,
  WARNING,
  ERROR,
  FATAL;

  /**
   * The level that a word of the samples and of the replayed log files means; else {@link #INFO}.
   */
  public static LogLevel ofWord(String word) {
    return switch (word.toUpperCase(Locale.ROOT)) {
      case "STDOUT" -> STDOUT;
      case "STDERR" -> STDERR;
      case "TRACE", "DEBUG", "D", "V", "FINE" -> DEBUG;
      case "WARN", "WARNING", "W" -> WARNING;
      case "ERROR", "ERR", "E", "SEVERE", "FAIL" -> ERROR;
      case "FATAL", "CRITICAL", "ALERT", "EMERGENCY", "PANIC", "F" -> FATAL;
      default -> INFO;
    };
  }

  /** As the column {@code log_level} spells it. */
  public String word() {
    return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
  }
}
