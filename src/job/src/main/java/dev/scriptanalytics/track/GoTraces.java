package dev.scriptanalytics.track;

/**
 * Go's stack traces: a line that names the panic, and for each goroutine its frames of two lines,
 * function and place. Loggers and errors print the frames alone, of functions without arguments.
 */
final class GoTraces implements TraceFormat {
  @Override
  public int length(CapturedLines lines) {
    int end = goroutine(lines);
    if (end < 0) {
      return logged(lines);
    }
    end++;
    while (end < MAX_LINES) {
      String line = lines.text(end);
      if (line == null) {
        break;
      }
      if (isPlace(lines.text(end + 1)) && isFunction(line)) {
        end += 2;
      } else if (line.startsWith("...") && line.endsWith("frames elided...")) {
        end++;
      } else {
        int next = lines.behindBlanks(end, MAX_BLANK_LINES);
        if (isGoroutine(lines.text(next))) {
          end = next + 1;
        } else {
          // That is how go run ends.
          String last = lines.text(next);
          return last != null && last.startsWith("exit status ") ? next + 1 : end;
        }
      }
    }
    return end;
  }

  @Override
  public String errorType(CapturedLines lines, int length) {
    // A panic has a value, of which only the text is printed.
    return "";
  }

  /** The end of frames that a logger prints, and of the line above them; 0 without any. */
  private static int logged(CapturedLines lines) {
    int begin = isLogged(lines, 0) ? 0 : 1;
    int end = begin;
    while (end < MAX_LINES && isLogged(lines, end)) {
      end += 2;
    }
    return end > begin ? end : 0;
  }

  /** Whether two lines are a frame such as {@code main.run} and {@code \t/app/main.go:5}. */
  private static boolean isLogged(CapturedLines lines, int line) {
    String place = lines.text(line + 1);
    String function = lines.text(line);
    return function != null
        && isPlace(place)
        && (place.contains(".go:") || place.contains(".s:"))
        && function.indexOf('.') > 0
        && function.chars().noneMatch(Character::isWhitespace);
  }

  /** Where the first goroutine begins; negative if the first line has none. */
  private static int goroutine(CapturedLines lines) {
    String head = lines.text(0);
    if (isGoroutine(head)) {
      return 0;
    }
    int atMost;
    if (head.startsWith("panic: ") || head.startsWith("fatal error: ")) {
      atMost = MAX_MESSAGE_LINES;
    } else if (head.contains("panic")) {
      // Servers that go on log a panic in words of their own.
      atMost = 1;
    } else {
      return -1;
    }
    for (int i = 1; i <= atMost; i++) {
      String line = lines.text(i);
      if (line == null || line.startsWith("panic: ")) {
        return -1;
      }
      if (isGoroutine(line)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether a line is such as {@code goroutine 1 [running]:}. */
  private static boolean isGoroutine(String line) {
    if (line == null || !line.startsWith("goroutine ")) {
      return false;
    }
    int number = "goroutine ".length();
    int end = TraceFormat.behindDigits(line, number);
    return end > number && line.startsWith(" ", end) && line.endsWith("]:");
  }

  private static boolean isFunction(String line) {
    return !line.isBlank()
        && !TraceFormat.isIndented(line)
        && (line.endsWith(")") || line.startsWith("created by "));
  }

  /** Whether a line is such as {@code \t/app/main.go:5 +0x1d}. */
  private static boolean isPlace(String line) {
    if (line == null || !line.startsWith("\t")) {
      return false;
    }
    int colon = line.lastIndexOf(':');
    return colon > 1 && TraceFormat.behindDigits(line, colon + 1) > colon + 1;
  }
}
