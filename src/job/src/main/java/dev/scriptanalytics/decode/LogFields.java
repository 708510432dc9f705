package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.function.ToDoubleFunction;

/**
 * The fields of an object that a log entry is made of. An optional one that cannot be understood is
 * kept among other fields, as it came; one that is part of a key must be a string.
 */
final class LogFields {
  /** A size that no memory has, which fits the column. */
  private static final double MAX_FIGURE = 1e18;

  private static final int LONGEST_FIGURE = 64;

  private final EventFields fields;
  private final JsonObjectScanner scanner;
  private final ExtraFields rest;

  /**
   * Of these fields.
   *
   * @param rest takes what cannot be understood
   */
  LogFields(EventFields fields, ExtraFields rest) {
    this.fields = fields;
    this.scanner = fields.scanner();
    this.rest = rest;
  }

  /** A text that is part of a key; none where the field is missing. */
  byte[] key(int field) throws UnusableRecordException {
    if (fields.isMissing(field)) {
      return LogEntry.NONE;
    }
    fields.requireString(field);
    return fields.text(field);
  }

  /** The text of an optional field; none where there is none. */
  byte[] text(int field) {
    if (fields.isText(field)) {
      return fields.text(field);
    }
    keep(field);
    return LogEntry.NONE;
  }

  /** As {@link #text}, but of an array its items, a line each. */
  byte[] lines(int field) {
    return scanner.kind(field) == Kind.ARRAY ? fields.lines(field) : text(field);
  }

  /** The message, without which there is no entry. */
  byte[] message(int field) throws UnusableRecordException {
    if (fields.isMissing(field)) {
      throw fields.missing(field);
    }
    fields.requireString(field);
    return fields.text(field);
  }

  /** When it was logged, in microseconds since 1970. */
  long time(int field) throws UnusableRecordException {
    long micros = fields.time(field);
    if (micros == EventFields.NO_TIME) {
      throw fields.missing(field);
    }
    return micros;
  }

  /** The version of a deployment, 0 where it is not known. */
  int deploymentVersion(int field) {
    if (fields.isMissing(field)) {
      return 0;
    }
    int version = fields.wholeNumber(field);
    if (version < 0) {
      keep(field);
    }
    return Math.max(version, 0);
  }

  /** Sets the level and the producer's word of it; it is Info where that is none. */
  void level(int field, LogEntry entry) {
    entry.originalLevel = text(field);
    LogLevel level = null;
    if (entry.originalLevel.length > 0 && entry.originalLevel.length <= LONGEST_FIGURE) {
      int number = fields.wholeNumber(field);
      level =
          number >= 0
              ? LogLevel.ofNumber(number)
              : LogLevel.ofWord(new String(entry.originalLevel, StandardCharsets.UTF_8));
    }
    entry.level = level == null ? LogLevel.INFO : level;
  }

  /**
   * A figure that cannot be negative; NaN where there is none.
   *
   * @param ofText reads it where it is a string; NaN for a string that is none
   */
  double figure(int field, ToDoubleFunction<String> ofText) {
    double figure = Double.NaN;
    if (scanner.kind(field) == Kind.NUMBER) {
      figure = scanner.number(field);
    } else if (scanner.kind(field) == Kind.STRING
        && scanner.end(field) - scanner.start(field) <= LONGEST_FIGURE) {
      figure = ofText.applyAsDouble(scanner.string(field));
    }
    if (figure >= 0 && figure <= MAX_FIGURE) {
      // JSON has a -0.
      return figure + 0.0;
    }
    keep(field);
    return Double.NaN;
  }

  /** Keeps a field as it came, beside the columns. */
  void keep(int field) {
    rest.add(scanner, field, fields.name(field));
  }
}
