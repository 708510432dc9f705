package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.row.LogEntry;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;

/**
 * Reads a log entry from one line of the logs API's text format: {@code TIME [LEVEL] SOURCE:
 * MESSAGE (JOB)}. The job begins with {@code job_} and is optional.
 */
final class LogLineReader {
  private static final String JOB = " (job_";

  private final ZoneId defaultZone;

  /**
   * A reader of lines.
   *
   * @param defaultZone the zone of times without one; null if they are no times
   */
  LogLineReader(ZoneId defaultZone) {
    this.defaultZone = defaultZone;
  }

  /** Sets everything that the line says; the entry must have been reset. */
  void read(String line, LogEntry entry) throws UnusableRecordException {
    int timeEnd = line.indexOf(" [");
    int levelEnd = line.indexOf("] ", Math.max(timeEnd, 0));
    int sourceEnd = line.indexOf(": ", Math.max(levelEnd, 0));
    if (timeEnd < 0 || levelEnd < 0 || sourceEnd < 0) {
      throw new UnusableRecordException(
          BAD_VALUE,
          "The item is neither an object nor a line of the form TIME [LEVEL] SOURCE: MESSAGE: ",
          line);
    }
    byte[] time = utf8(line.substring(0, timeEnd));
    entry.timestamp = EventTime.parseMicros(time, 0, time.length, defaultZone);
    if (entry.timestamp == EventTime.INVALID) {
      throw new UnusableRecordException(BAD_VALUE, "The line begins with no time: ", line);
    }
    String word = line.substring(timeEnd + 2, levelEnd);
    LogLevel level = LogLevel.ofWord(word);
    entry.level = level == null ? LogLevel.INFO : level;
    entry.originalLevel = utf8(word);
    entry.source = utf8(line.substring(levelEnd + 2, sourceEnd));
    String message = line.substring(sourceEnd + 2);
    int jobStart = message.endsWith(")") ? message.lastIndexOf(JOB) : -1;
    if (jobStart >= 0) {
      entry.runId = utf8(message.substring(jobStart + 2, message.length() - 1));
      message = message.substring(0, jobStart);
    }
    entry.message = utf8(message);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
