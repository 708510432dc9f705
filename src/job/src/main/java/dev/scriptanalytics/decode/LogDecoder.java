package dev.scriptanalytics.decode;

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
 *   <li>With a {@code timestamp}: an entry ({@link LogEntryReader}).
 *   <li>With an array {@code logs}: an answer of the endpoints' logs API. Each item is an entry, or
 *       a line of the API's text format ({@link LogLineReader}). An item without script or account
 *       takes those of the answer. The answer's own fields (counts, paging, summary) belong to no
 *       entry and are dropped.
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
    limits.checkRecord(record.value(), arrival);
    events.beginRecord(record);
    entry.reset();
    String line = line(record.value());
    if (line != null) {
      lines.read(line, entry);
      out.event(events.event(entry, arrival, "The line's time"));
      return;
    }
    fields.scan(record.value());
    if (!fields.isMissing(Field.TIMESTAMP)) {
      entries.read(entry);
      out.event(events.event(entry, arrival, "timestamp"));
    } else if (fields.kind(Field.LOGS) == Kind.ARRAY) {
      decodeItems(arrival, out);
    } else if (!fields.isMissing(Field.ATTRIBUTES) || !fields.isMissing(Field.START_TIME)) {
      spans.read(fields.source(), entry);
      out.event(events.event(entry, arrival, "start_time"));
    } else {
      throw fields.missing(Field.TIMESTAMP);
    }
  }

  /** The line that the record is; null if it is none. */
  private String line(byte[] record) {
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
    if (text.startsWith("\"")) {
      text = ofJson(text);
    }
    return LogLineReader.isLine(text) ? text : null;
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

  private void decodeItems(long arrival, DecodedEvents out) throws UnusableRecordException {
    byte[] account = entries.account();
    byte[] script = entries.script();
    byte[] json = fields.source();
    JsonArrayItems array =
        new JsonArrayItems(json, fields.start(Field.LOGS), fields.end(Field.LOGS));
    for (int item = 0; array.next(); item++) {
      try {
        entry.reset();
        readItem(json, array);
        if (entry.account.length == 0) {
          entry.account = account;
        }
        if (entry.script.length == 0) {
          entry.script = script;
        }
        out.event(events.event(entry, arrival, "timestamp"));
      } catch (UnusableRecordException e) {
        int quote = array.isString() ? 1 : 0;
        out.unusable(item, e, Arrays.copyOfRange(json, array.start() - quote, array.end() + quote));
      }
    }
  }

  private void readItem(byte[] json, JsonArrayItems array) throws UnusableRecordException {
    if (array.isString()) {
      byte[] line = EventFields.decoded(json, array.start(), array.end(), array.isEscaped());
      lines.read(new String(line, StandardCharsets.UTF_8), entry);
    } else if (json[array.start()] == '{') {
      items.fields().scanPart(json, array.start(), array.end());
      items.read(entry);
    } else {
      throw new UnusableRecordException(WRONG_TYPE, "The item is neither an object nor a string");
    }
  }
}
