package dev.scriptanalytics.event;

/** What numbers mean as the level of a log entry. Libraries number their levels differently. */
public enum LevelScale {
  /**
   * Of pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal; numbers in
   * between belong to the level below.
   */
  PINO {
    @Override
    LogLevel ofNumber(long number) {
      return LogLevel.ofNumber((int) Math.min(number, Integer.MAX_VALUE));
    }
  },
  /**
   * Of Python's {@code logging}: 10 debug, 20 info, 30 warning, 40 error, 50 critical; numbers in
   * between belong to the level below, and 1 to 9 to debug.
   */
  PYTHON {
    @Override
    LogLevel ofNumber(long number) {
      if (number < 1 || number > 99) {
        return null;
      }
      return switch ((int) number / 10) {
        case 0, 1 -> LogLevel.DEBUG;
        case 2 -> LogLevel.INFO;
        case 3 -> LogLevel.WARNING;
        case 4 -> LogLevel.ERROR;
        default -> LogLevel.FATAL;
      };
    }
  },
  /** Of OpenTelemetry: {@link LogLevel#ofSeverityNumber}. */
  OTEL {
    @Override
    LogLevel ofNumber(long number) {
      return LogLevel.ofSeverityNumber((int) Math.min(number, Integer.MAX_VALUE));
    }
  },
  /** Of RFC 5424: from 0, an emergency, to 7, debug. */
  SYSLOG {
    @Override
    LogLevel ofNumber(long number) {
      if (number < 0 || number > 7) {
        return null;
      }
      return switch ((int) number) {
        case 0, 1, 2 -> LogLevel.FATAL;
        case 3 -> LogLevel.ERROR;
        case 4 -> LogLevel.WARNING;
        case 5, 6 -> LogLevel.INFO;
        default -> LogLevel.DEBUG;
      };
    }
  };

  /** Log4j and Logback number from 5000, trace; no scale has numbers as large. */
  private static final int FIRST_OF_LOG4J = 5_000;

  private static final int LAST_OF_LOG4J = 59_999;

  /** The level of a number in this scale alone; null for any other number. */
  abstract LogLevel ofNumber(long number);

  /**
   * The level that a number means in this scale, or to Log4j and Logback: 5000 trace, 10000 debug,
   * 20000 info, 30000 warn, 40000 error, 50000 fatal.
   *
   * @return null for any other number
   */
  public LogLevel levelOf(long number) {
    if (number >= FIRST_OF_LOG4J && number <= LAST_OF_LOG4J) {
      return PYTHON.ofNumber(number / 1_000);
    }
    return ofNumber(number);
  }

  /**
   * The level that a text means where a level is expected: a number of this scale, or a word.
   *
   * @return null for any other text
   */
  public LogLevel levelOf(String text) {
    String bare = LogLevel.bare(text);
    long number = number(bare);
    return number < 0 ? LogLevel.ofWord(bare) : levelOf(number);
  }

  /** The number that digits spell, with nothing but zeros behind a point; -1 for other texts. */
  private static long number(String text) {
    int point = text.indexOf('.');
    int end = point < 0 ? text.length() : point;
    boolean isNumber = end > 0 && end <= 18 && point != text.length() - 1;
    for (int i = 0; isNumber && i < text.length(); i++) {
      char digit = text.charAt(i);
      isNumber = i == point || (i < end ? digit >= '0' && digit <= '9' : digit == '0');
    }
    return isNumber ? Long.parseLong(text, 0, end, 10) : -1;
  }
}
