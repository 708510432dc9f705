package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.function.ToDoubleFunction;

/**
 * Reads the values of a log entry from the fields of an object. An optional field that cannot be
 * understood is kept among other fields as sent. Only the account must be understood, because no
 * entry may appear under an account that is not its own.
 *
 * @param <F> the fields of the object
 */
final class LogFields<F extends Enum<F>> {
  /** Larger than any memory, and within the column's range. */
  private static final double MAX_FIGURE = 1e18;

  private static final int LONGEST_FIGURE = 64;

  /** A level as a producer writes it, and what it means. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  private record KnownLevel(byte[] word, LogLevel level) {}

  private final EventFields<F> fields;
  private final ExtraFields rest;
  private final KnownWords<KnownLevel> knownLevels = new KnownWords<>();

  /**
   * A reader of these fields.
   *
   * @param rest receives the fields that cannot be understood
   */
  LogFields(EventFields<F> fields, ExtraFields rest) {
    this.fields = fields;
    this.rest = rest;
  }

  /** The account; empty if the field is missing. */
  byte[] account(F field) throws UnusableRecordException {
    if (fields.isMissing(field)) {
      return LogEntry.NONE;
    }
    fields.requireText(field);
    return fields.text(field);
  }

  /** The text of an optional field; empty if it has none. */
  byte[] text(F field) {
    if (fields.isText(field)) {
      return fields.text(field);
    }
    keep(field);
    return LogEntry.NONE;
  }

  /** As {@link #text}, but the items of an array, one per line. */
  byte[] lines(F field) {
    return fields.kind(field) == Kind.ARRAY ? fields.lines(field) : text(field);
  }

  /** When it was logged, in microseconds since 1970. */
  long time(F field) throws UnusableRecordException {
    long micros = fields.time(field);
    if (micros == EventFields.NO_TIME) {
      throw fields.missing(field);
    }
    return micros;
  }

  /** Sets the deployment. A version that is no number still identifies it. */
  void deployment(F version, F id, LogEntry entry) {
    long number = fields.wholeNumber(version);
    boolean isNone = number < 0 && !fields.isMissing(version);
    boolean isId = isNone && fields.isText(version) && fields.isMissing(id);
    if (isNone && !isId) {
      keep(version);
    }
    entry.deploymentVersion = (int) Math.max(number, 0);
    entry.deploymentId = text(isId ? version : id);
  }

  /**
   * Sets the level, and the producer's word for it; the level is Info if the word is unknown.
   *
   * @param scale what a number means; always the same one
   */
  void level(F field, LevelScale scale, LogEntry entry) {
    boolean isPlain = fields.kind(field) == Kind.STRING && !fields.escaped(field);
    KnownLevel known =
        isPlain
            ? knownLevels.meaningOf(fields.source(), fields.start(field), fields.end(field))
            : null;
    if (known != null) {
      entry.originalLevel = known.word();
      entry.level = known.level();
      return;
    }
    readLevel(field, scale, entry);
    if (isPlain && entry.originalLevel.length <= LONGEST_FIGURE) {
      knownLevels.put(entry.originalLevel, new KnownLevel(entry.originalLevel, entry.level));
    }
  }

  private void readLevel(F field, LevelScale scale, LogEntry entry) {
    entry.originalLevel = text(field);
    LogLevel level = null;
    if (fields.kind(field) == Kind.NUMBER) {
      level = scale.levelOf(fields.wholeNumber(field));
    } else if (entry.originalLevel.length > 0 && entry.originalLevel.length <= LONGEST_FIGURE) {
      level = scale.levelOf(new String(entry.originalLevel, StandardCharsets.UTF_8));
    }
    entry.level = level == null ? LogLevel.INFO : level;
  }

  /**
   * A figure that cannot be negative; NaN if there is none.
   *
   * @param ofText reads a figure from a string; NaN for any other string
   */
  double figure(F field, ToDoubleFunction<String> ofText) {
    double figure = Double.NaN;
    if (fields.kind(field) == Kind.NUMBER) {
      figure = fields.number(field);
    } else if (fields.kind(field) == Kind.STRING
        && fields.end(field) - fields.start(field) <= LONGEST_FIGURE) {
      figure = ofText.applyAsDouble(fields.string(field));
    }
    if (figure >= 0 && figure <= MAX_FIGURE) {
      // JSON has a -0.
      return figure + 0.0;
    }
    keep(field);
    return Double.NaN;
  }

  /** Keeps a field as sent, beside the columns. */
  void keep(F field) {
    rest.add(fields, field);
  }
}
