package dev.scriptanalytics.track;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.track.CapturedLines.Line;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits the captured text of a run into log entries.
 *
 * <p>The lines are those that a terminal shows ({@link TerminalLine}). A line in the format of the
 * logging library ({@code LEVEL :: message}, configurable) begins an entry with that level and
 * message; the lines below it that begin with white space or {@code Caused by:} continue it. A
 * stack trace is one entry, and belongs to the library's entry right above it, if that is a warning
 * or worse. Any other line is an entry of its own. Blank lines are skipped.
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
     * @param errorType the type of the error of a stack trace; empty if unknown
     */
    void entry(int line, LogLevel level, String levelWord, String message, String errorType);
  }

  private static final List<TraceFormat> TRACES =
      List.of(new PythonTraces(), new GoTraces(), new RubyTraces(), new AtTraces());

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Matcher libraryLine;
  private final TerminalLine terminal = new TerminalLine();

  /**
   * Creates a splitter for a format of the library's lines.
   *
   * @param format a pattern with two groups, level and message
   */
  CapturedText(Pattern format) {
    // Lines end at \n alone. So they must for the pattern, whose "." and "$" would otherwise stop
    // at Unicode's separators.
    this.libraryLine =
        Pattern.compile(format.pattern(), format.flags() | Pattern.UNIX_LINES).matcher("");
  }

  /** Splits a text and passes its entries on, in order. */
  void split(byte[] utf8, Entries entries) {
    String whole = new String(utf8, StandardCharsets.UTF_8);
    String text = whole.startsWith(BYTE_ORDER_MARK) ? whole.substring(1) : whole;
    CapturedLines lines = new CapturedLines(text, libraryLine, terminal);
    for (Line line = lines.first(); line != null; line = lines.first()) {
      if (line.level() == null && line.text().isBlank()) {
        lines.skip(1);
        continue;
      }
      StringBuilder message = new StringBuilder();
      String errorType = appendTrace(lines, message);
      boolean hasTrace = errorType != null;
      if (!hasTrace) {
        append(1, lines, message);
      }
      if (line.level() != null) {
        // Of a lesser entry it is not the trace: an error nobody caught would get its level.
        boolean takesTrace = !hasTrace && line.level().compareTo(LogLevel.WARNING) >= 0;
        String next = appendContinuation(lines, takesTrace, message);
        errorType = hasTrace ? errorType : next;
      }
      entries.entry(
          line.number(),
          line.level(),
          line.levelWord(),
          message.toString(),
          errorType == null ? "" : errorType);
    }
  }

  /**
   * Moves what continues an entry of the library to its message.
   *
   * @return the type of the error of the trace; null if there is no trace
   */
  private static String appendContinuation(
      CapturedLines lines, boolean takesTrace, StringBuilder message) {
    String errorType = null;
    for (Line line = lines.first(); line != null && line.level() == null; line = lines.first()) {
      String text = line.text();
      if (text.isBlank()) {
        lines.skip(1);
        continue;
      }
      if (takesTrace && errorType == null) {
        errorType = appendTrace(lines, message);
        if (errorType != null) {
          continue;
        }
      }
      if (!TraceFormat.isIndented(text) && !text.startsWith("Caused by:")) {
        break;
      }
      append(1, lines, message);
    }
    return errorType;
  }

  /**
   * Moves the trace that begins with the first line to a message.
   *
   * @return the type of its error; null if none begins there
   */
  private static String appendTrace(CapturedLines lines, StringBuilder message) {
    for (TraceFormat format : TRACES) {
      int length = format.length(lines);
      if (length > 0) {
        String errorType = format.errorType(lines, length);
        append(length, lines, message);
        return errorType;
      }
    }
    return null;
  }

  /** Moves lines to a message, all but the blank ones. */
  private static void append(int count, CapturedLines lines, StringBuilder message) {
    for (int i = 0; i < count; i++) {
      Line line = lines.first();
      if (i == 0 && message.isEmpty()) {
        message.append(line.text());
      } else if (!line.text().isBlank()) {
        message.append('\n').append(line.text());
      }
      lines.skip(1);
    }
  }
}
