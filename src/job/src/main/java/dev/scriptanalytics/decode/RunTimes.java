package dev.scriptanalytics.decode;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;

import dev.scriptanalytics.decode.RunFields.Field;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;

/**
 * When a run started and ended, as one event tells it. What the event leaves out, or tells in a way
 * that cannot be read, follows from the rest where it can. Reusable, not thread-safe.
 */
final class RunTimes {
  // Longer than any run, and far below the largest 32-bit float; digests hold such floats.
  private static final double MAX_RESPONSE_TIME = 1e12;
  private static final long UNKNOWN = EventFields.NO_TIME;
  private static final int MICROS_PER_MILLI = 1000;

  private final EventFields<Field> event;
  private final EventLimits limits;
  private final EventRules rules;

  private long startedAt;
  private long endedAt;
  private double responseTime;

  // The fields that cannot be read, and the problem with the first of them; null if there is none.
  private final Set<Field> unreadable = EnumSet.noneOf(Field.class);
  private UnusableRecordException problem;

  RunTimes(EventFields<Field> event, EventLimits limits, EventRules rules) {
    this.event = event;
    this.limits = limits;
    this.rules = rules;
  }

  /**
   * Reads the times of the event that was scanned last.
   *
   * @param ended whether it is the run's end
   * @param arrival when the event arrived, in milliseconds since 1970
   * @param retentionDays how long rows of its account live
   */
  void read(boolean ended, long arrival, int retentionDays) throws UnusableRecordException {
    unreadable.clear();
    problem = null;
    startedAt = time(Field.STARTED_AT, arrival, retentionDays);
    endedAt = time(Field.ENDED_AT, arrival, retentionDays);
    responseTime = writtenResponseTime();
    if (ended && startedAt != UNKNOWN && endedAt != UNKNOWN) {
      endNotBeforeStart();
    }
    if (startedAt == UNKNOWN && !(ended && endedAt != UNKNOWN && Double.isNaN(responseTime))) {
      startedAt = startBefore(arrival, retentionDays);
    }
    if (endedAt == UNKNOWN && ended && !Double.isNaN(responseTime)) {
      endedAt = startedAt + Math.round(responseTime * MICROS_PER_MILLI);
      limits.checkTime("started_at + response_time_ms", endedAt, arrival, retentionDays);
    }
  }

  /** Whether the event is an end that does not tell when the run started. */
  boolean isUntimedEnd() {
    return startedAt == UNKNOWN;
  }

  /** The start, or the end of an untimed end; in milliseconds since 1970. */
  long executedOn() {
    return Math.floorDiv(startedAt == UNKNOWN ? endedAt : startedAt, MICROS_PER_MILLI);
  }

  boolean hasEnd() {
    return endedAt != UNKNOWN;
  }

  /** In milliseconds since 1970. */
  long endedOn() {
    return Math.floorDiv(endedAt, MICROS_PER_MILLI);
  }

  /** In milliseconds; NaN if the event does not say it. */
  double responseTime() {
    return responseTime;
  }

  /** Whether the event has the field, but nothing can be made of it. */
  boolean isUnreadable(Field field) {
    return unreadable.contains(field);
  }

  private void setUnreadable(Field field, UnusableRecordException because) {
    unreadable.add(field);
    if (problem == null) {
      problem = because;
    }
  }

  /** In microseconds since 1970; {@link #UNKNOWN} if the field is missing or cannot be read. */
  private long time(Field field, long arrival, int retentionDays) throws UnusableRecordException {
    long micros;
    try {
      micros = event.time(field);
    } catch (UnusableRecordException e) {
      setUnreadable(field, e);
      return UNKNOWN;
    }
    if (micros != UNKNOWN) {
      limits.checkTime(event.name(field), micros, arrival, retentionDays);
    }
    return micros;
  }

  /** In milliseconds, as the event itself says; NaN if it does not, or not in a readable way. */
  private double writtenResponseTime() {
    if (event.isMissing(Field.RESPONSE_TIME_MS)) {
      return Double.NaN;
    }
    double millis = event.figure(Field.RESPONSE_TIME_MS);
    if (millis >= 0 && millis <= MAX_RESPONSE_TIME) {
      // JSON has a -0, which would differ from 0 when two ends are compared.
      return millis + 0.0;
    }
    setUnreadable(
        Field.RESPONSE_TIME_MS,
        Double.isNaN(millis)
            ? new UnusableRecordException(WRONG_TYPE, "response_time_ms is not a number")
            : new UnusableRecordException(
                BAD_VALUE,
                "response_time_ms must lie between 0 and %d: %s"
                    .formatted((long) MAX_RESPONSE_TIME, millis)));
    return Double.NaN;
  }

  /** Two clocks may tell start and end, so that a short run seems to end before it starts. */
  private void endNotBeforeStart() throws UnusableRecordException {
    if (rules.isBeyondClockSkew(startedAt, endedAt)) {
      throw new UnusableRecordException(
          BAD_VALUE,
          "ended_at, %s, is more than event.max-clock-skew before started_at, %s"
              .formatted(instant(endedAt), instant(startedAt)));
    }
    endedAt = Math.max(endedAt, startedAt);
    if (Double.isNaN(responseTime)) {
      responseTime = (endedAt - startedAt) / (double) MICROS_PER_MILLI;
    }
  }

  private long startBefore(long arrival, int retentionDays) throws UnusableRecordException {
    if (endedAt == UNKNOWN || Double.isNaN(responseTime)) {
      if (problem != null) {
        throw problem;
      }
      throw new UnusableRecordException(
          MISSING_FIELD, "started_at is missing, and so is ended_at with response_time_ms");
    }
    long start = endedAt - Math.round(responseTime * MICROS_PER_MILLI);
    limits.checkTime("ended_at - response_time_ms", start, arrival, retentionDays);
    return start;
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
