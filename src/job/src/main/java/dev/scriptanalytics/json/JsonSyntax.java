package dev.scriptanalytics.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Validates JSON while passing over it: each method begins at a place in the text and returns the
 * place behind what it passed. Reusable, not thread-safe.
 *
 * <p>The scanner extends it, because text and limits in another object cost 8% of the time to
 * decode an event.
 */
abstract class JsonSyntax {
  /** The outermost object is the first level. */
  static final int MAX_DEPTH = 1000;

  /** Sign, point and {@code e} do not count. */
  static final int MAX_NUMBER_DIGITS = 1000;

  static final byte[] LITERAL_NULL = {'n', 'u', 'l', 'l'};
  static final byte[] LITERAL_TRUE = {'t', 'r', 'u', 'e'};
  static final byte[] LITERAL_FALSE = {'f', 'a', 'l', 's', 'e'};

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH_BYTE = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  /** For each level of nesting: whether it is an object rather than an array. */
  private final long[] objects = new long[MAX_DEPTH / Long.SIZE + 1];

  /** The text is here, from {@link #from} up to {@link #to}. */
  byte[] json = {};

  int from;
  int to;

  /** Whether the string passed last holds a backslash. */
  boolean escaped;

  /** Whether the text may have escapes that {@link NeedlessEscapes} decodes. */
  boolean needlessEscapes;

  /** Goes to another text: the bytes from {@code from} up to {@code to}. */
  final void reset(byte[] json, int from, int to) {
    this.json = json;
    this.from = from;
    this.to = to;
    needlessEscapes = false;
  }

  /** The byte at that place, from 0 to 255; -1 behind the end. */
  int byteAt(int at) {
    return at < to ? json[at] & 0xFF : -1;
  }

  int afterByteOrderMark(int at) {
    boolean marked =
        to - at >= 3
            && json[at] == (byte) 0xEF
            && json[at + 1] == (byte) 0xBB
            && json[at + 2] == (byte) 0xBF;
    return marked ? at + 3 : at;
  }

  int afterWhiteSpace(int start) {
    int at = start;
    while (at < to) {
      byte b = json[at];
      if (b > ' ' || (b != ' ' && b != '\n' && b != '\r' && b != '\t')) {
        break;
      }
      at++;
    }
    return at;
  }

  int afterColon(int start) throws JsonSyntaxException {
    int at = afterWhiteSpace(start);
    if (byteAt(at) != ':') {
      throw unexpected(at, "':' after a field's name");
    }
    return afterWhiteSpace(at + 1);
  }

  /**
   * Passes a string whose first character is at {@code start}: returns the place of its closing
   * quote, and sets {@link #escaped}.
   */
  int endOfString(int start) throws JsonSyntaxException {
    byte[] bytes = json;
    int at = start;
    boolean backslash = false;
    while (true) {
      // Eight bytes at a time: sets the high bit of each byte that is a quote, a backslash or below
      // a space. A borrow may also mark bytes behind the first such byte, but none before it.
      while (at <= to - Long.BYTES) {
        long word = (long) LONG.get(bytes, at);
        long quotes = word ^ (EACH_BYTE * '"');
        long backslashes = word ^ (EACH_BYTE * '\\');
        long special =
            (((quotes - EACH_BYTE) & ~quotes)
                    | ((backslashes - EACH_BYTE) & ~backslashes)
                    | ((word - EACH_BYTE * ' ') & ~word))
                & HIGH_BITS;
        if (special != 0) {
          at += Long.numberOfTrailingZeros(special) >>> 3;
          break;
        }
        at += Long.BYTES;
      }
      int b = byteAt(at);
      if (b == '"') {
        escaped = backslash;
        return at;
      }
      if (b == '\\') {
        backslash = true;
        at = afterEscape(at);
      } else if (b >= ' ') {
        at++;
      } else {
        throw unexpected(
            at, b < 0 ? "the closing quote of a string" : "an escape for a control character");
      }
    }
  }

  private int afterEscape(int backslash) throws JsonSyntaxException {
    int at = backslash + 1;
    switch (byteAt(at)) {
      case '"', '\\', 'b', 'f', 'n', 'r', 't' -> {
        return at + 1;
      }
      case '/' -> {
        needlessEscapes = true;
        return at + 1;
      }
      case 'u' -> {
        for (int i = 1; i <= 4; i++) {
          if (!isHex(byteAt(at + i))) {
            throw unexpected(at + i, "four hexadecimal digits after \\u");
          }
        }
        boolean isControl = json[at + 1] == '0' && json[at + 2] == '0' && json[at + 3] <= '1';
        needlessEscapes |= !isControl;
        return at + 5;
      }
      default -> throw unexpected(at, "an escape that JSON knows");
    }
  }

