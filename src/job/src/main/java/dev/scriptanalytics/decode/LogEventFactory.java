package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonSyntaxException;
import dev.scriptanalytics.json.NeedlessEscapes;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.EntryGroups;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Makes events of log entries of any form: checks them, gives an id to those without one, masks
 * secrets, cuts long values, and sets what orders and groups entries. Reusable, not thread-safe.
 */
public final class LogEventFactory {
  // A constant, because a replay must give the same ids whatever key runs are hashed with.
  private static final String ID_KEY = "6c6f672d69642d6f662d616e2d656e74";

  /** The bits of a sequence that number the entries of a record; the others are its offset. */
  private static final int ITEM_BITS = 20;

  private static final long LAST_ITEM = (1L << ITEM_BITS) - 1;

  private static final byte[] DEFAULT_ACCOUNT =
      EventLimits.DEFAULT_ACCOUNT.getBytes(StandardCharsets.UTF_8);

  private final EventLimits limits;
  private final Redactor redactor;
  private final SipHash runHash;
  private final SipHash idHash = new SipHash(ID_KEY);
  private final RowBinaryBuffer content = new RowBinaryBuffer();
  private final RowBinaryBuffer row = new RowBinaryBuffer();
  private final JsonObjectScanner object = new JsonObjectScanner();
  private final ExtraFields fitting;

  private final EntryGroups groups = new EntryGroups();
  private final EqualEntries equalEntries = new EqualEntries();

  // The sequence of the record's first entry, and of its next one.
  private long firstSequence;
  private long nextSequence;

  /**
   * A factory.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  public LogEventFactory(EventLimits limits, String hashKey, Redactor redactor) {
    this.limits = limits;
    this.redactor = redactor;
    this.runHash = new SipHash(hashKey);
    this.fitting = new ExtraFields(limits.maxInputBytes());
  }

  /**
   * Begins a record: the entries that follow are ordered by the record's offset and their place in
   * it, and equal ones are entries of their own, each with its own id.
   */
  public void beginRecord(KafkaRecord record) {
    equalEntries.clear();
    firstSequence = record.offset() << ITEM_BITS;
    nextSequence = firstSequence;
  }

  /**
   * The event of an entry, whose texts must be valid UTF-8. Changes the entry.
   *
   * @param arrival when its record arrived, in milliseconds since 1970
   * @param timeField the name of the entry's time, for the error
   * @throws UnusableRecordException with what is wrong, if it cannot be used
   */
  public ScriptEvent event(LogEntry entry, long arrival, String timeField)
      throws UnusableRecordException {
    entry.retentionDays =
        limits.accountRetentionDays().isEmpty()
            ? limits.retentionDays()
            : limits.retentionDays(new String(entry.account, StandardCharsets.UTF_8));
    limits.checkTime(timeField, entry.timestamp, arrival, entry.retentionDays);
    if (entry.account.length == 0) {
      entry.account = DEFAULT_ACCOUNT;
    }
    checkKey("account", entry.account);
    checkKey("run", entry.runId);
    checkKey("script", entry.script);
    checkKey("log id", entry.logId);
    if (entry.logId.length == 0) {
      entry.logId = idOf(entry);
    }
    entry.sequence = nextSequence;
    nextSequence = Math.min(nextSequence + 1, firstSequence | LAST_ITEM);
    maskAndCut(entry);
    groups.set(entry);
    row.reset();
    entry.writeTo(LogRow.AS_IT_CAME, row);
    content.reset();
    content.string(entry.account);
    content.string(entry.runId);
    if (entry.runId.length == 0) {
      content.string(entry.logId);
    }
    runHash.hash(content.buffer(), 0, content.size());
    return ScriptEvent.ofLog(runHash.high(), runHash.low(), arrival, row.copy());
  }

  private void checkKey(String name, byte[] utf8) throws UnusableRecordException {
    if (utf8.length > limits.maxNameBytes()) {
      throw new UnusableRecordException(
          BAD_VALUE,
          "The " + name + " is longer than event.max-name-bytes, " + limits.maxNameBytes());
    }
  }

