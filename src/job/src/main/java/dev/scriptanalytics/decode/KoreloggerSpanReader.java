package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.row.LogEntry;
import java.util.Arrays;

/**
 * Reads the span that korelogger makes of a log entry, in the JSON of OpenTelemetry's Python SDK:
 * the entry stands in its {@code attributes}, the trace's and the span's id in {@code context}.
 *
 * <p>Attributes without a column become {@code metadata}, which filters look into; the rest of the
 * span (its events, status, resource) is kept in {@code extra}.
 */
final class KoreloggerSpanReader {
  private static final String[] FIELDS = {"start_time", "context", "attributes"};
  private static final int START_TIME = 0;
  private static final int CONTEXT = 1;
  private static final int ATTRIBUTES = 2;

  private static final String[] CONTEXT_FIELDS = {"trace_id", "span_id"};
  private static final int TRACE_ID = 0;
  private static final int SPAN_ID = 1;

  private static final int MESSAGE = 0;
  private static final int LEVEL = 1;
  private static final int LOG_ID = 2;
  private static final int RUN_ID = 3;
  private static final int DEPLOYMENT_ID = 4;
  private static final int DEPLOYMENT_VERSION = 5;
  private static final int SOURCE = 6;
  private static final int SOURCE_TYPE = 7;
  private static final int ACCOUNT = 8;
  private static final int SCRIPT = 9;
  private static final int FUNCTION = 10;

  private final EventFields span = new EventFields(FIELDS);
  private final EventFields context = new EventFields(CONTEXT_FIELDS);
  private final EventFields attributes;
  // Never cut here: an entry's id is made of all of it.
  private final ExtraFields extra = new ExtraFields(Integer.MAX_VALUE);
  private final ExtraFields metadata = new ExtraFields(Integer.MAX_VALUE);
  private final LogFields ofSpan = new LogFields(span, extra);
  private final LogFields ofContext = new LogFields(context, extra);
  private final LogFields log;

  KoreloggerSpanReader(KoreloggerAttributes names) {
    attributes =
        new EventFields(
            names.message(),
            names.level(),
            names.logId(),
            names.runId(),
            names.deploymentId(),
            names.deploymentVersion(),
            names.source(),
            names.sourceType(),
            names.account(),
            names.script(),
            names.function());
    log = new LogFields(attributes, metadata);
  }

  /** Sets all that a span tells, which was scanned before; the entry must have been reset. */
  void read(JsonObjectScanner scanned, LogEntry entry) throws UnusableRecordException {
    span.scanPart(scanned.source(), 0, scanned.source().length);
    entry.timestamp = ofSpan.time(START_TIME);
    readAttributes(entry);
    extra.reset();
    readContext(entry);
    extra.addUnknown(span.scanner());
    entry.extra = extra.toJson();
  }

  private void readAttributes(LogEntry entry) throws UnusableRecordException {
    if (span.isMissing(ATTRIBUTES)) {
      throw new UnusableRecordException(
          MISSING_FIELD, "attributes is missing, where a span of korelogger has its log entry");
    }
    if (span.scanner().kind(ATTRIBUTES) != Kind.OBJECT) {
      throw new UnusableRecordException(WRONG_TYPE, "attributes is not an object");
    }
    attributes.scanPart(span.scanner(), ATTRIBUTES);
    if (attributes.isMissing(MESSAGE)) {
      throw new UnusableRecordException(
          MISSING_FIELD,
          "attributes has no "
              + attributes.name(MESSAGE)
              + ", which korelogger.attribute.message takes the message from");
    }
    metadata.reset();
    entry.message = log.message(MESSAGE);
    entry.account = log.key(ACCOUNT);
    entry.runId = log.key(RUN_ID);
    entry.script = log.key(SCRIPT);
    entry.logId = log.key(LOG_ID);
    log.level(LEVEL, entry);
    entry.deploymentId = log.text(DEPLOYMENT_ID);
    entry.deploymentVersion = log.deploymentVersion(DEPLOYMENT_VERSION);
    entry.source = log.text(SOURCE);
    entry.sourceType = log.text(SOURCE_TYPE);
    entry.function = log.text(FUNCTION);
    metadata.addUnknown(attributes.scanner());
    entry.metadata = metadata.toJson();
  }

  private void readContext(LogEntry entry) {
    if (span.scanner().kind(CONTEXT) != Kind.OBJECT) {
      ofSpan.keep(CONTEXT);
      return;
    }
    context.scanPart(span.scanner(), CONTEXT);
    extra.enter(span.name(CONTEXT));
    entry.traceId = withoutPrefix(ofContext.text(TRACE_ID));
    entry.spanId = withoutPrefix(ofContext.text(SPAN_ID));
    extra.addUnknown(context.scanner());
    extra.leave();
  }

  /** The digits of an id, which Python writes as a hexadecimal literal. */
  private static byte[] withoutPrefix(byte[] id) {
    boolean prefixed = id.length > 2 && id[0] == '0' && (id[1] == 'x' || id[1] == 'X');
    return prefixed ? Arrays.copyOfRange(id, 2, id.length) : id;
  }
}
