package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_JSON;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_UTF8;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.json.JsonArrayItems;
import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.json.JsonSyntaxException;
import dev.scriptanalytics.json.JsonText;
import dev.scriptanalytics.json.NonFiniteNumbers;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The fields of an event, or of an object within one, read by the rules that all events share: what
 * counts as missing, how times and version numbers are written, what the text of a field is.
 * Reusable, not thread-safe.
 *
 * @param <F> the fields; a field's ordinal is its number in the {@link JsonObjectScanner}
 */
@SuppressWarnings("EnumOrdinal") // Fields are found by their position.
final class EventFields<F extends Enum<F>> {
  /** The time of a field that is missing. */
  static final long NO_TIME = EventTime.INVALID;

  /** The largest UInt32, which is the type of deployment versions. */
  static final long MAX_WHOLE = 0xFFFF_FFFFL;

  private final List<List<String>> names;
  private final JsonObjectScanner scanner;
  private final ZoneId defaultZone;
  private final RowBinaryBuffer lines = new RowBinaryBuffer();

  /**
   * For all fields of a type.
   *
   * @param names what a field is called in JSON, its canonical name first
   * @param rules further names, and the zone of times without one
   */
  EventFields(Class<F> fields, Function<F, List<String>> names, EventRules rules) {
    this.names =
        Arrays.stream(fields.getEnumConstants()).map(names).map(rules::withAliases).toList();
    this.scanner = new JsonObjectScanner(this.names);
    this.defaultZone = rules.defaultZone();
  }

  /** What the fields are read from. */
  JsonObjectScanner scanner() {
    return scanner;
  }

  /** The field's canonical name. */
  String name(F field) {
    return names.get(field.ordinal()).get(0);
  }

  /**
   * Goes to the fields of a record that must be a JSON object. Where it has numbers that JSON does
   * not know, {@link #source} is a copy with {@code null} in their place.
   *
   * @throws UnusableRecordException if it is not a JSON object in UTF-8
   */
  void scan(byte[] record) throws UnusableRecordException {
    if (!Utf8.isValid(record, 0, record.length)) {
      throw new UnusableRecordException(NOT_UTF8, "The record is not UTF-8");
    }
    try {
      scanner.scan(record, 0, record.length);
    } catch (JsonSyntaxException e) {
      scanAgain(record, e);
    }
  }

