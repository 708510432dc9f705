package dev.scriptanalytics.track;

/**
 * Ruby's stack traces: a line with place and error, and lines that begin with {@code from}. Between
 * them there may be the rest of the message, and the source with a mark below the culprit. Causes
 * follow in the same form. Loggers print the places alone, each on a line below the error.
 */
final class RubyTraces implements TraceFormat {
  @Override
  public int length(CapturedLines lines) {
    int end = 0;
    while (end < MAX_LINES && namesError(lines.text(end))) {
      int next = single(lines, end);
      if (next == end) {
        // An error of the script's top level has no other frames.
        end += typeAtEnd(lines.text(end)).isEmpty() ? 0 : 1;
        break;
      }
      end = next;
    }
    return end > 0 ? end : logged(lines);
  }

  /** The end of the places that a logger prints, and of the line above them; 0 without any. */
  private static int logged(CapturedLines lines) {
    int begin = isPlace(lines.text(0)) ? 0 : 1;
    int end = begin;
    while (end < MAX_LINES && isPlace(lines.text(end))) {
      end++;
    }
    return end > begin ? end : 0;
  }

  @Override
  public String errorType(CapturedLines lines, int length) {
    for (int i = 0; i < length && !isFrame(lines.text(i)); i++) {
      String type = typeAtEnd(lines.text(i));
      if (!type.isEmpty()) {
        return type;
      }
    }
    return "";
  }

  /** The type in parentheses at the end of a line; empty if it is missing. */
  static String typeAtEnd(String line) {
    int begin = line.lastIndexOf('(') + 1;
    if (begin == 0 || !line.endsWith(")")) {
      return "";
    }
    String type = line.substring(begin, line.length() - 1);
    boolean constant =
        !type.isEmpty()
            && type.length() <= MAX_NAME_LENGTH
            && Character.isUpperCase(type.charAt(0))
            && type.chars().allMatch(c -> c == ':' || Character.isJavaIdentifierPart(c));
    return constant ? type : "";
  }

  /** The end of the trace of one error; its beginning if it is only a line. */
  private static int single(CapturedLines lines, int begin) {
    int marked = begin;
    for (int i = begin + 1; i <= begin + MAX_MESSAGE_LINES; i++) {
      String line = lines.text(i);
      if (line == null || namesError(line) || (marked > begin && !isNote(line))) {
        break;
      }
      if (isFrame(line)) {
        int end = i + 1;
        while (end < MAX_LINES && isFrame(lines.text(end))) {
          end++;
        }
        return end;
      }
      // Above the source there is a blank line, which other traces with marks do not have.
      if (i > begin + 2
          && TraceFormat.isIndented(line)
          && TraceFormat.isCaret(line)
          && lines.text(i - 2).isBlank()) {
        marked = i + 1;
      }
    }
    return marked;
  }

  /** Whether a line may stand below the mark. */
  private static boolean isNote(String line) {
    return line.isBlank() || TraceFormat.isIndented(line) || line.startsWith("Did you mean?");
  }

  /** Whether a line begins as {@code app.rb:2:in `run': } does. */
  static boolean namesError(String line) {
    if (line == null || TraceFormat.isIndented(line)) {
      return false;
    }
    int in = line.indexOf(":in ");
    return in > 0
        && isOneOf(line, in + 4, "`'")
        && isLineNumber(line, in)
        && line.indexOf("': ", in + 5) > 0;
  }

  private static boolean isFrame(String line) {
    if (line == null || !TraceFormat.isIndented(line)) {
      return false;
    }
    String frame = line.stripLeading();
    // Ruby 2 counts the frames on terminals.
    int number = TraceFormat.behindDigits(frame, 0);
    if (number > 0 && frame.startsWith(": ", number)) {
      frame = frame.substring(number + 2);
    }
    int in = frame.indexOf(":in ");
    return (frame.startsWith("from ") && in > 0 && isLineNumber(frame, in))
        || (frame.startsWith("... ") && frame.endsWith(" levels..."));
  }

  /** Whether a line is nothing but a place, such as {@code app.rb:2:in `run'}. */
  private static boolean isPlace(String line) {
    if (line == null || TraceFormat.isIndented(line)) {
      return false;
    }
    int in = line.indexOf(":in ");
    // Words before the path are those of a sentence, except in "(eval at app.rb:3):1:in `f'".
    return in > 0
        && (line.lastIndexOf(' ', in) < 0 || line.startsWith("("))
        && isOneOf(line, in + 4, "`'")
        && isLineNumber(line, in)
        && line.indexOf('\'', in + 5) == line.length() - 1;
  }

  private static boolean isLineNumber(String line, int end) {
    int begin = TraceFormat.beforeDigits(line, end);
    return begin < end && begin > 1 && line.charAt(begin - 1) == ':';
  }

  private static boolean isOneOf(String line, int position, String characters) {
    return position < line.length() && characters.indexOf(line.charAt(position)) >= 0;
  }
}
