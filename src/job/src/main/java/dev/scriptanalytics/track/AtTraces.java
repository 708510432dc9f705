package dev.scriptanalytics.track;

import java.util.List;

/**
 * The stack traces of Java, .NET and JavaScript: a line with the error, and frames that begin with
 * {@code at}. The message may have several lines. Node prints the source before an error that
 * nobody caught, Deno below it, and Node prints the error's properties in braces behind the frames.
 * Java prints no frames of an error that has no others than its cause.
 */
final class AtTraces implements TraceFormat {
  private static final List<String> INTRODUCTIONS =
      List.of(
          "error: Uncaught (in promise) ",
          "error: Uncaught ",
          "Uncaught (in promise) ",
          "Uncaught ",
          "Unhandled exception. ",
          "Unhandled Exception: ",
          "Caused by: ",
          "Wrapped by: ",
          "[");
  private static final List<String> TYPES =
      List.of("Error", "Exception", "Throwable", "Rejection", "Failure");
  private static final List<String> MODIFIERS = List.of("async ", "new ", "get ", "set ");
  private static final String JAVA_THREAD = "Exception in thread \"";
  private static final String NODE_VERSION = "Node.js v";
  private static final int MAX_SOURCE_LINES = 6;

  @Override
  public int length(CapturedLines lines) {
    int source = behindSource(lines);
    int frames = source > 0 ? source : behindMessage(lines, 0);
    return frames > 0 ? behindFooter(lines, behindFrames(lines, frames)) : 0;
  }

  @Override
  public String errorType(CapturedLines lines, int length) {
    for (int i = 0; i < length && !isFrame(lines.text(i)); i++) {
      String type = typeAtBeginning(lines.text(i));
      if (!type.isEmpty()) {
        return type;
      }
      if (i == 0 && isClassWithMessage(lines.text(0))) {
        return classAtBeginning(lines.text(0));
      }
      if (isFrame(lines.text(i + 1))) {
        return classAtBeginning(lines.text(i));
      }
    }
    return "";
  }

  /** The end of Node's excerpt of the source and of the error below it; 0 if there is none. */
  private static int behindSource(CapturedLines lines) {
    if (!isPlace(lines.text(0)) || lines.text(1) == null) {
      return 0;
    }
    for (int i = 2; i <= MAX_SOURCE_LINES; i++) {
      String line = lines.text(i);
      if (line == null) {
        return 0;
      }
      if (TraceFormat.isCaret(line)) {
        int error = lines.behindBlanks(i + 1, MAX_BLANK_LINES);
        String named = lines.text(error);
        if (named == null || named.isBlank()) {
          return i + 1;
        }
        return Math.max(error + 1, behindMessage(lines, error));
      }
    }
    return 0;
  }

  /** Whether a line is nothing but a path or an address with the number of a line. */
  private static boolean isPlace(String line) {
    int number = TraceFormat.beforeDigits(line, line.length());
    return number > 1
        && number < line.length()
        && line.charAt(number - 1) == ':'
        && !TraceFormat.isIndented(line)
        && (line.startsWith("node:")
            || line.startsWith("evalmachine")
            || line.startsWith("[eval]")
            || line.lastIndexOf('/', number) >= 0
            || line.lastIndexOf('\\', number) >= 0);
  }

  /**
   * Where the frames begin of the error that a line names; 0 if they are missing. Any line names an
   * error if a frame is next to it. In between there may be more of the message only if the line
   * has an error's type.
   */
  private static int behindMessage(CapturedLines lines, int head) {
    if (isFrame(lines.text(head + 1))) {
      return head + 1;
    }
    String named = lines.text(head);
    boolean announces = announcesError(named);
    if (!announces && !namesError(named) && !isClassWithMessage(named)) {
      return 0;
    }
    if (isCause(lines.text(head + 1))) {
      return head + 1;
    }
    int typed = announces ? head + 2 : head + 1;
    for (int i = head + 1; i <= head + MAX_MESSAGE_LINES; i++) {
      String line = lines.text(i);
      if (line == null || line.startsWith(NODE_VERSION) || (i >= typed && namesError(lines, i))) {
        return 0;
      }
      if (isFrame(line)) {
        return i;
      }
    }
    return 0;
  }

  private static int behindFrames(CapturedLines lines, int begin) {
    boolean braces = begin > 0 && lines.text(begin - 1).endsWith("{");
    int end = begin;
    while (end < MAX_LINES) {
      String line = lines.text(end);
      if (line == null) {
        break;
      }
      if (line.isBlank()) {
        int next = lines.behindBlanks(end, MAX_BLANK_LINES);
        if (!isFrame(lines.text(next)) && !isCause(lines.text(next))) {
          break;
        }
        end = next;
      } else if (isCause(line)) {
        end = Math.max(end + 1, behindMessage(lines, end));
      } else if (TraceFormat.isIndented(line) || line.startsWith("--- End of ")) {
        braces |= line.endsWith("{");
        end++;
      } else {
        return braces && line.equals("}") ? end + 1 : end;
      }
    }
    return end;
  }

