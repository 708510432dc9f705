package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;

import dev.scriptanalytics.decode.RunFields.ErrorField;
import dev.scriptanalytics.decode.RunFields.Field;
import dev.scriptanalytics.decode.RunFields.ResourceField;
import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.RunStatusWords.Meaning;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import dev.scriptanalytics.json.NeedlessEscapes;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RunErrorGroups;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import dev.scriptanalytics.row.RunRowWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a run event in one pass and writes it as the row that ClickHouse will get.
 *
 * <p>Only a problem that makes the event unusable rejects it. An optional field that cannot be
 * understood is kept in the row's {@code extra}, beside the fields that have no column. Reusable,
 * not thread-safe.
 */
public final class RunDecoder implements RecordDecoder {
  private static final byte[] DEFAULT_ACCOUNT =
      EventLimits.DEFAULT_ACCOUNT.getBytes(StandardCharsets.UTF_8);

  private final EventLimits limits;
  private final Redactor redactor;
  private final SipHash hash;
  private final RunStatusReader statuses;
  private final EventFields<Field> event;
  private final EventFields<ErrorField> error;
  private final EventFields<ResourceField> resources;
  private final RunTimes times;
  private final PhaseReader phases;
  private final RunRowWriter row = new RunRowWriter();
  private final RunErrorGroups errorGroups = new RunErrorGroups();
  // Of this record: the names of the columns that were cut or masked, and the fields without one.
  private final List<String> cut = new ArrayList<>();
  private final List<String> redacted = new ArrayList<>();
  private final ExtraFields extra;

  /**
   * A decoder with the default rules that masks nothing.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  public RunDecoder(EventLimits limits, String hashKey) {
    this(limits, EventRules.DEFAULT, hashKey, Redactor.ofNothing());
  }

  /**
   * A decoder that masks what the redactor finds.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  public RunDecoder(EventLimits limits, EventRules rules, String hashKey, Redactor redactor) {
    this.limits = limits;
    this.redactor = redactor;
    this.statuses = new RunStatusReader(rules.statusWords());
    this.event = new EventFields<>(Field.class, Field::names, rules);
    this.error = new EventFields<>(ErrorField.class, ErrorField::names, rules);
    this.resources = new EventFields<>(ResourceField.class, ResourceField::names, rules);
    this.times = new RunTimes(event, limits, rules);
    this.phases = new PhaseReader(limits.maxNameBytes());
    this.hash = new SipHash(hashKey);
    this.extra = new ExtraFields(limits.maxInputBytes());
  }

  @Override
  public void decode(KafkaRecord record, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    out.event(decode(record, arrival));
  }

  /**
   * Decodes a record, which is one event.
   *
   * @param arrival when the record arrived, in milliseconds since 1970
   * @throws UnusableRecordException with what is wrong, if the record cannot be used
   */
  public ScriptEvent decode(KafkaRecord record, long arrival) throws UnusableRecordException {
    try {
      limits.checkRecord(record.value(), arrival);
    } catch (UnusableRecordException e) {
      throw e.from(senderOf(record.value()));
    }
    event.scan(record.value());
    if (event.scanner().hasNeedlessEscapes()) {
      event.scan(NeedlessEscapes.decoded(event.source()));
    }
    try {
      return decodeFields(record, arrival);
    } catch (UnusableRecordException e) {
      throw e.from(event.sender(Field.ACCOUNT));
    }
  }

  /** Who sent a record that has not been scanned. */
  private Sender senderOf(byte[] record) {
    try {
      event.scan(record);
      return event.sender(Field.ACCOUNT);
    } catch (UnusableRecordException unreadable) {
      return Sender.UNKNOWN;
    }
  }

