package dev.scriptanalytics.track;

import java.util.Set;

/**
 * Python's stack traces: the frames come first, the error last. Chained ones are one trace, and so
 * is a group of exceptions, whose lines have a margin. Ruby 2 prints to terminals in this order
 * too.
 */
final class PythonTraces implements TraceFormat {
  private static final String TRACEBACK = "Traceback";
  private static final String GROUP = "+ Exception Group Traceback";
  private static final Set<String> CHAINS =
      Set.of(
          "During handling of the above exception, another exception occurred:",
          "The above exception was the direct cause of the following exception:");
  private static final int MAX_SOURCE_LINES = 5;

  @Override
  public int length(CapturedLines lines) {
    String head = lines.text(0);
    if (head.startsWith("  File \"")) {
      return syntaxError(lines);
    }
    boolean introduced =
        head.startsWith("Exception in thread ") || head.startsWith("Exception ignored in");
    int begin = introduced ? 1 : 0;
    if (!beginsTraceback(lines.text(begin))) {
      return 0;
    }
    int end = traceback(lines, begin);
    while (end < MAX_LINES) {
      int next = chained(lines, end);
      if (next == end) {
        break;
      }
      end = beginsTraceback(lines.text(next)) ? traceback(lines, next) : next;
    }
    return end;
  }

  @Override
  public String errorType(CapturedLines lines, int length) {
    String last = lines.text(length - 1);
    if (hasMargin(last)) {
      return typeOfGroup(lines, length);
    }
    if (RubyTraces.namesError(last)) {
      return RubyTraces.typeAtEnd(last);
    }
    return namesError(last) ? last.substring(0, behindName(last)) : "";
  }

  /** The type of the first error below the frames of the group itself. */
  private static String typeOfGroup(CapturedLines lines, int length) {
    for (int i = 1; i < length; i++) {
      String line = lines.text(i).strip();
      if (line.startsWith("| ")) {
        String inner = line.substring(2);
        if (namesError(inner)) {
          return inner.substring(0, behindName(inner));
        }
      }
    }
    return "";
  }

  private static boolean beginsTraceback(String line) {
    return line != null && (line.startsWith(TRACEBACK) || line.stripLeading().startsWith(GROUP));
  }

  /** The end of a single traceback; that is behind the line which names the error. */
  private static int traceback(CapturedLines lines, int begin) {
    if (!lines.text(begin).startsWith(TRACEBACK)) {
      return group(lines, begin);
    }
    boolean frames = false;
    int end = begin + 1;
    while (end < MAX_LINES) {
      int next = lines.behindBlanks(end, MAX_BLANK_LINES);
      String line = lines.text(next);
      if (line == null || line.isBlank()) {
        break;
      }
      if (TraceFormat.isIndented(line) || line.startsWith(TRACEBACK)) {
        frames |= TraceFormat.isIndented(line);
        end = next + 1;
        continue;
      }
      boolean error = frames && next == end && (namesError(line) || RubyTraces.namesError(line));
      return error ? end + 1 : end;
    }
    return end;
  }

  private static int group(CapturedLines lines, int begin) {
    int end = begin + 1;
    while (end < MAX_LINES && hasMargin(lines.text(end))) {
      end++;
    }
    return end;
  }

  private static boolean hasMargin(String line) {
    if (line == null || !TraceFormat.isIndented(line)) {
      return false;
    }
    String inner = line.stripLeading();
    return inner.startsWith("|") || inner.startsWith("+");
  }

  /**
   * Where the traceback begins that one is chained to, or behind the line that says so. The error's
   * message may have more lines than its first.
   */
  private static int chained(CapturedLines lines, int end) {
    for (int i = end; i < end + MAX_MESSAGE_LINES; i++) {
      String line = lines.text(i);
      if (line == null || beginsTraceback(line)) {
        return end;
      }
      if (CHAINS.contains(line.strip())) {
        int next = lines.behindBlanks(i + 1, MAX_BLANK_LINES);
        return beginsTraceback(lines.text(next)) ? next : i + 1;
      }
    }
    return end;
  }

  /** Python prints a syntax error of the script itself without the line that begins a traceback. */
  private static int syntaxError(CapturedLines lines) {
    for (int i = 1; i <= MAX_SOURCE_LINES; i++) {
      String line = lines.text(i);
      if (line == null) {
        return 0;
      }
      if (!TraceFormat.isIndented(line)) {
        boolean error =
            line.startsWith("SyntaxError")
                || line.startsWith("IndentationError")
                || line.startsWith("TabError");
        return error ? i + 1 : 0;
      }
    }
    return 0;
  }

  /** Whether a line is a name with dots, alone or with a colon behind it. */
  private static boolean namesError(String line) {
    if (line.isEmpty() || !Character.isJavaIdentifierStart(line.charAt(0))) {
      return false;
    }
    int end = behindName(line);
    return end == line.length() || line.charAt(end) == ':';
  }

  private static int behindName(String line) {
    int end = 1;
    while (end < line.length() && end < MAX_NAME_LENGTH && isOfName(line.charAt(end))) {
      end++;
    }
    return end;
  }

  // <locals> is a part of the names of classes within functions.
  private static boolean isOfName(char character) {
    return Character.isJavaIdentifierPart(character)
        || character == '.'
        || character == '<'
        || character == '>';
  }
}
