package dev.scriptanalytics.track;

/**
 * How one family of languages prints stack traces.
 *
 * <p>A format looks at a bounded number of lines to find out whether a trace begins, and from there
 * goes on line by line, so that a text takes time in proportion to its length.
 */
interface TraceFormat {
  /** The most lines of one trace. What follows is a trace of its own. */
  int MAX_LINES = 5000;

  /** The most lines between the line that names an error and the rest of its trace. */
  int MAX_MESSAGE_LINES = 20;

  /** The most characters of an error's type. */
  int MAX_NAME_LENGTH = 500;

  /** The most blank lines within a trace, one behind the other. */
  int MAX_BLANK_LINES = 3;

  /**
   * Measures the trace that begins with the first line.
   *
   * @return the number of its lines; 0 if none begins there
   */
  int length(CapturedLines lines);

  /**
   * The type of the error of the trace that begins with the first line.
   *
   * @param length the number of its lines
   * @return empty if unknown
   */
  String errorType(CapturedLines lines, int length);

  /** Whether a line begins with a space or a tab. */
  static boolean isIndented(String line) {
    return !line.isEmpty() && (line.charAt(0) == ' ' || line.charAt(0) == '\t');
  }

  /** Whether a line does nothing but point at a part of the line above. */
  static boolean isCaret(String line) {
    boolean caret = false;
    for (int i = 0; i < line.length(); i++) {
      char character = line.charAt(i);
      if (character != '^' && character != '~' && character != ' ' && character != '\t') {
        return false;
      }
      caret |= character == '^';
    }
    return caret;
  }

  /** Where the digits end that begin at a position of a text. */
  static int behindDigits(String text, int from) {
    int position = from;
    while (position < text.length()
        && text.charAt(position) >= '0'
        && text.charAt(position) <= '9') {
      position++;
    }
    return position;
  }

  /** Where the digits begin that end at a position of a text. */
  static int beforeDigits(String text, int end) {
    int position = end;
    while (position > 0 && text.charAt(position - 1) >= '0' && text.charAt(position - 1) <= '9') {
      position--;
    }
    return position;
  }
}
