package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.json.NeedlessEscapes;
import dev.scriptanalytics.row.LogEntry;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the message of a log entry, which may be any JSON.
 *
 * <p>A string is the message, and null an empty one. Of an object, such as an error of AWS Lambda,
 * the message is its field {@code message}, {@code msg} or {@code errorMessage}; its error's type
 * and stack trace become those of the entry, and its other fields are kept. If that field is an
 * object itself, the same goes for it. Any other value, and an object without such a text, is a
 * message as JSON.
 */
final class MessageReader {
  private enum Part implements EventField {
    MESSAGE,
    ERROR_TYPE,
    STACK_TRACE;

    @Override
    public List<String> otherNames() {
      return this == MESSAGE ? List.of("msg", "error_message") : List.of();
    }
  }

  /** How many objects are opened, each within the other. */
  private static final int MAX_DEPTH = 4;

  private final EventFields<Part> object =
      new EventFields<>(Part.class, Part::names, EventRules.DEFAULT);
  private final ExtraFields rest;
  private final LogFields<Part> parts;

  /**
   * A reader.
   *
   * @param rest receives the fields of an object that say more than the entry has columns for
   */
  MessageReader(ExtraFields rest) {
    this.rest = rest;
    this.parts = new LogFields<>(object, rest);
  }

  /**
   * Sets the message of an entry, and its error code and stack trace where it has none; those that
   * the entry itself names must have been set.
   */
  <F extends Enum<F>> void read(EventFields<F> fields, F field, LogEntry entry) {
    switch (fields.kind(field)) {
      case ABSENT, NULL -> entry.message = LogEntry.NONE;
      case STRING -> entry.message = fields.text(field);
      case OBJECT ->
          readObject(
              fields.source(), fields.start(field), fields.end(field), fields.name(field), entry);
      default -> entry.message = NeedlessEscapes.decoded(fields.text(field));
    }
  }

  private void readObject(byte[] json, int from, int to, String name, LogEntry entry) {
    int start = from;
    int end = to;
    String path = name;
    for (int depth = 1; ; depth++) {
      object.scanPart(json, start, end);
      boolean isOuter = depth < MAX_DEPTH && object.kind(Part.MESSAGE) == Kind.OBJECT;
      boolean hasText = object.isText(Part.MESSAGE) && !object.isMissing(Part.MESSAGE);
      readError(path, isOuter || hasText, entry);
      if (!isOuter) {
        entry.message =
            hasText
                ? object.text(Part.MESSAGE)
                : NeedlessEscapes.decoded(Arrays.copyOfRange(json, start, end));
        return;
      }
      start = object.start(Part.MESSAGE);
      end = object.end(Part.MESSAGE);
      path += '.' + object.name(Part.MESSAGE);
    }
  }

  /**
   * Takes the error of an object, and keeps its other fields.
   *
   * @param path the name under which they are kept
   * @param keeps whether they are kept, because the message is not the whole object
   */
  private void readError(String path, boolean keeps, LogEntry entry) {
    rest.enter(path);
    if (entry.errorCode.length == 0 && object.isText(Part.ERROR_TYPE)) {
      entry.errorCode = object.text(Part.ERROR_TYPE);
    } else if (keeps) {
      rest.add(object, Part.ERROR_TYPE);
    }
    boolean isTrace =
        object.kind(Part.STACK_TRACE) == Kind.ARRAY || object.isText(Part.STACK_TRACE);
    if (entry.stackTrace.length == 0 && isTrace) {
      entry.stackTrace = parts.lines(Part.STACK_TRACE);
    } else if (keeps) {
      rest.add(object, Part.STACK_TRACE);
    }
    if (keeps) {
      rest.addUnknown(object.scanner());
    }
    rest.leave();
  }
}
