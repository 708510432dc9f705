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

  /** Words that mean a level wherever they stand, in upper case. */
  private static final Map<String, LogLevel> BY_WORD = new HashMap<>();

  /** Words that mean a level only where one is expected, in upper case. */
  private static final Map<String, LogLevel> BY_WORD_OF_A_FIELD = new HashMap<>();

  static {
    put(BY_WORD, STDOUT, "STDOUT");
    put(BY_WORD, STDERR, "STDERR");
    put(BY_WORD, DEBUG, "DEBUG", "TRACE", "VERBOSE", "FINE", "FINER", "FINEST", "SILLY");
    put(BY_WORD, INFO, "INFO", "INFORMATION", "NOTICE");
    put(BY_WORD, WARNING, "WARNING", "WARN");
    put(BY_WORD, ERROR, "ERROR", "ERR", "SEVERE");
    put(BY_WORD, FATAL, "FATAL", "CRITICAL", "CRIT", "ALERT", "EMERGENCY", "EMERG");
    put(BY_WORD, FATAL, "PANIC", "DPANIC");
    // Java's CONFIG and the abbreviations of .NET and Android
    put(BY_WORD_OF_A_FIELD, DEBUG, "CONFIG", "V", "D", "VRB", "TRC", "DBG", "TRCE", "DBUG");
    // What other loggers have between debug and warning, or for want of a level
    put(BY_WORD_OF_A_FIELD, INFO, "I", "INF", "HTTP", "LOG", "SUCCESS", "NOTSET", "DEFAULT");
    put(BY_WORD_OF_A_FIELD, WARNING, "W", "WRN");
    put(BY_WORD_OF_A_FIELD, ERROR, "E", "FAIL");
    put(BY_WORD_OF_A_FIELD, FATAL, "F", "A", "FTL", "ASSERT");
    // The short names that OpenTelemetry gives the steps within its levels
    for (int step = 2; step <= 4; step++) {
      put(BY_WORD_OF_A_FIELD, DEBUG, "TRACE" + step, "DEBUG" + step);
      put(BY_WORD_OF_A_FIELD, INFO, "INFO" + step);
      put(BY_WORD_OF_A_FIELD, WARNING, "WARN" + step);
      put(BY_WORD_OF_A_FIELD, ERROR, "ERROR" + step);
      put(BY_WORD_OF_A_FIELD, FATAL, "FATAL" + step);
    }
    BY_WORD_OF_A_FIELD.putAll(BY_WORD);
  }

  private static void put(Map<String, LogLevel> words, LogLevel level, String... synonyms) {
    for (String synonym : synonyms) {
      words.put(synonym, level);
    }
  }

  private final int code;

  LogLevel(int code) {
    this.code = code;
  }

  /** The value of ClickHouse's {@code Enum8}; never changes. */
  public int code() {
    return code;
  }

  /**
   * The level that a word means where a level is expected, in any case: the words of Python, of
   * java.util.logging, Log4j and Logback, of .NET, syslog, Go and Node, and Android's letters.
   *
   * @return null for a word that is none
   */
  public static LogLevel ofWord(String word) {
    return BY_WORD_OF_A_FIELD.get(word.toUpperCase(Locale.ROOT));
  }

  /**
   * The level that a word means at the beginning of a printed line: as {@link #ofWord}, but for
   * single letters, numbered steps and everyday words, which such a line may begin with by chance.
   *
   * @return null for a word that is none
   */
  public static LogLevel ofPrintedWord(String word) {
    return BY_WORD.get(word.toUpperCase(Locale.ROOT));
  }

  /**
   * The level that a number of <a
   * href="https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber">OpenTelemetry</a>
   * means, each of its levels having four steps.
   *
   * @return null for a number that is none, such as 0, which stands for an unspecified level
   */
  public static LogLevel ofSeverityNumber(int number) {
    if (number < 1 || number > 24) {
      return null;
    }
    return switch ((number - 1) / 4) {
      case 0, 1 -> DEBUG;
      case 2 -> INFO;
      case 3 -> WARNING;
      case 4 -> ERROR;
      default -> FATAL;
    };
  }

  /**
   * The level that a number of pino means: 10 for trace, 20 debug, 30 info, 40 warn, 50 error, 60
   * fatal, and what a producer has defined in between.
   *
   * @return null for a number that is none
   */
  public static LogLevel ofNumber(int number) {
    return switch (number / 10) {
      case 1, 2 -> DEBUG;
      case 3 -> INFO;
      case 4 -> WARNING;
      case 5 -> ERROR;
      case 6 -> FATAL;
      default -> null;
    };
  }
}
