package dev.scriptanalytics.shape;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the top frame of a stack trace that is not a library's: the place in the user's own code.
 *
 * <p>Recognised are the frames of Java and other JVM languages, JavaScript, .NET, Python, Ruby and
 * Go. The top frame is the first one; in a Python traceback, or under Ruby's {@code Traceback}
 * header, it is the last. A frame counts by its function, and by the name of its file where the
 * function has no qualified name. Line numbers, addresses, directories and the counters in names
 * that compilers make ({@code lambda$main$0}, {@code func1.2}, {@code b__0_1}) do not count, nor
 * does the hash that a bundler puts into a file's name ({@code main.3f2a1b9c.js}).
 *
 * <p>Reusable, not thread-safe. The time is linear in the length.
 */
final class TopFrame {
  /** Packages and namespaces that come with a platform, and the most common framework's. */
  private static final byte[][] LIBRARY_NAMES =
      utf8(
          "java.",
          "javax.",
          "jakarta.",
          "jdk.",
          "sun.",
          "com.sun.",
          "kotlin.",
          "kotlinx.",
          "scala.",
          "groovy.",
          "org.springframework.",
          "System.",
          "Microsoft.");

  private static final byte[][] GO_LIBRARY_NAMES = utf8("runtime.", "runtime/", "panic(");

  /** What the paths of libraries contain, with slashes of either kind. */
  private static final byte[][] LIBRARY_PATHS =
      utf8(
          "site-packages/",
          "dist-packages/",
          "lib/python",
          "<frozen ",
          "node_modules/",
          "pkg/mod/",
          "/local/go/src/",
          "/gems/",
          "lib/ruby/",
          "<internal:");

  /** What the places of Node.js itself begin with, before and since version 16. */
  private static final byte[][] NODE_PATHS = utf8("internal/", "node:");

  /** What compilers count, beside what stands behind a sign. */
  private static final byte[][] COUNTED = utf8(".func", ".gowrap", "DisplayClass", "lambda_method");

  private static final byte[] AT = bytes("at ");
  private static final byte[] ASYNC = bytes("async ");
  private static final byte[] GENERATED = bytes("(<generated>");
  private static final byte[] PYTHON = bytes("File \"");
  private static final byte[] TRACEBACK = bytes("Traceback (most recent call last)");
  private static final byte[] GO_FILE = bytes(".go:");
  private static final byte[] CREATED = bytes("created by ");
  private static final byte[] RUBY_METHOD = bytes(":in ");
  private static final byte[] PYTHON_METHOD = bytes(", in ");
  private static final byte[] NESTED = bytes("+-+-");
  private static final int MAX_BYTES = 1_000;

  /** Shorter numbers in the names of files are part of the name. */
  private static final int MIN_HASH = 6;

  private final byte[] frame = new byte[MAX_BYTES];
  private int length;
  private byte[] text;
  private boolean lastCounts;

  /** Finds the frame; {@link #text} and {@link #length} are what counts of it. */
  void find(byte[] utf8) {
    text = utf8;
    length = 0;
    lastCounts = false;
    int previousFrom = 0;
    int previousTo = 0;
    int position = 0;
    while (position < utf8.length && (length == 0 || lastCounts)) {
      int from = position;
      int to = from;
      while (to < utf8.length && utf8[to] != '\n') {
        to++;
      }
      position = to + 1;
      while (from < to && (isBlank(utf8[from]) || utf8[from] == '|')) {
        from++;
      }
      while (to > from && isBlank(utf8[to - 1])) {
        to--;
      }
      if (startsWith(NESTED, from, to)) {
        // What follows are the parts of an exception group.
        break;
      }
      line(from, to, previousFrom, previousTo);
      previousFrom = from;
      previousTo = to;
    }
    text = null;
  }

  byte[] text() {
    return frame;
  }

  /** 0 if there is no such frame. */
  int length() {
    return length;
  }

  private void line(int from, int to, int previousFrom, int previousTo) {
    int in;
    if (startsWith(AT, from, to)) {
      int name = from + AT.length;
      at(startsWith(ASYNC, name, to) ? name + ASYNC.length : name, to);
    } else if (startsWith(PYTHON, from, to)) {
      lastCounts = true;
      python(from + PYTHON.length, to);
    } else if (indexOf(TRACEBACK, from, to) >= 0) {
      lastCounts = true;
    } else if (indexOf(GO_FILE, from, to) >= 0 && previousTo > previousFrom) {
      go(previousFrom, previousTo, from, to);
    } else if ((in = indexOf(RUBY_METHOD, from, to)) > from && isDigit(text[in - 1])) {
      ruby(from, in, to);
    }
  }

  /** A frame of a JVM language, JavaScript or .NET. */
  private void at(int from, int to) {
    int open = indexOf('(', from, to);
    if (open < 0) {
      position(from, from, from, to);
    } else if (open > from && text[open - 1] == ' ') {
      int close = lastIndexOf(')', open, to);
      position(from, open - 1, open + 1, close < open ? to : close);
    } else {
      int name = from;
      int slash;
      // A module's name and version stand before a slash, and so does a class loader's name.
      while ((slash = indexOf('/', name, open)) >= 0 && indexOf('$', name, slash) < 0) {
        name = slash + 1;
      }
      if (!startsWith(GENERATED, open, to) && !startsWithAny(LIBRARY_NAMES, name, open)) {
        frame(name, open, 0, 0);
      }
    }
  }

