package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Turns records of log topics into events, each by the format of its topic, and unusable records
 * and items into dead letters.
 */
public final class DecodeLogs extends ProcessFunction<KafkaRecord, ScriptEvent> {
  private static final long serialVersionUID = 1;

  private static final String NAME = "Decode logs";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  private static final String UID = "decode-logs";

  /** Where the dead letters go. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS = DecodedRecords.DEAD_LETTERS;

  /** Counts spans that belong to no run. */
  public static final String SKIPPED_SPANS = "skippedSpans";

  private final HashMap<String, LogFormat> formats;
  private final DecodeSettings settings;
  private transient Map<String, RecordDecoder> decoders;
  private transient DecodedRecords records;

  DecodeLogs(Map<String, LogFormat> formats, DecodeSettings settings) {
    this.formats = new HashMap<>(formats);
    this.settings = settings;
  }

  /**
   * Decodes these records.
   *
   * @param formats how the records of each topic are written
   */
  public static SingleOutputStreamOperator<ScriptEvent> on(
      DataStream<KafkaRecord> records, Map<String, LogFormat> formats, DecodeSettings settings) {
    return records
        .process(new DecodeLogs(formats, settings), ScriptEventSerializer.TYPE)
        .name(NAME)
        .uid(UID);
  }

  @Override
  public void open(OpenContext context) {
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    Redactor redactor = new Redactor(settings.redaction(), metrics.counter(Redactor.FAILURES));
    Map<LogFormat, RecordDecoder> byFormat = new HashMap<>();
    decoders = new HashMap<>();
    formats.forEach(
        (topic, format) ->
            decoders.put(
                topic,
                byFormat.computeIfAbsent(
                    format,
                    f ->
                        f.decoder(
                            settings.limits(),
                            settings.rules(),
                            settings.runHashKey(),
                            redactor))));
    records =
        new DecodedRecords(metrics, settings.limits(), redactor, metrics.counter(SKIPPED_SPANS));
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<ScriptEvent> out) {
    RecordDecoder decoder = decoders.get(record.topic());
    records.decode(decoder == null ? DecodeLogs::refuse : decoder, record, context, out);
  }

  /** A restored source keeps reading the topics that it knows, even if the options omit them. */
  private static void refuse(KafkaRecord record, long arrival, DecodedEvents out)
      throws UnusableRecordException {
    throw new UnusableRecordException(
        BAD_VALUE, "The topic is none of those that carry logs any more: " + record.topic());
  }
}
