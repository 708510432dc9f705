package dev.scriptanalytics.track;

import java.util.List;
import java.util.Set;

/**
 * Python's stack traces: the frames come first, the error last. Chained ones are one trace, and so
 * is a group of exceptions, whose lines have a margin. Ruby 2 prints to terminals in this order
 * too.
 *
 * <p>Further lines of a message, and notes (PEP 678), look like any output and are no part of the
 * trace, unless a chained one follows. Only those of Pydantic are known by their form.
 *
 * <p>Frames without the line that begins a traceback are a trace as well: they are a printed stack,
 * or the rest of a trace that was too long. When Python itself crashes, the stacks of its threads
 * follow a line that says why.
 */
final class PythonTraces implements TraceFormat {
  private static final String FRAME = "  File \"";
  private static final String TRACEBACK = "Traceback";
  private static final String GROUP = "+ Exception Group Traceback";
  private static final Set<String> CHAINS =
      Set.of(
          "During handling of the above exception, another exception occurred:",
          "The above exception was the direct cause of the following exception:");
  private static final String CRASH = "Fatal Python error: ";
  private static final String STACK = "(most recent call first):";

  /** The error of another process, whose trace follows in quotes. */
  private static final String REMOTE = "RemoteTraceback:";

  private static final int MAX_SOURCE_LINES = 5;
  private static final List<String> TYPES =
      List.of("Error", "Exception", "Warning", "Interrupt", "Exit", "Iteration", "Timeout");

  @Override
  public int length(CapturedLines lines) {
    String head = lines.text(0);
    if (head.startsWith(FRAME)) {
      int end = syntaxError(lines);
      if (end > 0 || !isFrame(head)) {
        return end;
      }
    }
    int crash = crash(lines);
    if (crash > 0) {
      return crash;
    }
    int begin = behindIntroduction(lines);
    if (!isFrame(head) && !beginsTraceback(lines.text(begin))) {
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
    int last = length - 1;
    while (last > 0 && !beginsTraceback(lines.text(last))) {
      last--;
    }
    if (isGroup(lines.text(last))) {
      return typeOfGroup(lines, length);
    }
    for (int i = last + 1; i < length; i++) {
      String line = lines.text(i);
      if (RubyTraces.namesError(line)) {
        return RubyTraces.typeAtEnd(line);
      }
      if (namesError(line)) {
        return line.substring(0, behindName(line));
      }
    }
    return "";
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

  private static int behindIntroduction(CapturedLines lines) {
    String head = lines.text(0);
    if (head.stripTrailing().endsWith(REMOTE) && "\"\"\"".equals(lines.text(1))) {
      return 2;
    }
    boolean introduced =
        head.startsWith("Exception in thread ") || head.startsWith("Exception ignored in");
    return introduced ? 1 : 0;
  }

  /** The end of the stacks of all threads that a crash prints; 0 if there is none. */
  private static int crash(CapturedLines lines) {
    int end = 0;
    if (lines.text(0).startsWith(CRASH)) {
      do {
        end++;
      } while (end < MAX_MESSAGE_LINES && lines.text(end) != null && !beginsStack(lines.text(end)));
    }
    int begin = end;
    for (int next = begin; end < MAX_LINES && beginsStack(lines.text(next)); ) {
      end = next + 1;
      while (end < MAX_LINES && isOfStack(lines.text(end))) {
        end++;
      }
      next = lines.behindBlanks(end, MAX_BLANK_LINES);
    }
    return end > begin ? end : 0;
  }

  private static boolean beginsStack(String line) {
    return line != null && !TraceFormat.isIndented(line) && line.endsWith(STACK);
  }

  private static boolean isOfStack(String line) {
    return line != null
        && (line.startsWith(FRAME) || line.equals("  ...") || line.equals("  <no Python frame>"));
  }

  private static boolean beginsTraceback(String line) {
    return line != null && (line.startsWith(TRACEBACK) || isGroup(line));
  }

  private static boolean isGroup(String line) {
    return line.stripLeading().startsWith(GROUP);
  }

  /** Whether a line is such as {@code File "/app/job.py", line 8, in main}. */
  private static boolean isFrame(String line) {
    int place = line.startsWith(FRAME) ? line.indexOf("\", line ", FRAME.length()) : -1;
    return place > 0 && line.indexOf(", in ", place) > 0;
  }

  /** The end of a single traceback; that is behind the error and its message. */
  private static int traceback(CapturedLines lines, int begin) {
    if (isGroup(lines.text(begin))) {
      return group(lines, begin);
    }
    boolean isWithoutBeginning = isFrame(lines.text(begin));
    boolean frames = isWithoutBeginning;
    int lastFrame = begin;
    int end = begin + 1;
    while (true) {
      int next = lines.behindBlanks(end, MAX_BLANK_LINES);
      String line = lines.text(next);
      if (line == null || line.isBlank()) {
        return end;
      }
      if (!TraceFormat.isIndented(line) && !line.startsWith(TRACEBACK)) {
        boolean error =
            frames
                && next == end
                && (isWithoutBeginning
                    ? namesErrorByItsType(line)
                    : namesError(line) || RubyTraces.namesError(line));
        return error ? behindMessage(lines, end) : end;
      }
      if (next >= MAX_LINES) {
        // The rest begins with a frame, by which it is known.
        return lastFrame > begin ? lastFrame : end;
      }
      frames |= TraceFormat.isIndented(line);
      lastFrame = isFrame(line) ? next : lastFrame;
      end = next + 1;
    }
  }

  /**
   * The end of the message of the error that a line names. Of Pydantic's, each field has a line and
   * what is wrong with it below.
   */
  private static int behindMessage(CapturedLines lines, int error) {
    int end = error + 1;
    if (lines.text(error).contains(" validation error")) {
      while (end < MAX_LINES && lines.text(end) != null && saysWhatIsWrong(lines.text(end + 1))) {
        end += 2;
        String help = lines.text(end);
        if (help != null && help.startsWith("    For further information visit ")) {
          end++;
        }
      }
    }
    return end;
  }

  private static boolean saysWhatIsWrong(String line) {
    return line != null
        && line.startsWith("  ")
        && (line.contains("[type=") || line.contains("(type="));
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

  /** Whether a line names an error, where it is not certain that one comes. */
  private static boolean namesErrorByItsType(String line) {
    if (!namesError(line)) {
      return false;
    }
    String name = line.substring(0, behindName(line));
    return TYPES.stream().anyMatch(name::endsWith);
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
