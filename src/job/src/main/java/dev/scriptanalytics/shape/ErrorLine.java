package dev.scriptanalytics.shape;

import java.nio.charset.StandardCharsets;

/**
 * Finds the line of a message that says what happened.
 *
 * <p>It is the first line that is not blank, but for two kinds of stack trace, which begin with
 * something else:
 *
 * <ul>
 *   <li>{@code Traceback (most recent call last):}, of Python and of Ruby 2.5 to 2.7, whatever
 *       stands before it in its line. The error's line is the first one after the frames that is
 *       not indented. Of chained tracebacks the last counts, and of an exception group the group.
 *   <li>A source position, as Node.js prints it above an uncaught error: the position, a line of
 *       source and a line of carets. The error's line is the next that is not blank.
 * </ul>
 *
 * <p>Traces of Java, Go, .NET and later Ruby name the error in their first line. Reusable, not
 * thread-safe. The time is linear in the length.
 */
final class ErrorLine {
  private static final byte[] TRACEBACK =
      "Traceback (most recent call last):".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GROUP = "Exception Group ".getBytes(StandardCharsets.US_ASCII);

  /** How many lines below its position a Node.js error may have its carets. */
  private static final int CARETS_WITHIN = 2;

  private byte[] utf8;
  private int end;
  private int next;
  private int lineFrom;
  private int from;
  private int to;

  /** Finds the line; {@link #from} and {@link #to} are its bounds, without outer blanks. */
  void find(byte[] utf8, int from, int to) {
    this.utf8 = utf8;
    this.end = to;
    this.next = from;
    if (!advance()) {
      return;
    }
    int firstFrom = this.from;
    int firstTo = this.to;
    if (next < end) {
      boolean found;
      if (endsWithTraceback()) {
        found = findAfterFrames();
      } else {
        found = isPosition() && findAfterCarets();
      }
      if (found) {
        return;
      }
    }
    this.from = firstFrom;
    this.to = firstTo;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  private boolean findAfterFrames() {
    boolean group = to - from >= TRACEBACK.length + GROUP.length && isGroup();
    boolean found = false;
    int foundFrom = 0;
    int foundTo = 0;
    while (!(group && found) && advance()) {
      if (group && utf8[from] == '|') {
        skipMargin();
      }
      if (from > lineFrom || from == to) {
        continue;
      }
      if (endsWithTraceback()) {
        found = false;
      } else if (!found) {
        found = true;
        foundFrom = from;
        foundTo = to;
      }
    }
    from = foundFrom;
    to = foundTo;
    return found;
  }

  private boolean findAfterCarets() {
    for (int i = 0; i < CARETS_WITHIN; i++) {
      if (!advance()) {
        return false;
      }
      if (isCarets()) {
        return advance();
      }
    }
    return false;
  }

  /** Goes to the next line that is not blank; false if there is none. */
  private boolean advance() {
    from = end;
    to = end;
    while (next < end) {
      lineFrom = next;
      int start = next;
      int stop = start;
      while (stop < end && utf8[stop] != '\n') {
        stop++;
      }
      next = Math.min(stop + 1, end);
      while (start < stop && isBlank(utf8[start])) {
        start++;
      }
      while (stop > start && isBlank(utf8[stop - 1])) {
        stop--;
      }
      if (start < stop) {
        from = start;
        to = stop;
        return true;
      }
    }
    return false;
  }

  /** Lets the line begin behind a margin like {@code " | "}. */
  private void skipMargin() {
    lineFrom = Math.min(from + 2, to);
    from++;
    while (from < to && isBlank(utf8[from])) {
      from++;
    }
  }

  private boolean endsWithTraceback() {
    return to - from >= TRACEBACK.length && matches(TRACEBACK, to - TRACEBACK.length);
  }

  private boolean isGroup() {
    return matches(GROUP, to - TRACEBACK.length - GROUP.length);
  }

  /** Whether the line is a name, a colon and a line number. */
  private boolean isPosition() {
    int digits = to;
    while (digits > from && utf8[digits - 1] >= '0' && utf8[digits - 1] <= '9') {
      digits--;
    }
    return digits < to && digits > from + 1 && utf8[digits - 1] == ':';
  }

  private boolean isCarets() {
    for (int i = from; i < to; i++) {
      if (utf8[i] != '^' && utf8[i] != '~' && utf8[i] != ' ') {
        return false;
      }
    }
    return true;
  }

  private boolean matches(byte[] expected, int at) {
    for (int i = 0; i < expected.length; i++) {
      if (utf8[at + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is a blank or another control character, as {@link Shapes} takes it. */
  private static boolean isBlank(byte character) {
    return (character >= 0 && character <= ' ') || character == 0x7f;
  }
}
