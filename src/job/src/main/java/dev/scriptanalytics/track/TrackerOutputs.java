package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.DeadLetterSerializer;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonSyntaxException;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.pattern.NewShape;
import dev.scriptanalytics.pattern.NewShapeSerializer;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.rollup.ArrivalHour;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.row.RunEventJson;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Everything that leaves the tracker: run rows, log rows, facts, new shapes, dead letters, and
 * counters.
 *
 * <p><b>Owned state:</b> only the counters, the reused records, and which shapes were passed on.
 *
 * <p><b>Lifecycle:</b> created with the operator's initialization; it may be used from then on.
 */
final class TrackerOutputs {
  static final OutputTag<byte[]> RUN_ROWS =
      new OutputTag<>("run-rows", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  static final OutputTag<byte[]> LOG_ROWS =
      new OutputTag<>("log-rows", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("contradicting", DeadLetterSerializer.TYPE);

  static final OutputTag<NewShape> NEW_SHAPES =
      new OutputTag<>("new-shapes", NewShapeSerializer.TYPE);

  static final String DUPLICATE_EVENTS = "duplicateEvents";
  static final String CONTRADICTING_EVENTS = "contradictingEvents";
  static final String TIMED_OUT_RUNS = "timedOutRuns";
  static final String UNENRICHED_LOGS = "unenrichedLogs";
  static final String CAPTURED_LINES_KEPT = "capturedLinesKept";
  static final String SHAPES_HELD_BACK = "shapesHeldBack";

  /** The number of the field in {@link #extra}. */
  private static final int RESOURCE = 0;

  private final Output<StreamRecord<Fact>> output;
  private final MetricGroup metrics;
  private final Redactor redactor;
  private final int maxDeadLetterBytes;

  private final Fact fact = new Fact();
  private final StreamRecord<Fact> factRecord = new StreamRecord<>(null);
  private final StreamRecord<byte[]> rowRecord = new StreamRecord<>(null);
  private final JsonObjectScanner extra = new JsonObjectScanner("resource");
  private final Counter duplicates;
  private final Map<DeadLetterReason, Counter> contradicting =
      new EnumMap<>(DeadLetterReason.class);
  private final Counter timedOut;
  private final Counter unenriched;
  private final Counter capturedLinesKept;
  private final NewShapes newShapes;

  /**
   * Registers the counters.
   *
   * @param redactor masks dead letters
   * @param maxDeadLetterBytes the length at which the bytes of a dead letter are cut
   */
  TrackerOutputs(
      Output<StreamRecord<Fact>> output,
      MetricGroup metrics,
      Redactor redactor,
      int maxDeadLetterBytes) {
    this.output = output;
    this.metrics = metrics;
    this.redactor = redactor;
    this.maxDeadLetterBytes = maxDeadLetterBytes;
    this.duplicates = metrics.counter(DUPLICATE_EVENTS);
    this.timedOut = metrics.counter(TIMED_OUT_RUNS);
    this.unenriched = metrics.counter(UNENRICHED_LOGS);
    this.capturedLinesKept = metrics.counter(CAPTURED_LINES_KEPT);
    Counter shapesHeldBack = metrics.counter(SHAPES_HELD_BACK);
    this.newShapes =
        new NewShapes(
            shape -> output.collect(NEW_SHAPES, new StreamRecord<>(shape)), shapesHeldBack::inc);
  }

  void runRow(byte[] row) {
    output.collect(RUN_ROWS, rowRecord.replace(row));
  }

  void logRow(byte[] row) {
    output.collect(LOG_ROWS, rowRecord.replace(row));
    newShapes.of(row);
  }

  /**
   * Emits a fact of a run.
   *
   * @param arrival when the event that made the fact arrived, in milliseconds since 1970
   */
  void fact(Fact.Kind kind, RunRow run, long arrival) {
    fact.kind = kind;
    fact.script =
        Script.ofUtf8(
            run.bytes(),
            run.textStart(Column.ACCOUNT),
            run.textEnd(Column.ACCOUNT),
            run.textStart(Column.SCRIPT),
            run.textEnd(Column.SCRIPT));
    fact.deploymentVersion = run.deploymentVersion();
    fact.deploymentId = run.deploymentVersion() == 0 ? run.text(Column.DEPLOYMENT_ID) : "";
    fact.minute = Fact.minuteOf(run.executedOn());
    fact.arrivalHour = ArrivalHour.of(arrival);
    fact.responseTime = run.status() == RunStatus.SUCCESS ? run.responseTime() : Double.NaN;
    // The fact is put in anew, because a chained operator may have replaced the record's value.
    output.collect(factRecord.replace(fact));
  }

  /**
   * Emits a dead letter with a run event, written as JSON from its row, and counts it.
   *
   * @param row the event's row
   */
  void deadLetter(ScriptEvent event, RunRow row, DeadLetterReason reason, String detail) {
    contradicting
        .computeIfAbsent(
            reason, r -> metrics.addGroup("reason", r.word()).counter(CONTRADICTING_EVENTS))
        .inc();
    boolean isTimed = event.kind != ScriptEvent.Kind.UNTIMED_END;
    byte[] bytes = RunEventJson.of(row, isTimed, event.stdout, event.stderr);
    DeadLetter letter =
        new DeadLetter(
            event.origin.topic(),
            event.origin.partition(),
            event.origin.offset(),
            event.origin.item(),
            event.arrival,
            row.text(Column.ACCOUNT),
            resource(row),
            reason,
            detail,
            redactor.excerpt(bytes, maxDeadLetterBytes));
    output.collect(DEAD_LETTERS, new StreamRecord<>(letter));
  }

  /**
   * The resource of a span. It is in the row's {@code extra}, where it was masked, or where it is
   * missing because it was too large.
   */
  private String resource(RunRow row) {
    int from = row.textStart(Column.EXTRA);
    int to = row.textEnd(Column.EXTRA);
    if (from == to) {
      return "";
    }
    try {
      extra.scan(row.bytes(), from, to);
    } catch (JsonSyntaxException e) {
      throw new IllegalStateException("The decoder wrote an extra that is no JSON", e);
    }
    if (extra.kind(RESOURCE) != JsonObjectScanner.Kind.OBJECT) {
      return "";
    }
    int start = extra.start(RESOURCE);
    int maxBytes = Math.min(DeadLetter.MAX_RESOURCE_BYTES, maxDeadLetterBytes);
    int end = Utf8.cut(row.bytes(), start, extra.end(RESOURCE), maxBytes);
    return new String(row.bytes(), start, end - start, UTF_8);
  }

  void countDuplicate() {
    duplicates.inc();
  }

  void countTimedOut() {
    timedOut.inc();
  }

  void countUnenriched(int entries) {
    unenriched.inc(entries);
  }

  void countCapturedLinesKept(int lines) {
    capturedLinesKept.inc(lines);
  }
}
