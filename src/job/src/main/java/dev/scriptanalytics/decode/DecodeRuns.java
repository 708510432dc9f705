package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Turns records of run topics into events, and unusable ones into dead letters. */
public final class DecodeRuns extends ProcessFunction<KafkaRecord, ScriptEvent> {
  private static final long serialVersionUID = 1;

  public static final String NAME = "Decode runs";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  public static final String UID = "decode-runs";

  /** Where the dead letters go. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS = DecodedRecords.DEAD_LETTERS;

  private final EventLimits limits;
  private final String hashKey;
  private final Redaction redaction;
  private transient RunDecoder decoder;
  private transient DecodedRecords records;

  /**
   * A decoder of runs.
   *
   * @param hashKey the key that runs are hashed with, 32 hexadecimal digits
   */
  public DecodeRuns(EventLimits limits, String hashKey, Redaction redaction) {
    this.limits = limits;
    this.hashKey = hashKey;
    this.redaction = redaction;
  }

  @Override
  public void open(OpenContext context) {
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    Redactor redactor = new Redactor(redaction, metrics.counter(Redactor.FAILURES));
    decoder = new RunDecoder(limits, hashKey, redactor);
    // A record of a run topic is one event and is never skipped.
    records =
        new DecodedRecords(metrics, limits.maxDeadLetterBytes(), redactor, new SimpleCounter());
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<ScriptEvent> out) {
    records.decode(decoder, record, context, out);
  }
}
