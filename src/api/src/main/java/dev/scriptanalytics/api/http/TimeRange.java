package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.error.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** From a time, included, to another, not included; in whole milliseconds. */
public record TimeRange(Instant start, Instant end) {
  private static final Duration DEFAULT = Duration.ofHours(24);

  /**
   * Reads a range.
   *
   * @param startName names the start in errors
   * @param start the start, or null for 24 hours before the end
   * @param endName names the end in errors
   * @param end the end, or null for now
   * @param longest the longest range that may be asked for, if there is a limit
   */
  public static TimeRange read(
      String startName, String start, String endName, String end, Optional<Duration> longest) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    Instant to = end == null ? now : Times.read(endName, end, now);
    Instant from =
        start == null
            ? Instant.ofEpochMilli(Math.max(0, to.minus(DEFAULT).toEpochMilli()))
            : Times.read(startName, start, now);
    return new TimeRange(from, to).valid(longest);
  }

  /**
   * This range, if it may be asked for.
   *
   * @param longest the longest that may be, if there is a limit
   * @throws ApiException with status 400 if it is longer, or ends before it starts
   */
  public TimeRange valid(Optional<Duration> longest) {
    if (!start.isBefore(end)) {
      throw invalid("Start time must be before end time", longest);
    }
    if (longest.isPresent() && Duration.between(start, end).compareTo(longest.get()) > 0) {
      throw invalid("The time range is longer than it may be", longest);
    }
    return this;
  }

  /** Reads the range of the fields {@code startTime} and {@code endTime}. */
  public static TimeRange read(Fields fields, Optional<Duration> longest) {
    return read(
        fields.path("startTime"),
        fields.text("startTime"),
        fields.path("endTime"),
        fields.text("endTime"),
        longest);
  }

  private ApiException invalid(String message, Optional<Duration> longest) {
    return new ApiException(400, "INVALID_TIME_RANGE", message)
        .with("startTime", start.toString())
        .with("endTime", end.toString())
        .with("maxTimeRange", longest.map(Times::text).orElse(null));
  }
}