  private ScriptEvent decodeFields(KafkaRecord record, long arrival)
      throws UnusableRecordException {
    Meaning meaning = status();
    RunStatus status = meaning.status();
    boolean ended = status != RunStatus.IN_PROGRESS;
    int retentionDays = retentionDays();
    times.read(ended, arrival, retentionDays);
    long version = event.wholeNumber(Field.DEPLOYMENT_VERSION);

    cut.clear();
    redacted.clear();
    extra.reset();
    row.begin(
        ended ? RunRow.END_ONLY : RunRow.START_ONLY,
        status,
        (int) Math.max(version, 0),
        times.executedOn(),
        retentionDays);
    keyOr(Field.ACCOUNT, Column.ACCOUNT, DEFAULT_ACCOUNT);
    runId();
    row.hashIdentity(hash);
    keyOr(Field.SCRIPT, Column.SCRIPT, null);
    name(Field.STATUS, Column.ORIGINAL_STATUS);
    if (status == RunStatus.SUCCESS) {
      row.float64(Column.RESPONSE_TIME, times.responseTime());
    }
    if (ended && times.hasEnd()) {
      row.int64(Column.ENDED_ON, times.endedOn());
    }
    keepUnless(!times.isUnreadable(Field.STARTED_AT), Field.STARTED_AT);
    keepUnless(ended && !times.isUnreadable(Field.ENDED_AT), Field.ENDED_AT);
    keepUnless(
        status == RunStatus.SUCCESS && !times.isUnreadable(Field.RESPONSE_TIME_MS),
        Field.RESPONSE_TIME_MS);
    deploymentId(version);
    name(Field.FUNCTION, Column.FUNCTION);
    name(Field.SOURCE_TYPE, Column.SOURCE_TYPE);
    name(Field.SOURCE, Column.SOURCE);
    name(Field.TRACE_ID, Column.TRACE_ID);
    error();
    document(Field.INPUT, Column.INPUT, limits.maxInputBytes());
    document(Field.OUTPUT, Column.OUTPUT, limits.maxOutputBytes());
    resources();
    phases();
    byte[] stdout = captured(Field.STDOUT, ended);
    byte[] stderr = captured(Field.STDERR, ended);
    extra.addUnknown(event.scanner());
    if (extra.mask(redactor)) {
      redacted.add(Column.EXTRA.sqlName());
    }
    if (extra.isIncomplete()) {
      cut.add(Column.EXTRA.sqlName());
    }
    row.texts(Column.TRUNCATED, cut);
    row.texts(Column.REDACTED, redacted);
    extra.writeTo(row);
    Origin origin = new Origin(record.topic(), record.partition(), record.offset(), 0);
    return ScriptEvent.ofRun(
        kind(meaning),
        hash.high(),
        hash.low(),
        arrival,
        origin,
        errorGroups.set(row.finish()),
        stdout,
        stderr);
  }

  /** Keeps a field that no column has taken. */
  private void keepUnless(boolean isTaken, Field field) {
    if (!isTaken && !event.isMissing(field)) {
      extra.add(event, field);
    }
  }

  private ScriptEvent.Kind kind(Meaning meaning) {
    if (meaning == Meaning.QUEUED) {
      return ScriptEvent.Kind.QUEUED_RUN;
    }
    return times.isUntimedEnd() ? ScriptEvent.Kind.UNTIMED_END : ScriptEvent.Kind.RUN;
  }

  private Meaning status() throws UnusableRecordException {
    if (event.isMissing(Field.STATUS)) {
      throw event.missing(Field.STATUS);
    }
    event.requireText(Field.STATUS);
    byte[] json = event.source();
    int from = event.start(Field.STATUS);
    int to = event.end(Field.STATUS);
    Meaning meaning;
    if (event.escaped(Field.STATUS)) {
      byte[] word = event.text(Field.STATUS);
      meaning = statuses.meaningOf(word, 0, word.length);
    } else {
      meaning = statuses.meaningOf(json, from, to);
    }
    if (meaning == null) {
      throw new UnusableRecordException(
          BAD_VALUE,
          "status is no word of run.status.in-progress, run.status.success and run.status.failed: ",
          new String(event.text(Field.STATUS), StandardCharsets.UTF_8));
    }
    return meaning;
  }

