package dev.scriptanalytics.track;

import dev.scriptanalytics.event.LogLevel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits the captured text of a run into log entries.
 *
 * <p>A line in the format of the logging library ({@code LEVEL :: message}, configurable) begins an
 * entry with that level and message. Any other line is an entry of its own, unless it continues the
 * entry above: after a line of the library, or within a stack trace, a line continues it that
 * begins with white space, {@code Caused by:} or {@code Traceback}. Blank lines are skipped.
 */
final class CapturedText {
  /** Takes the entries, in order. */
  interface Entries {
    /**
     * One entry.
     *
     * @param line the number of its first line, counted from 1
     * @param level null if the line is not in the library's format
     * @param levelWord the level as the text has it; empty if {@code level} is null
     */
    void entry(int line, LogLevel level, String levelWord, String message);
  }

  private static final Pattern FRAME = Pattern.compile("[ \\t]+(at |\\.\\.\\. \\d+ more)");

  private final Matcher libraryLine;
  private final Matcher frame = FRAME.matcher("");

  /**
   * Creates a splitter for a format of the library's lines.
   *
   * @param format a pattern with two groups, level and message
   */
  CapturedText(Pattern format) {
    // Lines end at \n alone. So they must for the pattern, whose "." and "$" would otherwise stop
    // at
    // the \r of a progress bar and at Unicode's separators.
    this.libraryLine =
        Pattern.compile(format.pattern(), format.flags() | Pattern.UNIX_LINES).matcher("");
  }

  /** Splits a text and passes its entries on, in order. */
  void split(byte[] utf8, Entries entries) {
    String text = new String(utf8, StandardCharsets.UTF_8);
    int number = 0;
    int firstLine = 0;
    LogLevel level = null;
    String levelWord = "";
    StringBuilder message = null;
    boolean inStackTrace = false;
    int position = 0;
    while (position < text.length()) {
      int end = text.indexOf('\n', position);
      int next = end < 0 ? text.length() : end + 1;
      if (end < 0) {
        end = text.length();
      }
      if (end > position && text.charAt(end - 1) == '\r') {
        end--;
      }
      String line = text.substring(position, end);
      position = next;
      number++;
      if (line.isBlank()) {
        continue;
      }
      // The format comes before continuation, because a configured one may begin with white space.
      LogLevel lineLevel = levelOf(line);
      boolean traceback = line.startsWith("Traceback");
      boolean continuing =
          lineLevel == null
              && (traceback || isSpace(line.charAt(0)) || line.startsWith("Caused by:"));
      if (message != null && continuing && (level != null || inStackTrace || isFrame(line))) {
        message.append('\n').append(line);
        inStackTrace |= traceback || isFrame(line);
        continue;
      }
      if (message != null) {
        entries.entry(firstLine, level, levelWord, message.toString());
      }
      firstLine = number;
      inStackTrace = traceback;
      level = lineLevel;
      // Without a known level the line only looks like one of the library, and stays whole.
      levelWord = level == null ? "" : libraryLine.group(1);
      message = new StringBuilder(level == null ? line : libraryLine.group(2));
    }
    if (message != null) {
      entries.entry(firstLine, level, levelWord, message.toString());
    }
  }

  /** The level of a line of the library; null for any other line. */
  private LogLevel levelOf(String line) {
    // In a pattern with alternatives, either group may be missing from the match.
    boolean library =
        libraryLine.reset(line).matches()
            && libraryLine.group(1) != null
            && libraryLine.group(2) != null;
    return library ? LogLevel.ofPrintedWord(libraryLine.group(1)) : null;
  }

  private boolean isFrame(String line) {
    return frame.reset(line).lookingAt();
  }

  private static boolean isSpace(char character) {
    return character == ' ' || character == '\t';
  }
}
