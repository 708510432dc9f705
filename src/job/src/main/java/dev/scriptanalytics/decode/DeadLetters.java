package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
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
  private final int maxBytes;
  private final Redactor redactor;
  private final Map<DeadLetterReason, Counter> counters = new EnumMap<>(DeadLetterReason.class);

  /**
   * For one operator.
   *
   * @param maxBytes where the bytes of a dead letter are cut
   * @param redactor masks the bytes, and the detail, which may quote them
   */
  DeadLetters(MetricGroup metrics, int maxBytes, Redactor redactor) {
    this.redactor = redactor;
    this.metrics = metrics;
    this.maxBytes = maxBytes;
  }

  /** The dead letter of a whole record. */
  DeadLetter of(KafkaRecord record, long arrival, UnusableRecordException problem) {
    byte[] bytes = record.value() == null ? new byte[0] : record.value();
    return of(record, 0, arrival, problem, bytes);
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
        problem.reason(),
        problem.detail(redactor),
        redactor.excerpt(bytes, maxBytes));
  }

  /** Counts a problem that gets no dead letter of its own. */
  void count(UnusableRecordException problem) {
    counters.computeIfAbsent(problem.reason(), this::counter).inc();
  }

  private Counter counter(DeadLetterReason reason) {
    return metrics.addGroup("reason", reason.word()).counter(REJECTED_RECORDS);
  }
}
