package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.DeadLetterSerializer;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
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

  /** Counts records that could not be used, by {@code reason}. */
  public static final String REJECTED_RECORDS = "rejectedRecords";

  private final EventLimits limits;
  private final String hashKey;
  private final Redaction redaction;
  private transient Redactor redactor;
  private transient RunDecoder decoder;
  private transient Map<DeadLetterReason, Counter> rejected;

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
    redactor =
        new Redactor(redaction, getRuntimeContext().getMetricGroup().counter(Redactor.FAILURES));
    decoder = new RunDecoder(limits, hashKey, redactor);
    rejected = new EnumMap<>(DeadLetterReason.class);
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<ScriptEvent> out) {
    // A topic without timestamps: the best that is left to know is when the job saw the record.
    long arrival = record.timestamp() < 0 ? System.currentTimeMillis() : record.timestamp();
    try {
      out.collect(decoder.decode(record, arrival));
    } catch (UnusableRecordException e) {
      count(e.reason());
      context.output(DEAD_LETTERS, deadLetter(record, arrival, e));
    }
  }

  private void count(DeadLetterReason reason) {
    rejected
        .computeIfAbsent(
            reason,
            r ->
                getRuntimeContext()
                    .getMetricGroup()
                    .addGroup("reason", r.word())
                    .counter(REJECTED_RECORDS))
        .inc();
  }

  private DeadLetter deadLetter(KafkaRecord record, long arrival, UnusableRecordException e) {
    byte[] bytes =
        record.value() == null
            ? new byte[0]
            : redactor.excerpt(record.value(), limits.maxDeadLetterBytes());
    return new DeadLetter(
        record.topic(),
        record.partition(),
        record.offset(),
        0,
        Math.min(arrival, RunDecoder.MAX_ARRIVAL),
        e.reason(),
        redactor.text(e.getMessage()),
        bytes);
  }
}
