package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;

import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.row.LogEntry;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;

/**
 * Reads a log entry from one line of the logs API's text format: {@code TIME [LEVEL] SOURCE:
 * MESSAGE (JOB)}. The time may stand in brackets too. Source and job are optional: the source is
 * one word, and the job begins with {@code job_}.
 */
final class LogLineReader {
  /** What a line looks like, for those whose text is none. */
  static final String FORM = "line of the form TIME [LEVEL] SOURCE: MESSAGE";

  private static final String JOB = " (job_";
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final ZoneId defaultZone;
  private final LevelScale scale;

  /**
   * A reader of lines.
   *
   * @param rules the zone of times without one, and what a level means that is a number
   */
  LogLineReader(EventRules rules) {
    this.defaultZone = rules.defaultZone();
    this.scale = rules.levelScale();
  }

  /** Whether a text that is a whole record is such a line, though its time may be none. */
  static boolean isLine(String whole) {
    String text = bare(whole);
    int timeEnd = text.indexOf(" [");
    if (timeEnd <= 0 || levelEnd(text, timeEnd) < 0) {
      return false;
    }
    boolean bracket = text.charAt(0) == '[';
    char first = text.charAt(bracket ? 1 : 0);
    boolean begins = (first >= '0' && first <= '9') || first == '+' || first == '-';
    return begins && (!bracket || text.charAt(timeEnd - 1) == ']');
  }

  /** Sets everything that the line says; the entry must have been reset. */
  void read(String whole, LogEntry entry) throws UnusableRecordException {
    String line = bare(whole);
    int timeEnd = line.indexOf(" [");
    int levelEnd = timeEnd < 0 ? -1 : levelEnd(line, timeEnd);
    if (levelEnd < 0) {
      throw new UnusableRecordException(
          BAD_VALUE, "The item is neither an object nor a " + FORM + ": ", line);
    }
    boolean bracket = line.charAt(0) == '[' && line.charAt(timeEnd - 1) == ']';
    String time = bracket ? line.substring(1, timeEnd - 1) : line.substring(0, timeEnd);
    byte[] timeUtf8 = utf8(time);
    entry.timestamp = EventTime.parseMicros(timeUtf8, 0, timeUtf8.length, defaultZone);
    if (entry.timestamp == EventTime.INVALID) {
      throw new UnusableRecordException(
          BAD_VALUE,
          EventTime.lacksZone(timeUtf8)
              ? "The line's time has no zone, and event.default-zone is not set: "
              : "The line begins with no time: ",
          line);
    }
    String word = line.substring(timeEnd + 2, levelEnd);
    LogLevel level = scale.levelOf(word);
    entry.level = level == null ? LogLevel.INFO : level;
    entry.originalLevel = utf8(word);
    readRest(line.substring(Math.min(levelEnd + 2, line.length())), entry);
  }

  /** The text without a byte order mark, and without blanks and line ends around it. */
  private static String bare(String text) {
    String line = text.strip();
    return line.startsWith(BYTE_ORDER_MARK) ? line.substring(1).stripLeading() : line;
  }

  private static void readRest(String rest, LogEntry entry) {
    int sourceEnd = rest.indexOf(": ");
    if (sourceEnd < 0 && rest.endsWith(":")) {
      sourceEnd = rest.length() - 1;
    }
    boolean hasSource = sourceEnd > 0 && isWord(rest, sourceEnd);
    String message = rest;
    if (hasSource) {
      entry.source = utf8(rest.substring(0, sourceEnd));
      message = rest.substring(Math.min(sourceEnd + 2, rest.length()));
    }
    int jobStart = message.endsWith(")") ? message.lastIndexOf(JOB) : -1;
    if (jobStart >= 0) {
      entry.runId = utf8(message.substring(jobStart + 2, message.length() - 1));
      message = message.substring(0, jobStart);
    }
    entry.message = utf8(message);
  }

  private static boolean isWord(String text, int end) {
    return text.substring(0, end).chars().noneMatch(Character::isWhitespace);
  }

  /** Where the bracket behind the level stands, at the line's end or before a blank; or -1. */
  private static int levelEnd(String line, int timeEnd) {
    int end = line.indexOf(']', timeEnd + 2);
    boolean isEnd = end >= 0 && (end == line.length() - 1 || line.charAt(end + 1) == ' ');
    return isEnd ? end : -1;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
