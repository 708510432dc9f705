package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Makes dead letters of unusable records and items, and counts them by reason. */
final class DeadLetters {
  /** Counts unusable records and items, by {@code reason}. */
  static final String REJECTED_RECORDS = "rejectedRecords";

  private final MetricGroup metrics;
  private final EventLimits limits;
  private final Redactor redactor;
  // All items of a resource have the same one, which may be as large as a record.
  private String lastResource = "";
  private String lastExcerpt = "";
  private final Map<DeadLetterReason, Counter> counters = new EnumMap<>(DeadLetterReason.class);

  /**
   * For one operator.
   *
   * @param limits where accounts and bytes are cut
   * @param redactor masks the bytes, the resource, and the detail, which may quote them
   */
  DeadLetters(MetricGroup metrics, EventLimits limits, Redactor redactor) {
    this.redactor = redactor;
    this.metrics = metrics;
    this.limits = limits;
  }

  /** The dead letter of a whole record. */
  DeadLetter of(KafkaRecord record, long arrival, UnusableRecordException problem) {
    return of(record, 0, arrival, problem, record.value());
  }

  /**
   * The dead letter of one item of a record.
   *
   * @param item its position within the record
   * @param bytes the item
   */
  DeadLetter of(
      KafkaRecord record, int item, long arrival, UnusableRecordException problem, byte[] bytes) {
    count(problem);
    return new DeadLetter(
        record.topic(),
        record.partition(),
        record.offset(),
        item,
        Math.min(arrival, EventLimits.MAX_ARRIVAL),
        cut(problem.sender().account().getBytes(UTF_8), limits.maxNameBytes()),
        resource(problem.sender().resource()),
        problem.reason(),
        problem.detail(redactor),
        redactor.excerpt(bytes, limits.maxDeadLetterBytes()));
  }

  private String resource(String whole) {
    if (!whole.equals(lastResource)) {
      int maxBytes = Math.min(DeadLetter.MAX_RESOURCE_BYTES, limits.maxDeadLetterBytes());
      byte[] json = redactor.json(redactor.beginning(whole.getBytes(UTF_8), maxBytes));
      lastResource = whole;
      lastExcerpt = cut(json, maxBytes);
    }
    return lastExcerpt;
  }

  private static String cut(byte[] utf8, int maxBytes) {
    return new String(utf8, 0, Utf8.cut(utf8, 0, utf8.length, maxBytes), UTF_8);
  }

  /** Counts a problem that gets no dead letter of its own. */
  void count(UnusableRecordException problem) {
    counters.computeIfAbsent(problem.reason(), this::counter).inc();
  }

  private Counter counter(DeadLetterReason reason) {
    return metrics.addGroup("reason", reason.word()).counter(REJECTED_RECORDS);
  }
}
