package dev.scriptanalytics.json;

import com.fasterxml.jackson.core.io.NumberInput;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Finds the fields of one JSON object in its bytes: in one pass, without a tree, and without
 * allocating anything for a text that is well-formed.
 *
 * <p>The fields that matter are named once, and then go by their index. What {@link #scan} accepts
 * is what Jackson's streaming parser accepts by default (RFC 8259; a byte order mark is skipped; at
 * most {@value #MAX_DEPTH} levels of nesting, and {@value #MAX_NUMBER_DIGITS} digits in a number),
 * but that names and strings may have any length. Nested values are validated just as well, and
 * left as bytes.
 *
 * <p>The bytes are taken to be UTF-8 (see {@link Utf8#isValid}); other bytes inside of strings are
 * not noticed, but do no harm. To be reused by one thread: the answers are about the text scanned
 * last, whose array must not have changed meanwhile, and mean nothing when that was refused.
 */
public final class JsonObjectScanner {
  /** What a field's value is. */
  public enum Kind {
    /** The object has no field of that name. */
    ABSENT,
    NULL,
    STRING,
    NUMBER,
    TRUE,
    FALSE,
    OBJECT,
    ARRAY
  }

  /** The outermost object is the first level. */
  private static final int MAX_DEPTH = 1000;

  /** Sign, point and {@code e} do not count. */
  private static final int MAX_NUMBER_DIGITS = 1000;

  /** How much room for unknown fields outlives the text that needed it. */
  private static final int KEPT_UNKNOWN = 1024;

  private static final byte[] LITERAL_NULL = {'n', 'u', 'l', 'l'};
  private static final byte[] LITERAL_TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] LITERAL_FALSE = {'f', 'a', 'l', 's', 'e'};

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH_BYTE = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  /** What a double holds exactly: every integer up to 2^53, and these powers of ten. */
  private static final long MAX_EXACT_INTEGER = 1L << 53;

  private static final double[] EXACT_POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private final byte[][] names;
  private final int longestName;

  /** Open addressing: field + 1 by the hash of its name, 0 where there is none. */
  private final short[] fieldsByHash;

  /**
   * For each field, and last for the object's beginning: the field that came next when it was last
   * seen, or -1. Producers keep their order, so most names need only be compared with one.
   */
  private final int[] successors;

  private final int[] starts;
  private final int[] ends;
  private final Kind[] kinds;
  private final boolean[] escapes;

  private int unknown;
  private boolean surrogates;
  private int[] unknownStarts = new int[16];
  private int[] unknownEnds = new int[16];

  /** For each level of nesting: whether it is an object rather than an array. */
  private final long[] objects = new long[MAX_DEPTH / Long.SIZE + 1];

  private final byte[] decodedName;

  /**
   * As long as any double is written. The parser that needs no String must not get more: it leaves
   * off reading an exponent at 1024, which hundreds of digits can make up for.
   */
  private final char[] numberText = new char[40];

  private byte[] json = {};
  private int from;
  private int to;

  /** Where the name passed last ends, before its quote. */
  private int nameEnd;

  /** Whether the string passed last holds a backslash. */
  private boolean escaped;

  /**
   * A scanner for these fields.
   *
   * @param names the fields' names; a field's index is its position here
   * @throws IllegalArgumentException if a name is given twice
   */
  public JsonObjectScanner(String... names) {
    this.names = new byte[names.length][];
    fieldsByHash = new short[Math.max(16, Integer.highestOneBit(names.length) * 8)];
    successors = new int[names.length + 1];
    Arrays.fill(successors, -1);
    int longest = 0;
    for (int field = 0; field < names.length; field++) {
      byte[] name = names[field].getBytes(StandardCharsets.UTF_8);
      if (fieldOf(name, 0, name.length) >= 0) {
        throw new IllegalArgumentException("Field named twice: " + names[field]);
      }
      this.names[field] = name;
      int slot = slotOf(name, 0, name.length);
      while (fieldsByHash[slot] != 0) {
        slot = (slot + 1) & (fieldsByHash.length - 1);
      }
      fieldsByHash[slot] = (short) (field + 1);
      longest = Math.max(longest, name.length);
    }
    longestName = longest;
    decodedName = new byte[6 * longest];
    starts = new int[names.length];
    ends = new int[names.length];
    kinds = new Kind[names.length];
    Arrays.fill(kinds, Kind.ABSENT);
    escapes = new boolean[names.length];
  }

  /**
   * Finds the fields of the object that the bytes from {@code from} up to {@code to} are, white
   * space around it aside. Where a name is given twice, the last one counts.
   *
   * @throws JsonSyntaxException if the bytes are not exactly one well-formed JSON object
   */
  public void scan(byte[] json, int from, int to) throws JsonSyntaxException {
    Objects.checkFromToIndex(from, to, json.length);
    this.json = json;
    this.from = from;
    this.to = to;
    Arrays.fill(kinds, Kind.ABSENT);
    unknown = 0;
    surrogates = false;
    if (unknownStarts.length > KEPT_UNKNOWN) {
      unknownStarts = new int[KEPT_UNKNOWN];
      unknownEnds = new int[KEPT_UNKNOWN];
    }

    int at = afterWhiteSpace(afterByteOrderMark(from));
    if (byteAt(at) != '{') {
      throw unexpected(at, "the '{' of an object");
    }
    at = afterWhiteSpace(at + 1);
    if (byteAt(at) == '}') {
      at++;
    } else {
      at = fields(at);
    }
    at = afterWhiteSpace(at);
    if (at < to) {
      throw unexpected(at, "nothing after the object");
    }
  }

  /** Passes the outermost object's fields, of which there is at least one, and its '}'. */
  private int fields(int firstName) throws JsonSyntaxException {
    int at = firstName;
    int previous = names.length;
    while (true) {
      if (byteAt(at) != '"') {
        throw unexpected(at, "a field's name in quotes");
      }
      int nameStart = at + 1;
      int field = fieldNamedAt(nameStart, previous);
      if (field >= 0) {
        previous = field;
      }
      at = afterColon(nameEnd + 1);

      int valueStart = at;
      int valueEnd;
      Kind kind;
      int first = byteAt(at);
      if (first == '"') {
        valueStart = at + 1;
        valueEnd = endOfString(valueStart);
        kind = Kind.STRING;
        at = valueEnd + 1;
      } else {
        if (first == '{' || first == '[') {
          at = afterContainer(at);
          kind = first == '{' ? Kind.OBJECT : Kind.ARRAY;
        } else if (first == 't') {
          at = afterLiteral(at, LITERAL_TRUE);
          kind = Kind.TRUE;
        } else if (first == 'f') {
          at = afterLiteral(at, LITERAL_FALSE);
          kind = Kind.FALSE;
        } else if (first == 'n') {
          at = afterLiteral(at, LITERAL_NULL);
          kind = Kind.NULL;
        } else {
          at = afterNumber(at);
          kind = Kind.NUMBER;
        }
        valueEnd = at;
      }

      if (field >= 0) {
        starts[field] = valueStart;
        ends[field] = valueEnd;
        kinds[field] = kind;
        escapes[field] = kind == Kind.STRING && escaped;
      } else {
        addUnknown(nameStart - 1, at);
      }

      at = afterWhiteSpace(at);
      int next = byteAt(at);
      if (next == '}') {
        return at + 1;
      }
      if (next != ',') {
        throw unexpected(at, "',' or '}' after a field");
      }
      at = afterWhiteSpace(at + 1);
    }
  }

  /**
   * The field whose name begins at {@code start}, -1 if it is an unknown one; sets {@link
   * #nameEnd}.
   *
   * @param previous the field before it
   */
  private int fieldNamedAt(int start, int previous) throws JsonSyntaxException {
    int expected = successors[previous];
    if (expected >= 0 && isName(expected, start)) {
      nameEnd = start + names[expected].length;
      return expected;
    }
    nameEnd = endOfString(start);
    if (escaped) {
      return fieldOfEscaped(start, nameEnd);
    }
    int field = fieldOf(json, start, nameEnd);
    // Never a name that needs escapes, whose bytes as they are would end or break a string.
    if (field >= 0) {
      successors[previous] = field;
    }
    return field;
  }

  private boolean isName(int field, int start) {
    byte[] name = names[field];
    int end = start + name.length;
    return end < to && json[end] == '"' && Arrays.equals(name, 0, name.length, json, start, end);
  }

  private void addUnknown(int start, int end) {
    if (unknown == unknownStarts.length) {
      unknownStarts = Arrays.copyOf(unknownStarts, 2 * unknown);
      unknownEnds = Arrays.copyOf(unknownEnds, 2 * unknown);
    }
    unknownStarts[unknown] = start;
    unknownEnds[unknown] = end;
    unknown++;
  }

  /** What the field's value is. */
  public Kind kind(int field) {
    return kinds[field];
  }

  /**
   * Where the field's value begins: a string behind its quote, an object or array with its bracket.
   * Not to be asked of an absent field.
   */
  public int start(int field) {
    return starts[field];
  }

  /** Where the field's value ends, exclusive: a string before its quote. */
  public int end(int field) {
    return ends[field];
  }

  /** Whether the field is a string that holds a backslash, and so differs from its bytes. */
  public boolean escaped(int field) {
    return kinds[field] == Kind.STRING && escapes[field];
  }

  /** How many fields have other names than those asked for; of equal names each one counts. */
  public int unknownFields() {
    return unknown;
  }

  /** Where the name of an unknown field begins, at its quote; they are in the text's order. */
  public int unknownStart(int i) {
    return unknownStarts[Objects.checkIndex(i, unknown)];
  }

  /** Where the value of an unknown field ends, exclusive: with its quote or bracket. */
  public int unknownEnd(int i) {
    return unknownEnds[Objects.checkIndex(i, unknown)];
  }

  /** Whether an escape anywhere in the object stands for half of a surrogate pair. */
  public boolean hasSurrogates() {
    return surrogates;
  }

  /** The array that was scanned. */
  public byte[] source() {
    return json;
  }

  /** The text of a {@link Kind#STRING}, decoded as {@link #unescape} does. */
  public String string(int field) {
    require(field, Kind.STRING);
    int start = starts[field];
    int length = ends[field] - start;
    if (!escapes[field]) {
      return new String(json, start, length, StandardCharsets.UTF_8);
    }
    byte[] decoded = new byte[length];
    return new String(
        decoded, 0, unescape(json, start, ends[field], decoded, 0), StandardCharsets.UTF_8);
  }

  /**
   * The value of a {@link Kind#NUMBER}, correctly rounded, as {@link Double#parseDouble} gives it:
   * infinite where it is beyond a double.
   */
  public double number(int field) {
    require(field, Kind.NUMBER);
    int end = ends[field];
    int at = starts[field];
    boolean negative = json[at] == '-';
    if (negative) {
      at++;
    }
    long digits = 0;
    int exponent = 0;
    boolean fraction = false;
    for (; at < end; at++) {
      int digit = json[at] - '0';
      if (digit >= 0 && digit <= 9) {
        digits = digits * 10 + digit;
        if (digits > MAX_EXACT_INTEGER) {
          return numberFromText(field);
        }
        if (fraction) {
          exponent--;
        }
      } else if (json[at] == '.') {
        fraction = true;
      } else {
        return numberFromText(field);
      }
    }
    if (exponent < -22) {
      return numberFromText(field);
    }
    // One division of two exact values: rounded once, hence correctly.
    double value = digits / EXACT_POWERS_OF_TEN[-exponent];
    return negative ? -value : value;
  }

  private double numberFromText(int field) {
    int start = starts[field];
    int length = ends[field] - start;
    if (length > numberText.length) {
      return Double.parseDouble(new String(json, start, length, StandardCharsets.ISO_8859_1));
    }
    for (int i = 0; i < length; i++) {
      numberText[i] = (char) json[start + i];
    }
    return NumberInput.parseDouble(numberText, 0, length, true);
  }

  private void require(int field, Kind kind) {
    if (kinds[field] != kind) {
      throw new IllegalStateException(
          new String(names[field], StandardCharsets.UTF_8)
              + " is "
              + kinds[field]
              + ", not "
              + kind);
    }
  }

  /**
   * Writes the text of a string, its escapes decoded, in UTF-8; it is never longer than its source.
   * Half of a surrogate pair, which JSON can escape and UTF-8 cannot express, becomes U+FFFD.
   *
   * @param start where the string begins, behind its quote
   * @param end where it ends, before its quote; {@link #scan} must have accepted it
   * @param at where in {@code target} to begin
   * @return where in {@code target} the text ends, exclusive
   */
  public static int unescape(byte[] json, int start, int end, byte[] target, int at) {
    int read = start;
    int write = at;
    while (true) {
      int plain = read;
      while (read < end && json[read] != '\\') {
        read++;
      }
      System.arraycopy(json, plain, target, write, read - plain);
      write += read - plain;
      if (read >= end) {
        return write;
      }
      byte escape = json[read + 1];
      read += 2;
      if (escape != 'u') {
        target[write++] = unescaped(escape);
        continue;
      }
      int character = hex(json, read);
      read += 4;
      if (character >= 0xD800 && character <= 0xDFFF) {
        int low =
            character < 0xDC00 && end - read >= 6 && json[read] == '\\' && json[read + 1] == 'u'
                ? hex(json, read + 2)
                : 0;
        if (low >= 0xDC00 && low <= 0xDFFF) {
          read += 6;
          character = Character.toCodePoint((char) character, (char) low);
        } else {
          character = 0xFFFD;
        }
      }
      write = writeUtf8(character, target, write);
    }
  }

  private static byte unescaped(byte escape) {
    return switch (escape) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> escape;
    };
  }

  private static int hex(byte[] json, int at) {
    return Character.digit(json[at], 16) << 12
        | Character.digit(json[at + 1], 16) << 8
        | Character.digit(json[at + 2], 16) << 4
        | Character.digit(json[at + 3], 16);
  }

  private static int writeUtf8(int character, byte[] target, int at) {
    int write = at;
    if (character < 0x80) {
      target[write++] = (byte) character;
      return write;
    }
    if (character < 0x800) {
      target[write++] = (byte) (0xC0 | character >> 6);
    } else {
      if (character < 0x10000) {
        target[write++] = (byte) (0xE0 | character >> 12);
      } else {
        target[write++] = (byte) (0xF0 | character >> 18);
        target[write++] = (byte) (0x80 | (character >> 12 & 0x3F));
      }
      target[write++] = (byte) (0x80 | (character >> 6 & 0x3F));
    }
    target[write++] = (byte) (0x80 | (character & 0x3F));
    return write;
  }

  /** The field whose name, without escapes, these bytes are; -1 if it is an unknown one. */
  private int fieldOf(byte[] bytes, int start, int end) {
    int slot = slotOf(bytes, start, end);
    while (true) {
      int field = fieldsByHash[slot] - 1;
      if (field < 0) {
        return -1;
      }
      byte[] name = names[field];
      if (Arrays.equals(name, 0, name.length, bytes, start, end)) {
        return field;
      }
      slot = (slot + 1) & (fieldsByHash.length - 1);
    }
  }

  private int fieldOfEscaped(int start, int end) {
    // No escape stands for less than a sixth of its length.
    if (end - start > 6 * longestName) {
      return -1;
    }
    return fieldOf(decodedName, 0, unescape(json, start, end, decodedName, 0));
  }

  /** A hash of the name's length, beginning and end, which tell most names apart. */
  private int slotOf(byte[] bytes, int start, int end) {
    int length = end - start;
    long first = 0;
    long last = 0;
    if (length >= Long.BYTES) {
      first = (long) LONG.get(bytes, start);
      last = (long) LONG.get(bytes, end - Long.BYTES);
    } else {
      for (int at = start; at < end; at++) {
        first = first << 8 | bytes[at];
      }
    }
    long hash = (first + Long.rotateLeft(last, 29) + length) * 0x9E3779B97F4A7C15L;
    return (int) (hash >>> 40) & (fieldsByHash.length - 1);
  }

  private int byteAt(int at) {
    return at < to ? json[at] & 0xFF : -1;
  }

  private int afterByteOrderMark(int at) {
    boolean marked =
        to - at >= 3
            && json[at] == (byte) 0xEF
            && json[at + 1] == (byte) 0xBB
            && json[at + 2] == (byte) 0xBF;
    return marked ? at + 3 : at;
  }

  private int afterWhiteSpace(int start) {
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

  private int afterColon(int start) throws JsonSyntaxException {
    int at = afterWhiteSpace(start);
    if (byteAt(at) != ':') {
      throw unexpected(at, "':' after a field's name");
    }
    return afterWhiteSpace(at + 1);
  }

  /**
   * Passes a string whose first character is at {@code start}: gives the place of its closing
   * quote, and sets {@link #escaped}.
   */
  private int endOfString(int start) throws JsonSyntaxException {
    byte[] bytes = json;
    int at = start;
    boolean backslash = false;
    while (true) {
      // Eight bytes at a time: the high bit of each byte that is a quote, a backslash or below a
      // space. A borrow may mark bytes after the first such one, never before it.
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
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return at + 1;
      }
      case 'u' -> {
        for (int i = 1; i <= 4; i++) {
          if (!isHex(byteAt(at + i))) {
            throw unexpected(at + i, "four hexadecimal digits after \\u");
          }
        }
        int second = byteAt(at + 2);
        surrogates |= (byteAt(at + 1) | 0x20) == 'd' && second >= '8';
        return at + 5;
      }
      default -> throw unexpected(at, "an escape that JSON knows");
    }
  }

  private static boolean isHex(int b) {
    return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
  }

  private int afterLiteral(int start, byte[] literal) throws JsonSyntaxException {
    for (int i = 0; i < literal.length; i++) {
      if (byteAt(start + i) != literal[i]) {
        throw unexpected(start + i, "true, false or null");
      }
    }
    return start + literal.length;
  }

  private int afterNumber(int start) throws JsonSyntaxException {
    int at = start;
    if (byteAt(at) == '-') {
      at++;
    }
    int digit = byteAt(at);
    if (digit < '0' || digit > '9') {
      throw unexpected(at, at == start ? "a value" : "a digit");
    }
    // What follows a leading zero can only be refused: a digit is no ',' and no '}'.
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

  /** Passes the object or array that begins at {@code start}, with all it holds. */
  private int afterContainer(int start) throws JsonSyntaxException {
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

  /** Passes a field's name and colon inside of a nested object. */
  private int afterName(int at) throws JsonSyntaxException {
    if (byteAt(at) != '"') {
      throw unexpected(at, "a field's name in quotes");
    }
    return afterColon(endOfString(at + 1) + 1);
  }

  private int afterScalar(int at, int first) throws JsonSyntaxException {
    return switch (first) {
      case '"' -> endOfString(at + 1) + 1;
      case 't' -> afterLiteral(at, LITERAL_TRUE);
      case 'f' -> afterLiteral(at, LITERAL_FALSE);
      case 'n' -> afterLiteral(at, LITERAL_NULL);
      default -> afterNumber(at);
    };
  }

  private JsonSyntaxException unexpected(int at, String expected) {
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
