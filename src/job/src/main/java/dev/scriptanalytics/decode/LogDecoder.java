package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.NOT_JSON;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.decode.LogEntryReader.Field;
import dev.scriptanalytics.json.JsonArrayItems;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads records of log topics: JSON objects, distinguished by their fields, and lines of the logs
 * API's text format, as they are or as JSON strings.
 *
 * <ol>
 *   <li>With an array {@code logs}, and without a {@code timestamp} or else without message and
 *       level: an answer of the endpoints' logs API ({@link LogAnswer}). Each item is an entry, or
 *       a line of the API's text format ({@link LogLineReader}).
 *   <li>With a {@code timestamp}: an entry ({@link LogEntryReader}).
 *   <li>With {@code attributes} or a {@code start_time}: a span of korelogger ({@link
 *       KoreloggerSpanReader}).
 *   <li>Anything else: an entry whose timestamp is missing.
 * </ol>
 *
 * <p>A field counts as missing if it is null or empty. Reusable, not thread-safe.
 */
final class LogDecoder implements RecordDecoder {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final EventLimits limits;
  private final LogEventFactory events;
  private final LogEntryReader entries;
  private final LogEntryReader items;
  private final LogLineReader lines;
  private final KoreloggerSpanReader spans;
  private final EventFields<Field> fields;
  private final LogAnswer answer = new LogAnswer();
  private final LogEntry entry = new LogEntry();

  /**
   * A decoder of JSON.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  LogDecoder(
      EventLimits limits,
      EventRules rules,
      String hashKey,
      KoreloggerAttributes attributes,
      Redactor redactor) {
    this.limits = limits;
    this.events = new LogEventFactory(limits, hashKey, redactor);
    this.entries = new LogEntryReader(rules);
    this.items = new LogEntryReader(rules);
    this.lines = new LogLineReader(rules);
    this.spans = new KoreloggerSpanReader(attributes, rules);
    this.fields = entries.fields();
  }

  @Override
  public void decode(KafkaRecord record, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    try {
      limits.checkRecord(record.value(), arrival);
    } catch (UnusableRecordException e) {
      throw e.from(senderOf(record.value()));
    }
    events.beginRecord(record);
    entry.reset();
    String line = line(record.value());
    if (line != null) {
      decodeLine(line, arrival, out);
      return;
    }
    fields.scan(record.value());
    try {
      decodeObject(arrival, out);
    } catch (UnusableRecordException e) {
      throw e.from(sender());
    }
  }

  /** Who sent a record that has not been scanned. */
  private Sender senderOf(byte[] record) {
    try {
      fields.scan(record);
      return sender();
    } catch (UnusableRecordException unreadable) {
      return Sender.UNKNOWN;
    }
  }

  private Sender sender() {
    return isSpan() ? spans.sender(fields.source()) : entries.sender();
  }

  private void decodeLine(String line, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    try {
      lines.read(line, entry);
      out.event(events.event(entry, arrival, "The line's time"));
    } catch (UnusableRecordException e) {
      throw e.from(Sender.DEFAULT);
    }
  }

  /**
   * Whether the record is an answer. An answer may tell when it was made; then it is told from an
   * entry that has a field {@code logs} by what both hold.
   */
  private boolean isAnswer() {
    if (fields.kind(Field.LOGS) != Kind.ARRAY) {
      return false;
    }
    return fields.isMissing(Field.TIMESTAMP)
        || (fields.isMissing(Field.MESSAGE) && fields.isMissing(Field.LEVEL) && holdsEntries());
  }

  /** Whether the array has an item that may be an entry, or none at all. */
  private boolean holdsEntries() {
    byte[] json = fields.source();
    JsonArrayItems array = items();
    boolean isEmpty = true;
    while (array.next()) {
      if (isObject(json, array)
          || (array.isString() && LogLineReader.isLine(textOf(json, array)))) {
        return true;
      }
      isEmpty = false;
    }
    return isEmpty;
  }

  private JsonArrayItems items() {
    return new JsonArrayItems(fields.source(), fields.start(Field.LOGS), fields.end(Field.LOGS));
  }

