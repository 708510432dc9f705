package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Turns records of run topics into events, and unusable ones into dead letters. */
public final class DecodeRuns extends ProcessFunction<KafkaRecord, ScriptEvent> {
  private static final long serialVersionUID = 1;

  private static final String NAME = "Decode runs";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "decode-runs";

  /** Where the dead letters go. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS = DecodedRecords.DEAD_LETTERS;

  private final DecodeSettings settings;
  private transient RunDecoder decoder;
  private transient DecodedRecords records;

  DecodeRuns(DecodeSettings settings) {
    this.settings = settings;
  }

  /** Decodes these records. */
  public static SingleOutputStreamOperator<ScriptEvent> on(
      DataStream<KafkaRecord> records, DecodeSettings settings) {
    return records
        .process(new DecodeRuns(settings), ScriptEventSerializer.TYPE)
        .name(NAME)
        .uid(UID);
  }

  @Override
  public void open(OpenContext context) {
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    Redactor redactor = new Redactor(settings.redaction(), metrics.counter(Redactor.FAILURES));
    decoder = new RunDecoder(settings.limits(), settings.rules(), settings.runHashKey(), redactor);
    // A record of a run topic is one event and is never skipped.
    records = new DecodedRecords(metrics, settings.limits(), redactor, new SimpleCounter());
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<ScriptEvent> out) {
    records.decode(decoder, record, context, out);
  }
}
