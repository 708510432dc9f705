package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the span that korelogger makes of a log entry, in the JSON of OpenTelemetry's Python SDK:
 * the entry is in its {@code attributes}, the ids of trace and span are in {@code context}. An
 * attribute with a dotted name is also found within objects ({@link NestedAttributes}).
 *
 * <p>Attributes without a column become {@code metadata}, where filters search; the rest of the
 * span (its events, status, resource) is kept in {@code extra}.
 */
final class KoreloggerSpanReader {
  private enum Field implements EventField {
    START_TIME,
    CONTEXT,
    ATTRIBUTES,
    ACCOUNT,
    RUN_ID,
    SCRIPT
  }

  private enum ContextField implements EventField {
    TRACE_ID,
    SPAN_ID
  }

  private enum Attribute {
    MESSAGE,
    LEVEL,
    LOG_ID,
    RUN_ID,
    DEPLOYMENT_ID,
    DEPLOYMENT_VERSION,
    SOURCE,
    SOURCE_TYPE,
    ACCOUNT,
    SCRIPT,
    FUNCTION;

    private String nameIn(KoreloggerAttributes names) {
      return switch (this) {
        case MESSAGE -> names.message();
        case LEVEL -> names.level();
        case LOG_ID -> names.logId();
        case RUN_ID -> names.runId();
        case DEPLOYMENT_ID -> names.deploymentId();
        case DEPLOYMENT_VERSION -> names.deploymentVersion();
        case SOURCE -> names.source();
        case SOURCE_TYPE -> names.sourceType();
        case ACCOUNT -> names.account();
        case SCRIPT -> names.script();
        case FUNCTION -> names.function();
      };
    }
  }

  private final EventFields<Field> span;
  private final EventFields<ContextField> context;
  private final EventFields<Attribute> attributes;
  private final NestedAttributes nested;
  // Never cut here, because an entry's id is a hash of everything in it.
  private final ExtraFields extra = new ExtraFields(Integer.MAX_VALUE);
  private final ExtraFields metadata = new ExtraFields(Integer.MAX_VALUE);
  private final LogFields<Field> ofSpan;
  private final LogFields<ContextField> ofContext;
  private final LogFields<Attribute> log;
  private final MessageReader message = new MessageReader(metadata);
  private final LevelScale scale;

  KoreloggerSpanReader(KoreloggerAttributes names, EventRules rules) {
    span = new EventFields<>(Field.class, Field::names, rules);
    context = new EventFields<>(ContextField.class, ContextField::names, rules);
    // Options of their own name the attributes, so no other names are read.
    attributes =
        new EventFields<>(
            Attribute.class, attribute -> List.of(attribute.nameIn(names)), EventRules.DEFAULT);
    nested =
        new NestedAttributes(
            Arrays.stream(Attribute.values()).map(attribute -> attribute.nameIn(names)).toList());
    ofSpan = new LogFields<>(span, extra);
    ofContext = new LogFields<>(context, extra);
    log = new LogFields<>(attributes, metadata);
    scale = rules.levelScale();
  }

  /**
   * Sets everything that a span says; the entry must have been reset.
   *
   * @param record the span, which was scanned before
   */
  void read(byte[] record, LogEntry entry) throws UnusableRecordException {
    span.scanPart(record, 0, record.length);
    entry.timestamp = ofSpan.time(Field.START_TIME);
    readAttributes(entry);
    extra.reset();
    readOwner(entry);
    readContext(entry);
    extra.addUnknown(span.scanner());
    entry.extra = extra.toJson();
  }

  /**
   * Who sent a span.
   *
   * @param record the span, which was scanned before
   */
  Sender sender(byte[] record) {
    span.scanPart(record, 0, record.length);
    if (span.isMissing(Field.ATTRIBUTES)) {
      return span.sender(Field.ACCOUNT);
    }
    if (span.kind(Field.ATTRIBUTES) != Kind.OBJECT) {
      return Sender.UNKNOWN;
    }
    scanAttributes();
    return attributes.isMissing(Attribute.ACCOUNT)
        ? span.sender(Field.ACCOUNT)
        : attributes.sender(Attribute.ACCOUNT);
  }

