package dev.scriptanalytics.event;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** How grave a log entry is, or which stream default logging captured it from. */
public enum LogLevel {
  STDOUT(1),
  STDERR(2),
  DEBUG(3),
  INFO(4),
  WARNING(5),
  ERROR(6),
  FATAL(7);

  private static final Map<String, LogLevel> BY_WORD = new HashMap<>();

  static {
    for (LogLevel level : values()) {
      BY_WORD.put(level.name(), level);
    }
    BY_WORD.put("TRACE", DEBUG);
    BY_WORD.put("VERBOSE", DEBUG);
    BY_WORD.put("INFORMATION", INFO);
    BY_WORD.put("NOTICE", INFO);
    BY_WORD.put("WARN", WARNING);
    BY_WORD.put("ERR", ERROR);
    BY_WORD.put("SEVERE", ERROR);
    BY_WORD.put("CRITICAL", FATAL);
    BY_WORD.put("ALERT", FATAL);
    BY_WORD.put("EMERGENCY", FATAL);
  }

  private final int code;

  LogLevel(int code) {
    this.code = code;
  }

  /** The value of ClickHouse's {@code Enum8}; never changes. */
  public int code() {
    return code;
  }

  /** The level that a word of any case means; null for a word that is none. */
  public static LogLevel ofWord(String word) {
    return BY_WORD.get(word.toUpperCase(Locale.ROOT));
  }
}