  private static String textOf(byte[] json, JsonArrayItems string) {
    byte[] text = EventFields.decoded(json, string.start(), string.end(), string.isEscaped());
    return new String(text, StandardCharsets.UTF_8);
  }

  private boolean isSpan() {
    return fields.isMissing(Field.TIMESTAMP)
        && fields.kind(Field.LOGS) != Kind.ARRAY
        && (!fields.isMissing(Field.ATTRIBUTES) || !fields.isMissing(Field.START_TIME));
  }

  private void decodeObject(long arrival, DecodedEvents out) throws UnusableRecordException {
    if (isAnswer()) {
      decodeItems(arrival, out);
    } else if (!fields.isMissing(Field.TIMESTAMP)) {
      entries.read(entry);
      out.event(events.event(entry, arrival, "timestamp"));
    } else if (isSpan()) {
      spans.read(fields.source(), entry);
      out.event(events.event(entry, arrival, "start_time"));
    } else {
      throw fields.missing(Field.TIMESTAMP);
    }
  }

  /** The line that the record is; null if it is to be read as an object. */
  private String line(byte[] record) throws UnusableRecordException {
    int at = 0;
    while (at < record.length && (record[at] <= ' ' && record[at] >= 0)) {
      at++;
    }
    boolean isObject = at < record.length && record[at] == '{';
    if (isObject || !Utf8.isValid(record, 0, record.length)) {
      return null;
    }
    String text =
        new String(record, at, record.length - at, StandardCharsets.UTF_8).stripTrailing();
    if (text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(BYTE_ORDER_MARK.length()).stripLeading();
    }
    if (text.startsWith("{")) {
      return null;
    }
    String line = text.startsWith("\"") ? ofJson(text) : text;
    if (!LogLineReader.isLine(line)) {
      throw new UnusableRecordException(
          NOT_JSON, "The record is neither a JSON object nor a " + LogLineReader.FORM + ": ", text);
    }
    return line;
  }

  /** The text of a JSON string; empty if this is none. */
  private String ofJson(String json) {
    try {
      fields.scan(("{\"message\":" + json + "}").getBytes(StandardCharsets.UTF_8));
      boolean isString =
          fields.kind(Field.MESSAGE) == Kind.STRING
              && fields.end(Field.MESSAGE) == fields.source().length - "\"}".length();
      return isString ? fields.string(Field.MESSAGE) : "";
    } catch (UnusableRecordException notJson) {
      return "";
    }
  }

  private void decodeItems(long arrival, DecodedEvents out) {
    answer.read(entries);
    items.beginAnswer(entries);
    byte[] json = fields.source();
    JsonArrayItems array = items();
    for (int item = 0; array.next(); item++) {
      try {
        entry.reset();
        readItem(json, array);
        answer.complete(entry);
        out.event(events.event(entry, arrival, "timestamp"));
      } catch (UnusableRecordException e) {
        int quote = array.isString() ? 1 : 0;
        out.unusable(
            item,
            e.from(senderOfItem(json, array)),
            Arrays.copyOfRange(json, array.start() - quote, array.end() + quote));
      }
    }
  }

  /** Who sent the item that was read last: its own account, or that of the answer. */
  private Sender senderOfItem(byte[] json, JsonArrayItems array) {
    boolean hasAccount = isObject(json, array) && !items.fields().isMissing(Field.ACCOUNT);
    return hasAccount ? items.sender() : entries.sender();
  }

  private static boolean isObject(byte[] json, JsonArrayItems array) {
    return !array.isString() && json[array.start()] == '{';
  }

  private void readItem(byte[] json, JsonArrayItems array) throws UnusableRecordException {
    if (array.isString()) {
      lines.read(textOf(json, array), entry);
      items.addAttempt(entry);
    } else if (isObject(json, array)) {
      items.fields().scanPart(json, array.start(), array.end());
      items.read(entry);
    } else {
      throw new UnusableRecordException(
          WRONG_TYPE, "The item is neither an object nor a " + LogLineReader.FORM);
    }
  }
}
