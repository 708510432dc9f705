package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_JSON;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_UTF8;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.json.JsonArrayItems;
import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonText;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.json.JsonSyntaxException;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The fields of an event, or of an object within one, read as all events agree on: what counts as
 * missing, how times and version numbers are written, what the text of a field is. Reusable, not
 * thread-safe.
 */
final class EventFields {
  /** The time of a field that is missing. */
  static final long NO_TIME = EventTime.INVALID;

  private final String[] names;
  private final JsonObjectScanner scanner;
  private final RowBinaryBuffer lines = new RowBinaryBuffer();

  /** For fields of these names; a field's index is its position here. */
  EventFields(String... names) {
    this.names = names;
    this.scanner = new JsonObjectScanner(names);
  }

  /** What the fields are read from. */
  JsonObjectScanner scanner() {
    return scanner;
  }

  String name(int field) {
    return names[field];
  }

  /**
   * Goes to the fields of a record that must be a JSON object.
   *
   * @throws UnusableRecordException if it is none
   */
  void scan(byte[] record) throws UnusableRecordException {
    if (!Utf8.isValid(record, 0, record.length)) {
      throw new UnusableRecordException(NOT_UTF8, "The record is not UTF-8");
    }
    try {
      scanner.scan(record, 0, record.length);
    } catch (JsonSyntaxException e) {
      throw new UnusableRecordException(NOT_JSON, e.getMessage());
    }
  }

  /** Goes to the fields of an object that was scanned before as a part of its record. */
  void scanPart(byte[] record, int from, int to) {
    try {
      scanner.scan(record, from, to);
    } catch (JsonSyntaxException e) {
      throw new IllegalStateException("Valid as part of the record and invalid alone", e);
    }
  }

  /** As {@link #scanPart(byte[], int, int)}, of the object that a field of another one is. */
  void scanPart(JsonObjectScanner whole, int field) {
    scanPart(whole.source(), whole.start(field), whole.end(field));
  }

  /** Whether the field is absent, null or an empty string. */
  boolean isMissing(int field) {
    Kind kind = scanner.kind(field);
    return kind == Kind.ABSENT
        || kind == Kind.NULL
        || (kind == Kind.STRING && scanner.start(field) == scanner.end(field));
  }

  /** That a required field is missing. */
  UnusableRecordException missing(int field) {
    return new UnusableRecordException(MISSING_FIELD, names[field] + " is missing");
  }

  void requireString(int field) throws UnusableRecordException {
    if (scanner.kind(field) != Kind.STRING) {
      throw new UnusableRecordException(WRONG_TYPE, names[field] + " is not a string");
    }
  }

  /**
   * A time in microseconds since 1970, which may be out of all limits; {@link #NO_TIME} where the
   * field is missing.
   */
  long time(int field) throws UnusableRecordException {
    if (isMissing(field)) {
      return NO_TIME;
    }
    byte[] source = scanner.source();
    int from = scanner.start(field);
    int to = scanner.end(field);
    long micros;
    switch (scanner.kind(field)) {
      case NUMBER -> micros = EventTime.microsOf(source, from, to);
      case STRING -> {
        if (scanner.escaped(field)) {
          byte[] decoded = decoded(source, from, to, true);
          micros = EventTime.parseMicros(decoded, 0, decoded.length);
        } else {
          micros = EventTime.parseMicros(source, from, to);
        }
      }
      default ->
          throw new UnusableRecordException(
              WRONG_TYPE, names[field] + " is neither a string nor a number");
    }
    if (micros == EventTime.INVALID) {
      throw new UnusableRecordException(
          BAD_VALUE,
          names[field] + " is no time: ",
          new String(text(field), StandardCharsets.UTF_8));
    }
    return micros;
  }

  /** A number from 0, which may also be written as a string of digits; -1 for anything else. */
  int wholeNumber(int field) {
    return switch (scanner.kind(field)) {
      case NUMBER -> wholeNumber(scanner.number(field));
      case STRING -> digits(scanner.source(), scanner.start(field), scanner.end(field));
      default -> -1;
    };
  }

  /** The number as an integer, -1 if it is none; some languages write 3 as 3.0. */
  private static int wholeNumber(double number) {
    boolean whole = number >= 0 && number <= Integer.MAX_VALUE && number == Math.rint(number);
    return whole ? (int) number : -1;
  }

  /** The number that these digits are, -1 if they are none or too many. */
  private static int digits(byte[] text, int from, int to) {
    if (from == to) {
      return -1;
    }
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = text[i] - '0';
      number = number * 10 + digit;
      if (digit < 0 || digit > 9 || number > Integer.MAX_VALUE) {
        return -1;
      }
    }
    return (int) number;
  }

  /** Whether the field has a text: a number is one too, since ids and codes often are some. */
  boolean isText(int field) {
    Kind kind = scanner.kind(field);
    return kind == Kind.STRING || kind == Kind.NUMBER;
  }

  /** The text of a string, or of anything else as JSON, in UTF-8. */
  byte[] text(int field) {
    return decoded(
        scanner.source(), scanner.start(field), scanner.end(field), scanner.escaped(field));
  }

  /** The items of an array, strings as their text and anything else as JSON, a line each. */
  byte[] lines(int field) {
    lines.reset();
    byte[] json = scanner.source();
    JsonArrayItems items = new JsonArrayItems(json, scanner.start(field), scanner.end(field));
    boolean first = true;
    while (items.next()) {
      if (!first) {
        lines.uint8('\n');
      }
      first = false;
      byte[] item =
          decoded(json, items.start(), items.end(), items.isString() && items.isEscaped());
      lines.raw(item, 0, item.length);
    }
    return lines.copy();
  }

  /** A piece of JSON in an array of its own, its escapes decoded where there are some. */
  static byte[] decoded(byte[] json, int from, int to, boolean escaped) {
    if (!escaped) {
      return Arrays.copyOfRange(json, from, to);
    }
    byte[] target = new byte[to - from];
    int length = JsonText.unescape(json, from, to, target, 0);
    return Arrays.copyOf(target, length);
  }
}
