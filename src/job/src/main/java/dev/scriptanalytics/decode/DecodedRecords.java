package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterSerializer;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Decodes records for an operator: events go to its output, dead letters to its side output. One
 * object serves record after record, so that a record costs no allocation here.
 */
final class DecodedRecords implements DecodedEvents {
  /** Where the dead letters go. */
  static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("undecodable", DeadLetterSerializer.TYPE);

  /** How many dead letters one record may give: a record of 8 MB could give 4 million. */
  private static final int MAX_LETTERS = 1000;

  private final DeadLetters letters;
  private final Counter skipped;

  private KafkaRecord record;
  private long arrival;
  private ProcessFunction<KafkaRecord, ScriptEvent>.Context context;
  private Collector<ScriptEvent> out;

  // Of this record: how many items were unusable, and the last of those beyond MAX_LETTERS.
  private int unusable;
  private int lastItem;
  private UnusableRecordException lastProblem;
  private byte[] lastBytes;

  /**
   * For one operator.
   *
   * @param limits where dead letters are cut
   * @param skipped counts the items that {@link #skipped} reports
   */
  DecodedRecords(MetricGroup metrics, EventLimits limits, Redactor redactor, Counter skipped) {
    this.letters = new DeadLetters(metrics, limits, redactor);
    this.skipped = skipped;
  }

  /** Decodes one record. */
  void decode(
      RecordDecoder decoder,
      KafkaRecord record,
      ProcessFunction<KafkaRecord, ScriptEvent>.Context context,
      Collector<ScriptEvent> out) {
    this.record = record;
    this.arrival = record.arrival();
    this.context = context;
    this.out = out;
    unusable = 0;
    try {
      decoder.decode(record, arrival, this);
      if (unusable >= MAX_LETTERS) {
        lastLetter();
      }
    } catch (UnusableRecordException e) {
      context.output(DEAD_LETTERS, letters.of(record, arrival, e));
    }
  }

  @Override
  public void event(ScriptEvent event) {
    out.collect(event);
  }

  @Override
  public void skipped() {
    skipped.inc();
  }

  @Override
  public void unusable(int item, UnusableRecordException problem, byte[] bytes) {
    unusable++;
    if (unusable < MAX_LETTERS) {
      letter(item, problem, bytes);
      return;
    }
    if (unusable > MAX_LETTERS) {
      letters.count(lastProblem);
    }
    lastItem = item;
    lastProblem = problem;
    lastBytes = bytes;
  }

  /** The last letter stands for all items beyond the limit. */
  private void lastLetter() {
    int others = unusable - MAX_LETTERS;
    UnusableRecordException problem =
        others == 0
            ? lastProblem
            : new UnusableRecordException(
                    lastProblem.reason(),
                    lastProblem.getMessage()
                        + " (before it "
                        + others
                        + " other items, shown by no dead letter, could not be used either)")
                .from(lastProblem.sender());
    letter(lastItem, problem, lastBytes);
    lastProblem = null;
    lastBytes = null;
  }

  private void letter(int item, UnusableRecordException problem, byte[] bytes) {
    context.output(DEAD_LETTERS, letters.of(record, item, arrival, problem, bytes));
  }
}
