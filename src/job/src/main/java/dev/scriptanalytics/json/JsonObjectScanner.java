package dev.scriptanalytics.json;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Finds the fields of one JSON object in its bytes: in one pass, without a tree, and without
 * allocating anything while the text is well-formed.
 *
 * <p>The fields of interest are named once and have their position as their number from then on.
 * {@link #scan} accepts what Jackson's streaming parser accepts by default (RFC 8259; a byte order
 * mark is skipped; at most {@value JsonSyntax#MAX_DEPTH} levels of nesting and {@value
 * JsonSyntax#MAX_NUMBER_DIGITS} digits in a number), except that names and strings may have any
 * length. Nested values are validated as well and stay bytes.
 *
 * <p>Jackson, which the job uses elsewhere, is not used here, for four reasons:
 *
 * <ul>
 *   <li>Most of an event is copied into its row. A scanner that answers with places in the source
 *       needs no String and no copy in between.
 *   <li>{@code input}, {@code output}, {@code metadata} and unknown fields are stored as sent, but
 *       for needless escapes, so their places are needed. Jackson reports a place as a new object
 *       per token.
 *   <li>Producers repeat the order of their fields, so that most names cost one comparison ({@link
 *       JsonFields}), and strings are passed eight bytes at a time ({@link JsonSyntax}).
 *   <li>The answers come by field and in any order, as the columns of a row need them; a streaming
 *       parser dictates the order of the text.
 * </ul>
 *
 * <p>The price is this package, with its own rules for syntax, escapes and numbers. Tests compare
 * it with Jackson on generated and damaged texts. Jackson's streaming parser takes 1.6 times as
 * long for an event of 400 bytes and 2.0 times as long for one of 20 KB ({@code
 * deploy/local/microbenchmarks -bm sample}).
 *
 * <p>The bytes should be UTF-8 (see {@link Utf8#isValid}); other bytes within strings go unnoticed,
 * but do no harm. Reusable, not thread-safe: the answers are about the text scanned last, whose
 * array must stay unchanged, and mean nothing if that text was refused.
 */
public final class JsonObjectScanner extends JsonSyntax {
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

  /** How many places of unknown fields outlive the text that needed them. */
  private static final int KEPT_UNKNOWN = 1024;

  private final JsonFields names;
  private final JsonNumbers numbers = new JsonNumbers();

  private final int[] starts;
  private final int[] ends;
  private final Kind[] kinds;
  private final boolean[] escapes;

  /** Of each field: where the name begins that it was found by, at its quote. */
  private final int[] nameStarts;

  private int unknown;
  private int[] unknownStarts = new int[16];
  private int[] unknownEnds = new int[16];

  /** Where the name passed last ends, before its quote. */
  private int nameEnd;

  /**
   * A scanner for these fields.
   *
   * @param names the fields' names; a field's number is its position here
   * @throws IllegalArgumentException if a name is given twice
   */
  public JsonObjectScanner(String... names) {
    this(Arrays.stream(names).map(List::of).toList());
  }

  /**
   * A scanner for fields that may have several names.
   *
   * @param namesByField the names of each field, the preferred one first; a field's number is its
   *     position here
   * @throws IllegalArgumentException if a name is given twice
   */
  public JsonObjectScanner(List<List<String>> namesByField) {
    names = new JsonFields(namesByField);
    int count = namesByField.size();
    starts = new int[count];
    ends = new int[count];
    kinds = new Kind[count];
    Arrays.fill(kinds, Kind.ABSENT);
    escapes = new boolean[count];
    nameStarts = new int[count];
  }

  /**
   * Finds the fields of the object that stands from {@code from} up to {@code to}, white space
   * around it aside. Of equal names, the last one counts. Of several names of one field, the first
   * one that has a value counts, as the constructor lists them; other values are unknown fields.
   *
   * @throws JsonSyntaxException if the bytes are not exactly one well-formed JSON object
   */
  public void scan(byte[] json, int from, int to) throws JsonSyntaxException {
    Objects.checkFromToIndex(from, to, json.length);
    reset(json, from, to);
    Arrays.fill(kinds, Kind.ABSENT);
    unknown = 0;
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
      at = afterFields(at);
    }
    at = afterWhiteSpace(at);
    if (at < to) {
      throw unexpected(at, "nothing after the object");
    }
  }

  /** Passes the fields of the outermost object, which has at least one, and its '}'. */
  private int afterFields(int firstName) throws JsonSyntaxException {
    int at = firstName;
    int previous = names.count();
    while (true) {
      if (byteAt(at) != '"') {
        throw unexpected(at, "a field's name in quotes");
      }
      int nameStart = at + 1;
      int name = nameAt(nameStart, previous);
      if (name >= 0) {
        previous = name;
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

      int field = name < kinds.length ? name : names.fieldOf(name);
      if (field >= 0 && (kinds[field] == Kind.ABSENT || replaces(field, name, kind, valueStart))) {
        starts[field] = valueStart;
        ends[field] = valueEnd;
        kinds[field] = kind;
        escapes[field] = kind == Kind.STRING && escaped;
        nameStarts[field] = nameStart - 1;
      } else if (field < 0 || kind != Kind.NULL) {
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
   * The name that begins at {@code start}, -1 for an unknown one; sets {@link #nameEnd}.
   *
   * @param previous the name before it
   */
  private int nameAt(int start, int previous) throws JsonSyntaxException {
    int expected = names.expectedAt(json, start, to, previous);
    if (expected >= 0) {
      nameEnd = start + names.length(expected);
      return expected;
    }
    nameEnd = endOfString(start);
    return names.find(json, start, nameEnd, escaped, previous);
  }

  /**
   * Whether another value of a field takes the place of the one that the field has; makes an
   * unknown field of the latter if so.
   */
  private boolean replaces(int field, int name, Kind kind, int start) throws JsonSyntaxException {
    int earlier = nameFoundAt(nameStarts[field] + 1);
    if (earlier == name) {
      return true;
    }
    boolean isEmpty = kind == Kind.NULL || (kind == Kind.STRING && json[start] == '"');
    boolean wasEmpty =
        kinds[field] == Kind.NULL || (kinds[field] == Kind.STRING && starts[field] == ends[field]);
    if (isEmpty || (earlier < name && !wasEmpty)) {
      return false;
    }
    if (kinds[field] != Kind.NULL) {
      addUnknown(nameStarts[field], ends[field] + (kinds[field] == Kind.STRING ? 1 : 0));
    }
    return true;
  }

  /** The known name that begins at that place. */
  private int nameFoundAt(int start) throws JsonSyntaxException {
    boolean escapedValue = escaped;
    int end = endOfString(start);
    int name = names.find(json, start, end, escaped);
    escaped = escapedValue;
    return name;
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
   * Meaningless for an absent field.
   */
  public int start(int field) {
    return starts[field];
  }

  /** Where the field's value ends, exclusive: a string before its quote. */
  public int end(int field) {
    return ends[field];
  }

  /** Where the name begins that the field was found by, at its quote. */
  public int nameStart(int field) {
    return nameStarts[field];
  }

  /** Whether the field is a string with a backslash in it, and so differs from its bytes. */
  public boolean escaped(int field) {
    return escapes[field] && kinds[field] == Kind.STRING;
  }

  /**
   * How many fields have names that the scanner was not asked for, or another name of a field that
   * has a value already; equal names count each.
   */
  public int unknownFields() {
    return unknown;
  }

  /** Where the name of an unknown field begins, at its quote. */
  public int unknownStart(int i) {
    return unknownStarts[Objects.checkIndex(i, unknown)];
  }

  /** Where the value of an unknown field ends, exclusive: with its quote or bracket. */
  public int unknownEnd(int i) {
    return unknownEnds[Objects.checkIndex(i, unknown)];
  }

  /** Whether the object may have escapes that {@link NeedlessEscapes} decodes. */
  public boolean hasNeedlessEscapes() {
    return needlessEscapes;
  }

  /** The array that was scanned. */
  public byte[] source() {
    return json;
  }

  /** The text of a {@link Kind#STRING}, decoded as {@link JsonText#unescape} does. */
  public String string(int field) {
    require(field, Kind.STRING);
    return JsonText.string(json, starts[field], ends[field], escapes[field]);
  }

  /**
   * The value of a {@link Kind#NUMBER}, correctly rounded, as {@link Double#parseDouble} gives it:
   * infinite if it is beyond a double.
   */
  public double number(int field) {
    require(field, Kind.NUMBER);
    return numbers.parse(json, starts[field], ends[field]);
  }

  private void require(int field, Kind kind) {
    if (kinds[field] != kind) {
      throw new IllegalStateException(names.text(field) + " is " + kinds[field] + ", not " + kind);
    }
  }
}