  /** A version that is no number still identifies the deployment. */
  private void deploymentId(long version) {
    boolean isNumber = version >= 0 || event.isMissing(Field.DEPLOYMENT_VERSION);
    if (!isNumber
        && event.isText(Field.DEPLOYMENT_VERSION)
        && event.isMissing(Field.DEPLOYMENT_ID)) {
      name(Field.DEPLOYMENT_VERSION, Column.DEPLOYMENT_ID);
      return;
    }
    if (!isNumber) {
      extra.add(event, Field.DEPLOYMENT_VERSION);
    }
    name(Field.DEPLOYMENT_ID, Column.DEPLOYMENT_ID);
  }

  private int retentionDays() {
    if (limits.accountRetentionDays().isEmpty()) {
      return limits.retentionDays();
    }
    byte[] account = event.isText(Field.ACCOUNT) ? event.text(Field.ACCOUNT) : DEFAULT_ACCOUNT;
    return limits.retentionDays(new String(account, StandardCharsets.UTF_8));
  }

  /** A platform may retry a run under its id: each attempt is a run of its own. */
  private void runId() throws UnusableRecordException {
    long attempt = event.wholeNumber(Field.ATTEMPT);
    if (attempt < 0 && !event.isMissing(Field.ATTEMPT)) {
      extra.add(event, Field.ATTEMPT);
    }
    if (attempt < 2 || event.isMissing(Field.RUN_ID) || !event.isText(Field.RUN_ID)) {
      keyOr(Field.RUN_ID, Column.RUN_ID, null);
      return;
    }
    byte[] id = event.text(Field.RUN_ID);
    if (id.length > limits.maxNameBytes()) {
      throw tooLong(Field.RUN_ID);
    }
    row.text(Column.RUN_ID, EventFields.ofAttempt(id, attempt));
  }

  /**
   * Writes a field that is part of a key: it must be a text and is never cut.
   *
   * @param otherwise stands for a missing field; null if the field is required
   */
  private void keyOr(Field field, Column column, byte[] otherwise) throws UnusableRecordException {
    if (event.isMissing(field)) {
      if (otherwise == null) {
        throw event.missing(field);
      }
      row.text(column, otherwise);
      return;
    }
    event.requireText(field);
    boolean tooLong =
        row.jsonString(
            column,
            event.source(),
            event.start(field),
            event.end(field),
            event.escaped(field),
            limits.maxNameBytes());
    if (tooLong) {
      throw tooLong(field);
    }
  }

  private UnusableRecordException tooLong(Field field) {
    return new UnusableRecordException(
        BAD_VALUE,
        event.name(field) + " is longer than event.max-name-bytes, " + limits.maxNameBytes());
  }

  private void name(Field field, Column column) {
    text(event, field, column, limits.maxNameBytes());
  }

  /** Writes an optional text; a field without one is kept in {@code extra}. */
  private <F extends Enum<F>> void text(EventFields<F> from, F field, Column column, int maxBytes) {
    if (!from.isText(field)) {
      extra.add(from, field);
      return;
    }
    boolean wasCut =
        row.jsonString(
            column,
            from.source(),
            from.start(field),
            from.end(field),
            from.escaped(field),
            maxBytes);
    if (wasCut) {
      cut.add(column.sqlName());
    }
  }

  /** Writes an optional text, masked. */
  private <F extends Enum<F>> void sensitiveText(
      EventFields<F> from, F field, Column column, int maxBytes) {
    if (redactor.isActive() && from.isText(field)) {
      maskedText(from.text(field), column, maxBytes);
    } else {
      text(from, field, column, maxBytes);
    }
  }

  private void maskedText(byte[] whole, Column column, int maxBytes) {
    row.text(column, MaskedText.of(redactor, column.sqlName(), whole, maxBytes, cut, redacted));
  }

  private void document(Field field, Column column, int maxBytes) {
    Kind kind = event.kind(field);
    if (kind == Kind.ABSENT || kind == Kind.NULL) {
      return;
    }
    int quote = kind == Kind.STRING ? 1 : 0;
    int from = event.start(field) - quote;
    int to = event.end(field) + quote;
    if (redactor.isActive()) {
      maskedDocument(Arrays.copyOfRange(event.source(), from, to), column, maxBytes);
      return;
    }
    int end = Utf8.cut(event.source(), from, to, maxBytes);
    row.text(column, event.source(), from, end);
    if (end < to) {
      cut.add(column.sqlName());
    }
  }

