package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterSerializer;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Turns records of log topics into events, each by the format of its topic, and what cannot be used
 * into dead letters.
 */
public final class DecodeLogs extends ProcessFunction<KafkaRecord, ScriptEvent> {
  private static final long serialVersionUID = 1;

  public static final String NAME = "Decode logs";

  /** The operator's uid, which never changes: checkpoints are restored by it. */
  public static final String UID = "decode-logs";

  /** Where the dead letters go. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("undecodable", DeadLetterSerializer.TYPE);

  /** Counts spans that are of no run. */
  public static final String SKIPPED_SPANS = "skippedSpans";

  /** How many dead letters one record may give. */
  private static final int MAX_LETTERS = 1000;

  private final HashMap<String, LogFormat> formats;
  private final EventLimits limits;
  private final String hashKey;
  private final KoreloggerAttributes korelogger;
  private final Redaction redaction;
  private transient Redactor redactor;
  private transient Map<LogFormat, RecordDecoder> decoders;
  private transient DeadLetters rejections;
  private transient Counter skipped;

  /**
   * For some topics.
   *
   * @param formats how the records of each topic are written
   * @param hashKey what runs are hashed with, 32 hexadecimal digits
   * @param korelogger the names of the attributes in its spans
   */
  public DecodeLogs(
      Map<String, LogFormat> formats,
      EventLimits limits,
      String hashKey,
      KoreloggerAttributes korelogger,
      Redaction redaction) {
    this.formats = new HashMap<>(formats);
    this.limits = limits;
    this.hashKey = hashKey;
    this.korelogger = korelogger;
    this.redaction = redaction;
  }

  @Override
  public void open(OpenContext context) {
    redactor =
        new Redactor(redaction, getRuntimeContext().getMetricGroup().counter(Redactor.FAILURES));
    decoders = new EnumMap<>(LogFormat.class);
    for (LogFormat format : formats.values()) {
      decoders.computeIfAbsent(format, this::decoder);
    }
    skipped = getRuntimeContext().getMetricGroup().counter(SKIPPED_SPANS);
    rejections =
        new DeadLetters(
            getRuntimeContext().getMetricGroup(), limits.maxDeadLetterBytes(), redactor);
  }

  private RecordDecoder decoder(LogFormat format) {
    return switch (format) {
      case JSON -> new LogDecoder(limits, hashKey, korelogger, redactor);
      case OTLP_LOGS -> new OtlpLogDecoder(limits, hashKey, redactor);
      case OTLP_SPANS -> new OtlpSpanDecoder(limits, hashKey, redactor);
    };
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<ScriptEvent> out) {
    long arrival = record.arrival();
    Items items = new Items(record, arrival, context, out);
    try {
      decoderOf(record.topic()).decode(record, arrival, items);
      items.end();
    } catch (UnusableRecordException e) {
      context.output(DEAD_LETTERS, rejections.of(record, arrival, e));
    }
  }

  /** What one record brings. */
  private final class Items implements DecodedEvents {
    private final KafkaRecord record;
    private final long arrival;
    private final Context context;
    private final Collector<ScriptEvent> out;
    private int unusable;
    private int lastItem;
    private UnusableRecordException lastProblem;
    private byte[] lastBytes;

    private Items(KafkaRecord record, long arrival, Context context, Collector<ScriptEvent> out) {
      this.record = record;
      this.arrival = arrival;
      this.context = context;
      this.out = out;
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
        rejections.count(lastProblem);
      }
      lastItem = item;
      lastProblem = problem;
      lastBytes = bytes;
    }

    /**
     * One letter stands for all that were too many, lest a record of 8 MB become 4 million rows.
     */
    private void end() {
      if (lastProblem == null) {
        return;
      }
      int others = unusable - MAX_LETTERS;
      UnusableRecordException problem =
          others == 0
              ? lastProblem
              : new UnusableRecordException(
                  lastProblem.reason(),
                  lastProblem.getMessage()
                      + " (before it "
                      + others
                      + " other items, shown by no dead letter, could not be used either)");
      letter(lastItem, problem, lastBytes);
    }

    private void letter(int item, UnusableRecordException problem, byte[] bytes) {
      context.output(DEAD_LETTERS, rejections.of(record, item, arrival, problem, bytes));
    }
  }

  private RecordDecoder decoderOf(String topic) throws UnusableRecordException {
    LogFormat format = formats.get(topic);
    if (format == null) {
      // A restored source goes on with the topics it knew, also with those since left out.
      throw new UnusableRecordException(
          BAD_VALUE, "The topic is none of those that carry logs any more: " + topic);
    }
    return decoders.get(format);
  }
}
