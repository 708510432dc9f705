package dev.scriptanalytics.decode;

import static dev.scriptanalytics.configuration.JobOptions.DEAD_LETTER_MAX_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_AGE;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_AHEAD;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_INPUT_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_MESSAGE_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_NAME_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_OUTPUT_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_STACK_TRACE_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.RETENTION_ACCOUNTS;
import static dev.scriptanalytics.configuration.JobOptions.RETENTION_DAYS;
import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.EMPTY;
import static dev.scriptanalytics.event.DeadLetterReason.NEGATIVE_TIME;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_FAR_AHEAD;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_LARGE;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_OLD;

import dev.scriptanalytics.configuration.JobConfiguration;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.util.TimeUtils;

/**
 * The limits of events, and how long their rows are kept.
 *
 * @param maxAgeMillis how much older than its arrival an event's time may be, unless rows of its
 *     account live shorter
 * @param maxAheadMillis how much later than its arrival an event's time may be
 * @param maxBytes the size of the largest record that is decoded
 * @param maxNameBytes where ids and names are cut; an event is refused if one in a key is longer
 * @param maxInputBytes where {@code input} is cut
 * @param maxOutputBytes where {@code output} is cut
 * @param maxMessageBytes where messages are cut
 * @param maxStackTraceBytes where stack traces are cut
 * @param maxDeadLetterBytes where the bytes of a dead letter are cut
 * @param retentionDays for how many days rows live
 * @param accountRetentionDays the same by account, for accounts that differ
 */
public record EventLimits(
    long maxAgeMillis,
    long maxAheadMillis,
    int maxBytes,
    int maxNameBytes,
    int maxInputBytes,
    int maxOutputBytes,
    int maxMessageBytes,
    int maxStackTraceBytes,
    int maxDeadLetterBytes,
    int retentionDays,
    Map<String, Integer> accountRetentionDays)
    implements Serializable {
  /** The limits that the options set. */
  public static EventLimits of(JobConfiguration configuration) {
    Map<String, Integer> retention = new HashMap<>();
    configuration
        .get(RETENTION_ACCOUNTS)
        .keySet()
        .forEach(account -> retention.put(account, configuration.retentionDays(account)));
    return new EventLimits(
        configuration.get(EVENT_MAX_AGE).toMillis(),
        configuration.get(EVENT_MAX_AHEAD).toMillis(),
        configuration.bytes(EVENT_MAX_BYTES),
        configuration.bytes(EVENT_MAX_NAME_BYTES),
        configuration.bytes(EVENT_MAX_INPUT_BYTES),
        configuration.bytes(EVENT_MAX_OUTPUT_BYTES),
        configuration.bytes(EVENT_MAX_MESSAGE_BYTES),
        configuration.bytes(EVENT_MAX_STACK_TRACE_BYTES),
        configuration.bytes(DEAD_LETTER_MAX_BYTES),
        configuration.get(RETENTION_DAYS),
        retention);
  }

  /** The account of an event that names no other. */
  public static final String DEFAULT_ACCOUNT = "default";

  /**
   * The latest arrival that can be stored, in milliseconds since 1970. On a topic that takes its
   * producers' timestamps, these may be anything.
   */
  static final long MAX_ARRIVAL = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

  private static final int MICROS_PER_MILLI = 1000;
  private static final long MILLIS_PER_DAY = 86_400_000;

  /** For how many days rows of that account live; an empty name is the default account. */
  public int retentionDays(String account) {
    return accountRetentionDays.getOrDefault(
        account.isEmpty() ? DEFAULT_ACCOUNT : account, retentionDays);
  }

  /**
   * Checks a record before it is read.
   *
   * @param arrival in milliseconds since 1970
   * @throws UnusableRecordException if it is empty, too large, or has an impossible timestamp
   */
  public void checkRecord(byte[] value, long arrival) throws UnusableRecordException {
    if (arrival > MAX_ARRIVAL) {
      throw new UnusableRecordException(
          BAD_VALUE, "The record's Kafka timestamp lies after 2100: " + arrival);
    }
    if (value.length == 0) {
      throw new UnusableRecordException(EMPTY, "The record has no value");
    }
    if (value.length > maxBytes) {
      throw new UnusableRecordException(
          TOO_LARGE,
          "The record has " + value.length + " bytes; event.max-bytes allows " + maxBytes);
    }
  }

  /**
   * Checks that a time lies neither too far before nor after the event's arrival.
   *
   * <p>A time beyond the account's retention is refused as well: ClickHouse would silently drop the
   * row on insertion, and the rollups would count a run that nobody can look up.
   *
   * @param field the time's name, for the error
   * @param micros the time, in microseconds since 1970
   * @param arrival in milliseconds since 1970
   * @param retentionDays how long rows of the event's account live
   * @throws UnusableRecordException if it lies outside
   */
  public void checkTime(String field, long micros, long arrival, int retentionDays)
      throws UnusableRecordException {
    if (micros < 0) {
      throw new UnusableRecordException(
          NEGATIVE_TIME, field + " is before 1970: " + instant(micros));
    }
    long millis = Math.floorDiv(micros, MICROS_PER_MILLI);
    if (millis < arrival - maxAgeMillis || millis < arrival - retentionDays * MILLIS_PER_DAY) {
      boolean byAge = maxAgeMillis <= retentionDays * MILLIS_PER_DAY;
      throw new UnusableRecordException(
          TOO_OLD,
          String.format(
              "%s is %s, more than %s (%s) before the record arrived, at %s",
              field,
              instant(micros),
              byAge ? EVENT_MAX_AGE.key() : "its account's retention",
              byAge ? spelled(maxAgeMillis) : retentionDays + " d",
              Instant.ofEpochMilli(arrival)));
    }
    if (millis > arrival + maxAheadMillis) {
      throw new UnusableRecordException(
          TOO_FAR_AHEAD,
          String.format(
              "%s is %s, more than event.max-ahead (%s) after the record arrived, at %s",
              field, instant(micros), spelled(maxAheadMillis), Instant.ofEpochMilli(arrival)));
    }
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /** In the form of the options, such as {@code 30 d}. */
  private static String spelled(long millis) {
    return TimeUtils.formatWithHighestUnit(Duration.ofMillis(millis));
  }
}