  /**
   * An id made of what the entry says, before anything is masked or cut: an entry that is delivered
   * twice gets the same id twice, even if options have changed in between.
   *
   * <p>Script, deployment and function are no part of it, because an entry alone may leave to its
   * run what an answer of the logs API says of all its entries.
   */
  private byte[] idOf(LogEntry entry) {
    content.reset();
    content.string(entry.account);
    content.string(entry.runId);
    content.int64(entry.timestamp);
    content.uint8(entry.level.code());
    content.string(entry.originalLevel);
    content.string(entry.message);
    content.string(entry.source);
    content.string(entry.sourceType);
    content.string(entry.requestId);
    content.float64(entry.durationMillis);
    content.int64(entry.memoryBytes);
    content.float64(entry.gpuPercent);
    content.string(entry.errorCode);
    content.string(entry.stackTrace);
    content.string(entry.metadata);
    content.string(entry.traceId);
    content.string(entry.spanId);
    content.string(entry.extra);
    idHash.hash(content.buffer(), 0, content.size());
    // Entries of different scripts are different rows, whatever their ids.
    long high = idHash.high() ^ Arrays.hashCode(entry.script);
    int before = equalEntries.add(high, idHash.low());
    if (before > 0) {
      content.uint32(before);
      idHash.hash(content.buffer(), 0, content.size());
    }
    HexFormat hex = HexFormat.of();
    return (hex.toHexDigits(idHash.high()) + hex.toHexDigits(idHash.low()))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private void maskAndCut(LogEntry entry) {
    int name = limits.maxNameBytes();
    entry.deploymentId = cut(entry, "deployment_id", entry.deploymentId, name);
    entry.function = cut(entry, "function", entry.function, name);
    entry.originalLevel = maskAndCut(entry, "original_level", entry.originalLevel, name);
    entry.source = cut(entry, "source", entry.source, name);
    entry.sourceType = cut(entry, "source_type", entry.sourceType, name);
    entry.requestId = cut(entry, "request_id", entry.requestId, name);
    entry.errorCode = maskAndCut(entry, "error_code", entry.errorCode, name);
    entry.traceId = cut(entry, "trace_id", entry.traceId, name);
    entry.spanId = cut(entry, "span_id", entry.spanId, name);
    entry.message = maskAndCut(entry, "log_message", entry.message, limits.maxMessageBytes());
    entry.stackTrace =
        maskAndCut(entry, "stack_trace", entry.stackTrace, limits.maxStackTraceBytes());
    entry.metadata = maskedFields(entry, "metadata", entry.metadata);
    entry.extra = maskedFields(entry, "extra", entry.extra);
  }

  private byte[] maskAndCut(LogEntry entry, String column, byte[] utf8, int maxBytes) {
    if (!redactor.isActive()) {
      return cut(entry, column, utf8, maxBytes);
    }
    return MaskedText.of(redactor, column, utf8, maxBytes, entry.truncated, entry.redacted);
  }

  private static byte[] cut(LogEntry entry, String column, byte[] utf8, int maxBytes) {
    if (utf8.length <= maxBytes) {
      return utf8;
    }
    entry.truncated.add(column);
    return Arrays.copyOf(utf8, Utf8.cut(utf8, 0, utf8.length, maxBytes));
  }

  private byte[] maskedFields(LogEntry entry, String column, byte[] json) {
    if (json.length == 0) {
      return json;
    }
    byte[] fields = fieldsThatFit(entry, column, NeedlessEscapes.decoded(json));
    byte[] masked = redactor.object(fields);
    if (masked == fields) {
      return fields;
    }
    // A mask may be longer than the text that it replaces.
    byte[] left = fieldsThatFit(entry, column, masked);
    if (left.length > 0) {
      entry.redacted.add(column);
    }
    return left;
  }

  /** The fields that fit, if the JSON is too long: half an object is not JSON. */
  private byte[] fieldsThatFit(LogEntry entry, String column, byte[] json) {
    if (json.length <= limits.maxInputBytes()) {
      return json;
    }
    if (!entry.truncated.contains(column)) {
      entry.truncated.add(column);
    }
    try {
      object.scan(json, 0, json.length);
    } catch (JsonSyntaxException nestedTooDeep) {
      return LogEntry.NONE;
    }
    fitting.reset();
    fitting.addUnknown(object);
    return fitting.toJson();
  }
}