  private void scanAgain(byte[] record, JsonSyntaxException problem)
      throws UnusableRecordException {
    byte[] finite = NonFiniteNumbers.replacedByNull(record);
    if (finite == record) {
      throw new UnusableRecordException(NOT_JSON, problem.getMessage());
    }
    try {
      scanner.scan(finite, 0, finite.length);
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

  /** Goes to the fields of the object that is the value of a field of another object. */
  <G extends Enum<G>> void scanPart(EventFields<G> whole, G field) {
    scanPart(whole.source(), whole.start(field), whole.end(field));
  }

  /** What the field's value is. */
  Kind kind(F field) {
    return scanner.kind(field.ordinal());
  }

  /** The array that was scanned. */
  byte[] source() {
    return scanner.source();
  }

  /** Where the name begins that the field was found by, at its quote. */
  int nameStart(F field) {
    return scanner.nameStart(field.ordinal());
  }

  /** Where the field's value begins, a string's behind its quote. */
  int start(F field) {
    return scanner.start(field.ordinal());
  }

  /** Where the field's value ends, exclusive, a string's before its quote. */
  int end(F field) {
    return scanner.end(field.ordinal());
  }

  /** Whether the field is a string with escapes. */
  boolean escaped(F field) {
    return scanner.escaped(field.ordinal());
  }

  /** The value of a field that is a number. */
  double number(F field) {
    return scanner.number(field.ordinal());
  }

  /** The text of a field that is a string. */
  String string(F field) {
    return scanner.string(field.ordinal());
  }

  /** Whether the field is absent, null or an empty string. */
  boolean isMissing(F field) {
    Kind kind = kind(field);
    return kind == Kind.ABSENT
        || kind == Kind.NULL
        || (kind == Kind.STRING && start(field) == end(field));
  }

  /**
   * The problem that a required field is missing, which an option solves if it has another name.
   */
  UnusableRecordException missing(F field) {
    return new UnusableRecordException(
        MISSING_FIELD,
        "%s is missing (read are %s; event.alias.%s adds names)"
            .formatted(name(field), String.join(", ", names.get(field.ordinal())), name(field)));
  }

  /**
   * Who sent the object.
   *
   * @param account the field that names the account
   */
  Sender sender(F account) {
    if (isMissing(account)) {
      return Sender.DEFAULT;
    }
    return isText(account)
        ? new Sender(new String(text(account), StandardCharsets.UTF_8), "")
        : Sender.UNKNOWN;
  }

  void requireText(F field) throws UnusableRecordException {
    if (!isText(field)) {
      throw new UnusableRecordException(
          WRONG_TYPE, name(field) + " is neither a string nor a number");
    }
  }

  /**
   * A time in microseconds since 1970, which may be beyond all limits; {@link #NO_TIME} if the
   * field is missing.
   */
  long time(F field) throws UnusableRecordException {
    if (isMissing(field)) {
      return NO_TIME;
    }
    requireText(field);
    byte[] source = source();
    int from = start(field);
    int to = end(field);
    long micros;
    if (kind(field) == Kind.NUMBER) {
      micros = EventTime.microsOf(source, from, to);
    } else if (escaped(field)) {
      byte[] decoded = decoded(source, from, to, true);
      micros = EventTime.parseMicros(decoded, 0, decoded.length, defaultZone);
    } else {
      micros = EventTime.parseMicros(source, from, to, defaultZone);
    }
    if (micros == EventTime.INVALID) {
      byte[] text = text(field);
      throw new UnusableRecordException(
          BAD_VALUE,
          name(field)
              + (EventTime.lacksZone(text)
                  ? " has no zone, and event.default-zone is not set: "
                  : " is no time: "),
          new String(text, StandardCharsets.UTF_8));
    }
    return micros;
  }

  /** A number, which may also be in quotes; NaN for anything else. */
  double figure(F field) {
    return switch (kind(field)) {
      case NUMBER -> number(field);
      case STRING -> {
        byte[] text = text(field);
        yield UnitParser.jsonNumber(text, 0, text.length);
      }
      default -> Double.NaN;
    };
  }

  /** An integer from 0 to {@link #MAX_WHOLE}, which may also be a string of digits; else -1. */
  long wholeNumber(F field) {
    return switch (kind(field)) {
      case NUMBER -> wholeNumber(number(field));
      case STRING -> {
        if (escaped(field)) {
          byte[] text = text(field);
          yield digits(text, 0, text.length);
        }
        yield digits(source(), start(field), end(field));
      }
      default -> -1;
    };
  }

  /** The number as an integer, -1 if it is not one; some languages write 3 as 3.0. */
  private static long wholeNumber(double number) {
    boolean whole = number >= 0 && number <= MAX_WHOLE && number == Math.rint(number);
    return whole ? (long) number : -1;
  }

  /**
   * The number that the digits spell, -1 if these are not digits or more than {@link #MAX_WHOLE}.
   */
  private static long digits(byte[] text, int from, int to) {
    if (from == to) {
      return -1;
    }
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = text[i] - '0';
      number = number * 10 + digit;
      if (digit < 0 || digit > 9 || number > MAX_WHOLE) {
        return -1;
      }
    }
    return number;
  }

  /** Whether the field has a text: a string, or a number, since ids and codes often are numbers. */
  boolean isText(F field) {
    Kind kind = kind(field);
    return kind == Kind.STRING || kind == Kind.NUMBER;
  }

  /** The text of a string, or any other value as JSON, in UTF-8. */
  byte[] text(F field) {
    return decoded(source(), start(field), end(field), escaped(field));
  }

  /** The id of a run's attempt in ClickHouse: the first one has the run's own id. */
  static byte[] ofAttempt(byte[] runId, long attempt) {
    if (attempt < 2) {
      return runId;
    }
    byte[] suffix = ("#" + attempt).getBytes(StandardCharsets.US_ASCII);
    byte[] id = Arrays.copyOf(runId, runId.length + suffix.length);
    System.arraycopy(suffix, 0, id, runId.length, suffix.length);
    return id;
  }

  /** The items of an array, one per line: strings as their text, other values as JSON. */
  byte[] lines(F field) {
    lines.reset();
    byte[] json = source();
    JsonArrayItems items = new JsonArrayItems(json, start(field), end(field));
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

  /** A piece of JSON in an array of its own, its escapes decoded if it has any. */
  static byte[] decoded(byte[] json, int from, int to, boolean escaped) {
    if (!escaped) {
      return Arrays.copyOfRange(json, from, to);
    }
    byte[] target = new byte[to - from];
    int length = JsonText.unescape(json, from, to, target, 0);
    return Arrays.copyOf(target, length);
  }
}