  /** A frame with a function, perhaps empty, and a place, perhaps {@code native} or an index. */
  private void position(int nameFrom, int nameTo, int from, int to) {
    int colon = indexOf(':', from, to);
    boolean file =
        colon >= 0
            && isDigit(text[to - 1])
            && (indexOf('.', from, to) >= 0 || indexOf('/', from, to) >= 0);
    if (file
        && !isLibraryPath(from, to)
        && !startsWithAny(NODE_PATHS, from, to)
        && !startsWithAny(LIBRARY_NAMES, nameFrom, nameTo)) {
      // Behind the name may stand another, as in "Foo.bar [as baz]".
      int other = indexOf('[', nameFrom, nameTo);
      frame(nameFrom, other > nameFrom ? other - 1 : nameTo, from, to);
    }
  }

  private void python(int from, int to) {
    int quote = indexOf('"', from, to);
    if (quote >= 0 && !isLibraryPath(from, quote)) {
      int in = indexOf(PYTHON_METHOD, quote, to);
      frame(in < 0 ? to : in + PYTHON_METHOD.length, to, from, quote);
    }
  }

  private void ruby(int from, int in, int to) {
    int name = in + RUBY_METHOD.length;
    if (name < to && (text[name] == '`' || text[name] == '\'') && !isLibraryPath(from, in)) {
      int quote = indexOf('\'', name + 1, to);
      // Before the path may stand "from", and a number.
      frame(name + 1, quote < 0 ? to : quote, lastIndexOf(' ', from, in) + 1, in);
    }
  }

  private void go(int from, int to, int fileFrom, int fileTo) {
    int open = lastIndexOf('(', from, to);
    if (open > from
        && !startsWith(CREATED, from, to)
        && !startsWithAny(GO_LIBRARY_NAMES, from, open + 1)
        && !isLibraryPath(fileFrom, fileTo)) {
      frame(from, open, 0, 0);
    }
  }

  /** Takes a frame: its function and the name of its file, which ends before a colon. */
  private void frame(int nameFrom, int nameTo, int pathFrom, int pathTo) {
    length = 0;
    int position = nameFrom;
    while (position < nameTo && length < MAX_BYTES) {
      int end = isDigit(text[position]) ? counterEnd(nameFrom, position, nameTo) : position;
      if (end > position) {
        position = end;
      } else {
        frame[length++] = text[position++];
      }
    }
    int file = pathFrom;
    int end = pathTo;
    for (int i = pathFrom; i < pathTo; i++) {
      if (text[i] == '/' || text[i] == '\\') {
        file = i + 1;
        end = pathTo;
      } else if (text[i] == ':' && end == pathTo) {
        end = i;
      }
    }
    if (end > file && length < MAX_BYTES) {
      frame[length++] = 0;
    }
    while (file < end && length < MAX_BYTES) {
      int next = fileHashEnd(pathFrom, file, end);
      if (next > file) {
        file = next;
      } else {
        frame[length++] = text[file++];
      }
    }
  }

  /** Where the hash ends that begins here in a file's name; here if none does. */
  private int fileHashEnd(int from, int start, int to) {
    if (start > from && !separatesParts(text[start - 1])) {
      return start;
    }
    int end = start;
    boolean digits = false;
    while (end < to && (isDigit(text[end]) || isHex(end))) {
      digits |= isDigit(text[end]);
      end++;
    }
    boolean whole = end == to || separatesParts(text[end]);
    return whole && digits && end - start >= MIN_HASH ? end : start;
  }

  private static boolean separatesParts(byte character) {
    return character == '.'
        || character == '-'
        || character == '_'
        || character == '/'
        || character == '\\';
  }

  /** Where the counter ends that begins at a digit; the digit itself if it is part of a name. */
  private int counterEnd(int from, int digit, int to) {
    if (digit == from) {
      return digit;
    }
    byte before = text[digit - 1];
    boolean counter =
        before == '$'
            || before == '/'
            || before == '.'
            || before == '|'
            || (before == '_' && digit - 2 >= from && text[digit - 2] == '_');
    for (int i = 0; !counter && i < COUNTED.length; i++) {
      int start = digit - COUNTED[i].length;
      counter = start >= from && startsWith(COUNTED[i], start, to);
    }
    int end = digit;
    // Behind a slash stands an address, which is hexadecimal.
    boolean hex = before == '/';
    while (counter && end < to && (isDigit(text[end]) || text[end] == '_' || (hex && isHex(end)))) {
      end++;
    }
    return end;
  }

  private boolean isHex(int position) {
    byte character = text[position];
    return character == 'x' || (character >= 'a' && character <= 'f');
  }

  private boolean startsWithAny(byte[][] parts, int from, int to) {
    for (byte[] part : parts) {
      if (startsWith(part, from, to)) {
        return true;
      }
    }
    return false;
  }

  private boolean isLibraryPath(int from, int to) {
    for (byte[] path : LIBRARY_PATHS) {
      if (indexOf(path, from, to) >= 0) {
        return true;
      }
    }
    return false;
  }

  private int indexOf(char character, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] == character) {
        return i;
      }
    }
    return -1;
  }

  private int lastIndexOf(char character, int from, int to) {
    for (int i = to - 1; i >= from; i--) {
      if (text[i] == character) {
        return i;
      }
    }
    return from - 1;
  }

  private int indexOf(byte[] part, int from, int to) {
    for (int i = from; i + part.length <= to; i++) {
      if (startsWith(part, i, to)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether the text begins with a part, in which a slash stands for a backslash too. */
  private boolean startsWith(byte[] part, int from, int to) {
    if (to - from < part.length) {
      return false;
    }
    for (int i = 0; i < part.length; i++) {
      byte character = text[from + i];
      if (character != part[i] && !(character == '\\' && part[i] == '/')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBlank(byte character) {
    return character >= 0 && character <= ' ';
  }

  private static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[][] utf8(String... texts) {
    return Arrays.stream(texts).map(TopFrame::bytes).toArray(byte[][]::new);
  }
}
