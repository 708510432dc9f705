package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterSerializer;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Turns records of run topics into events, and what cannot be used into dead letters. */
public final class DecodeRuns extends ProcessFunction<KafkaRecord, ScriptEvent> {
  private static final long serialVersionUID = 1;

  public static final String NAME = "Decode runs";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  public static final String UID = "decode-runs";

  /** Where the dead letters go. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("undecodable", DeadLetterSerializer.TYPE);

  private final EventLimits limits;
  private final String hashKey;
  private final Redaction redaction;
  private transient RunDecoder decoder;
  private transient DeadLetters rejections;

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
    Redactor redactor =
        new Redactor(redaction, getRuntimeContext().getMetricGroup().counter(Redactor.FAILURES));
    decoder = new RunDecoder(limits, hashKey, redactor);
    rejections =
        new DeadLetters(
            getRuntimeContext().getMetricGroup(), limits.maxDeadLetterBytes(), redactor);
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<ScriptEvent> out) {
    long arrival = record.arrival();
    try {
      out.collect(decoder.decode(record, arrival));
    } catch (UnusableRecordException e) {
      context.output(DEAD_LETTERS, rejections.of(record, arrival, e));
    }
  }
}