  private void maskedDocument(byte[] whole, Column column, int maxBytes) {
    byte[] seen = redactor.beginning(whole, maxBytes);
    byte[] masked = redactor.json(seen);
    if (masked != seen) {
      redacted.add(column.sqlName());
    }
    int end = Utf8.cut(masked, 0, masked.length, maxBytes);
    row.text(column, masked, 0, end);
    if (seen != whole || end < masked.length) {
      cut.add(column.sqlName());
    }
  }

  private void error() {
    if (event.kind(Field.ERROR) != Kind.OBJECT) {
      sensitiveText(event, Field.ERROR, Column.ERROR_MESSAGE, limits.maxMessageBytes());
      return;
    }
    error.scanPart(event, Field.ERROR);
    extra.enter(event.name(Field.ERROR));
    sensitiveText(error, ErrorField.CODE, Column.ERROR_CODE, limits.maxNameBytes());
    sensitiveText(error, ErrorField.MESSAGE, Column.ERROR_MESSAGE, limits.maxMessageBytes());
    int maxStack = limits.maxStackTraceBytes();
    if (error.kind(ErrorField.STACK_TRACE) == Kind.ARRAY) {
      maskedText(error.lines(ErrorField.STACK_TRACE), Column.ERROR_STACK, maxStack);
    } else {
      sensitiveText(error, ErrorField.STACK_TRACE, Column.ERROR_STACK, maxStack);
    }
    extra.addUnknown(error.scanner());
    extra.leave();
  }

  private void resources() {
    if (event.kind(Field.RESOURCES) != Kind.OBJECT) {
      extra.add(event, Field.RESOURCES);
      return;
    }
    resources.scanPart(event, Field.RESOURCES);
    extra.enter(event.name(Field.RESOURCES));
    double memoryBytes = resource(ResourceField.MEMORY_BYTES);
    if (!Double.isNaN(memoryBytes)) {
      row.int64(Column.MEMORY_BYTES, (long) memoryBytes);
    }
    row.float64(Column.CPU_MS, resource(ResourceField.CPU_MS));
    row.float64(Column.GPU_PERCENT, resource(ResourceField.GPU_PERCENT));
    switch (resources.kind(ResourceField.COLD_START)) {
      case TRUE -> row.bool(Column.COLD_START, true);
      case FALSE -> row.bool(Column.COLD_START, false);
      default -> extra.add(resources, ResourceField.COLD_START);
    }
    extra.addUnknown(resources.scanner());
    extra.leave();
  }

  /** A figure that cannot be negative; NaN if there is none, and then kept in {@code extra}. */
  private double resource(ResourceField field) {
    double figure = resources.figure(field);
    if (figure >= 0 && figure < Long.MAX_VALUE) {
      return figure;
    }
    extra.add(resources, field);
    return Double.NaN;
  }

  private void phases() {
    if (event.kind(Field.PHASES) != Kind.OBJECT) {
      extra.add(event, Field.PHASES);
      return;
    }
    extra.enter(event.name(Field.PHASES));
    boolean wasCut =
        phases.read(event.source(), event.start(Field.PHASES), event.end(Field.PHASES), extra);
    extra.leave();
    row.numbers(Column.PHASES, phases.millis());
    if (wasCut) {
      cut.add(Column.PHASES.sqlName());
    }
  }

  /** The captured text of a stream, which belongs to a run's end; null if there is none. */
  private byte[] captured(Field field, boolean ended) {
    if (event.isMissing(field)) {
      return null;
    }
    if (ended && event.kind(field) == Kind.ARRAY) {
      return event.lines(field);
    }
    if (ended && event.isText(field)) {
      return event.text(field);
    }
    extra.add(event, field);
    return null;
  }
}
