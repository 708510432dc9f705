package dev.scriptanalytics.event;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The severity of a log entry, or the stream that its line was captured from. */
public enum LogLevel {
  STDOUT(1),
  STDERR(2),
  DEBUG(3),
  INFO(4),
  WARNING(5),
  ERROR(6),
  FATAL(7);

  /** What colours a terminal's text. */
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;:]*m");

  /** Words that mean a level anywhere, in upper case. */
  private static final Map<String, LogLevel> BY_WORD = new HashMap<>();

  /** Words that mean a level only where a level is expected, in upper case. */
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
    put(BY_WORD_OF_A_FIELD, DEBUG, "CONFIG", "T", "V", "D", "VRB", "TRC", "DBG", "TRCE", "DBUG");
    // Words of other loggers between debug and warning, and for the lack of a level
    put(BY_WORD_OF_A_FIELD, INFO, "I", "INF", "HTTP", "LOG", "SUCCESS", "NOTSET", "DEFAULT");
    put(BY_WORD_OF_A_FIELD, INFO, "INFORMATIONAL", "N");
    put(BY_WORD_OF_A_FIELD, WARNING, "W", "WRN");
    put(BY_WORD_OF_A_FIELD, ERROR, "E", "FAIL");
    put(BY_WORD_OF_A_FIELD, FATAL, "F", "A", "C", "FTL", "ASSERT", "WTF");
    // OpenTelemetry's short names for the steps within its levels
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
   * The level that a word means where a level is expected. It may be in any case, and comes from
   * Python, java.util.logging, Log4j, Logback, .NET, syslog, Go, Node or Android. Blanks and
   * colours around it do not matter.
   *
   * @return null for any other word
   */
  public static LogLevel ofWord(String word) {
    return BY_WORD_OF_A_FIELD.get(bare(word).toUpperCase(Locale.ROOT));
  }

  /** The text without colours, and without blanks around it. */
  static String bare(String text) {
    String plain = text.indexOf('\u001b') < 0 ? text : COLOUR.matcher(text).replaceAll("");
    return plain.strip();
  }

  /**
   * The level that a word means at the beginning of a printed line: as {@link #ofWord}, except for
   * single letters, numbered steps and everyday words, with which a line may begin by chance.
   *
   * @return null for any other word
   */
  public static LogLevel ofPrintedWord(String word) {
    return BY_WORD.get(word.toUpperCase(Locale.ROOT));
  }

  /**
   * The level that a number of <a
   * href="https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber">OpenTelemetry</a>
   * means; each of its levels has four steps.
   *
   * @return null for any other number, such as 0, which means an unspecified level
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
   * The level that a number of pino means: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60
   * fatal; numbers in between belong to the level below.
   *
   * @return null for any other number
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