  private void readAttributes(LogEntry entry) throws UnusableRecordException {
    if (span.isMissing(Field.ATTRIBUTES)) {
      throw new UnusableRecordException(
          MISSING_FIELD, "attributes is missing, where a span of korelogger has its log entry");
    }
    if (span.kind(Field.ATTRIBUTES) != Kind.OBJECT) {
      throw new UnusableRecordException(
          WRONG_TYPE, "attributes is no object, where a span of korelogger has its log entry");
    }
    scanAttributes();
    if (attributes.kind(Attribute.MESSAGE) == Kind.ABSENT) {
      throw new UnusableRecordException(
          MISSING_FIELD,
          "attributes has no "
              + attributes.name(Attribute.MESSAGE)
              + ", which korelogger.attribute.message takes the message from");
    }
    metadata.reset();
    entry.account = log.account(Attribute.ACCOUNT);
    entry.runId = log.text(Attribute.RUN_ID);
    entry.script = log.text(Attribute.SCRIPT);
    entry.logId = log.text(Attribute.LOG_ID);
    log.level(Attribute.LEVEL, scale, entry);
    log.deployment(Attribute.DEPLOYMENT_VERSION, Attribute.DEPLOYMENT_ID, entry);
    entry.source = log.text(Attribute.SOURCE);
    entry.sourceType = log.text(Attribute.SOURCE_TYPE);
    entry.function = log.text(Attribute.FUNCTION);
    message.read(attributes, Attribute.MESSAGE, entry);
    metadata.addUnknown(attributes.scanner());
    entry.metadata = metadata.toJson();
  }

  /** Takes from beside the attributes whose entry it is, where these do not say it. */
  private void readOwner(LogEntry entry) throws UnusableRecordException {
    if (entry.account.length == 0) {
      entry.account = ofSpan.account(Field.ACCOUNT);
    } else {
      ofSpan.keep(Field.ACCOUNT);
    }
    entry.runId = textOr(entry.runId, Field.RUN_ID);
    entry.script = textOr(entry.script, Field.SCRIPT);
  }

  /** A text of the attributes, or where they have none that of a field beside them. */
  private byte[] textOr(byte[] ofAttributes, Field beside) {
    if (ofAttributes.length == 0) {
      return ofSpan.text(beside);
    }
    ofSpan.keep(beside);
    return ofAttributes;
  }

  private void scanAttributes() {
    attributes.scanPart(span, Field.ATTRIBUTES);
    byte[] flat =
        nested.flattened(
            attributes.scanner(), span.start(Field.ATTRIBUTES), span.end(Field.ATTRIBUTES));
    if (flat != null) {
      attributes.scanPart(flat, 0, flat.length);
    }
  }

  private void readContext(LogEntry entry) {
    if (span.kind(Field.CONTEXT) != Kind.OBJECT) {
      ofSpan.keep(Field.CONTEXT);
      return;
    }
    context.scanPart(span, Field.CONTEXT);
    extra.enter(span.name(Field.CONTEXT));
    entry.traceId = withoutPrefix(ofContext.text(ContextField.TRACE_ID));
    entry.spanId = withoutPrefix(ofContext.text(ContextField.SPAN_ID));
    extra.addUnknown(context.scanner());
    extra.leave();
  }

  /** The digits of an id, which Python writes as a hexadecimal literal, such as 0x1f. */
  private static byte[] withoutPrefix(byte[] id) {
    boolean prefixed = id.length > 2 && id[0] == '0' && (id[1] == 'x' || id[1] == 'X');
    return prefixed ? Arrays.copyOfRange(id, 2, id.length) : id;
  }
}