  private static boolean isHex(int b) {
    return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
  }

  final int afterLiteral(int start, byte[] literal) throws JsonSyntaxException {
    for (int i = 0; i < literal.length; i++) {
      if (byteAt(start + i) != literal[i]) {
        throw unexpected(start + i, "true, false or null");
      }
    }
    return start + literal.length;
  }

  final int afterNumber(int start) throws JsonSyntaxException {
    int at = start;
    if (byteAt(at) == '-') {
      at++;
    }
    int digit = byteAt(at);
    if (digit < '0' || digit > '9') {
      throw unexpected(at, at == start ? "a value" : "a digit");
    }
    // A digit behind a leading zero is refused by the caller, who expects ',' or '}' there.
    at = digit == '0' ? at + 1 : afterDigits(at);
    if (byteAt(at) == '.') {
      at = afterDigits(at + 1);
    }
    int e = byteAt(at);
    if (e == 'e' || e == 'E') {
      int sign = byteAt(at + 1);
      at = afterDigits(sign == '+' || sign == '-' ? at + 2 : at + 1);
    }
    if (at - start > MAX_NUMBER_DIGITS) {
      requireFewDigits(start, at);
    }
    return at;
  }

  private int afterDigits(int start) throws JsonSyntaxException {
    int at = start;
    while (at < to && json[at] >= '0' && json[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw unexpected(at, "a digit");
    }
    return at;
  }

  private void requireFewDigits(int start, int end) throws JsonSyntaxException {
    int digits = 0;
    for (int at = start; at < end; at++) {
      if (json[at] >= '0' && json[at] <= '9') {
        digits++;
      }
    }
    if (digits > MAX_NUMBER_DIGITS) {
      throw new JsonSyntaxException(
          "number of more than " + MAX_NUMBER_DIGITS + " digits", start - from);
    }
  }

  /** Passes the object or array that begins at {@code start}, with everything in it. */
  int afterContainer(int start) throws JsonSyntaxException {
    int at = start;
    int depth = 1;
    while (true) {
      int first = byteAt(at);
      if (first == '{' || first == '[') {
        boolean object = first == '{';
        if (++depth > MAX_DEPTH) {
          throw new JsonSyntaxException("more than " + MAX_DEPTH + " levels of nesting", at - from);
        }
        if (object) {
          objects[depth >> 6] |= 1L << depth;
        } else {
          objects[depth >> 6] &= ~(1L << depth);
        }
        at = afterWhiteSpace(at + 1);
        if (byteAt(at) != (object ? '}' : ']')) {
          at = object ? afterName(at) : at;
          continue;
        }
        at++;
        depth--;
      } else {
        at = afterScalar(at, first);
      }

      boolean closed = true;
      while (closed) {
        if (depth == 1) {
          return at;
        }
        boolean object = (objects[depth >> 6] & 1L << depth) != 0;
        at = afterWhiteSpace(at);
        int next = byteAt(at);
        if (next == (object ? '}' : ']')) {
          depth--;
        } else if (next == ',') {
          closed = false;
        } else {
          throw unexpected(at, object ? "',' or '}' after a field" : "',' or ']' after an item");
        }
        at++;
        if (!closed) {
          at = afterWhiteSpace(at);
          at = object ? afterName(at) : at;
        }
      }
    }
  }

  /** Passes a field's name and colon within a nested object. */
  private int afterName(int at) throws JsonSyntaxException {
    if (byteAt(at) != '"') {
      throw unexpected(at, "a field's name in quotes");
    }
    return afterColon(endOfString(at + 1) + 1);
  }

  int afterScalar(int at, int first) throws JsonSyntaxException {
    return switch (first) {
      case '"' -> endOfString(at + 1) + 1;
      case 't' -> afterLiteral(at, LITERAL_TRUE);
      case 'f' -> afterLiteral(at, LITERAL_FALSE);
      case 'n' -> afterLiteral(at, LITERAL_NULL);
      default -> afterNumber(at);
    };
  }

  /** What is wrong at that place: something else was expected. */
  JsonSyntaxException unexpected(int at, String expected) {
    int b = byteAt(at);
    String found;
    if (b < 0) {
      found = "the end of the text";
    } else if (b > ' ' && b < 0x7F) {
      found = "'" + (char) b + "'";
    } else {
      found = "byte 0x" + Character.forDigit(b >> 4, 16) + Character.forDigit(b & 15, 16);
    }
    return new JsonSyntaxException("expected " + expected + ", found " + found, at - from);
  }
}