  /** Node ends with its version. */
  private static int behindFooter(CapturedLines lines, int end) {
    int next = lines.behindBlanks(end, MAX_BLANK_LINES);
    String line = lines.text(next);
    return line != null && line.startsWith(NODE_VERSION) ? next + 1 : end;
  }

  private static boolean isCause(String line) {
    return line != null && (line.startsWith("Caused by: ") || line.startsWith("Wrapped by: "));
  }

  /** Whether a line says that an error follows, whose type may be on the next line. */
  private static boolean announcesError(String line) {
    return line.regionMatches(true, 0, "Unhandled exception", 0, "Unhandled exception".length())
        || line.regionMatches(true, 0, "Uncaught exception", 0, "Uncaught exception".length());
  }

  /** Whether a line names an error by its type, or by any class with a message or a frame. */
  private static boolean namesError(CapturedLines lines, int ahead) {
    String line = lines.text(ahead);
    return namesError(line)
        || isClassWithMessage(line)
        || (isFrame(lines.text(ahead + 1)) && !classAtBeginning(line).isEmpty());
  }

  private static boolean namesError(String line) {
    return !typeAtBeginning(line).isEmpty();
  }

  /** The error's type that a line begins with; empty if it is missing. */
  private static String typeAtBeginning(String line) {
    String name = nameAtBeginning(line);
    // A nested class, such as HttpException$NotFound, is one of its outer class.
    boolean isType =
        TYPES.stream().anyMatch(type -> name.endsWith(type) || name.contains(type + "$"));
    return isType ? name : "";
  }

  /** The class that a line begins with, whatever its name says; empty without its package. */
  private static String classAtBeginning(String line) {
    String name = nameAtBeginning(line);
    int dot = name.lastIndexOf('.');
    boolean isClass =
        dot > 0 && dot + 1 < name.length() && Character.isUpperCase(name.charAt(dot + 1));
    return isClass ? name : "";
  }

  private static boolean isClassWithMessage(String line) {
    String name = classAtBeginning(line);
    return !name.isEmpty() && line.contains(name + ": ");
  }

  private static String nameAtBeginning(String line) {
    int begin = behindIntroduction(line);
    int end = begin;
    while (end < line.length()
        && end < begin + MAX_NAME_LENGTH
        && (Character.isJavaIdentifierPart(line.charAt(end)) || line.charAt(end) == '.')) {
      end++;
    }
    // Words of a sentence are no types.
    boolean ends =
        end == line.length()
            || line.charAt(end) == ':'
            || (line.charAt(end) == ' ' && isMore(line, end + 1));
    return ends ? line.substring(begin, end) : "";
  }

  private static boolean isMore(String line, int position) {
    return position < line.length() && "[{(".indexOf(line.charAt(position)) >= 0;
  }

  private static int behindIntroduction(String line) {
    if (line.startsWith(JAVA_THREAD)) {
      int end = line.indexOf("\" ", JAVA_THREAD.length());
      return end < 0 ? 0 : end + 2;
    }
    for (String introduction : INTRODUCTIONS) {
      if (line.startsWith(introduction)) {
        return introduction.length();
      }
    }
    return 0;
  }

  /**
   * Whether a line is a frame, or says how many were left out: {@code at f(A.java:1)}, {@code at
   * async f (file:1:2)}, {@code at /a/b.js:1:2}, {@code ... 12 more}.
   */
  static boolean isFrame(String line) {
    if (line == null || !TraceFormat.isIndented(line)) {
      return false;
    }
    int begin = 1;
    while (begin < line.length() && isSpace(line.charAt(begin))) {
      begin++;
    }
    if (line.startsWith("... ", begin)) {
      int end = TraceFormat.behindDigits(line, begin + 4);
      return end > begin + 4 && line.startsWith(" more", end);
    }
    return line.startsWith("at ", begin) && isPlaceOfFrame(line, begin + 3);
  }

  private static boolean isPlaceOfFrame(String line, int from) {
    int begin = from;
    for (String modifier : MODIFIERS) {
      if (line.startsWith(modifier, begin)) {
        begin += modifier.length();
      }
    }
    int end = begin;
    while (end < line.length() && !isSpace(line.charAt(end)) && line.charAt(end) != '(') {
      end++;
    }
    if (end == begin) {
      return false;
    }
    if (line.startsWith("(", end) || line.startsWith(" (", end) || line.startsWith(" [as ", end)) {
      return true;
    }
    int last = line.endsWith(" {") ? line.length() - 2 : line.length();
    int number = TraceFormat.beforeDigits(line, last);
    return line.startsWith("<anonymous>", begin)
        || (number < last && number > begin && line.charAt(number - 1) == ':');
  }

  private static boolean isSpace(char character) {
    return character == ' ' || character == '\t';
  }
}
