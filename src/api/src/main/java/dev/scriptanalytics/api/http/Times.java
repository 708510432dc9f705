package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.error.ApiException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as clients write them; one without an offset is in UTC. */
public final class Times {
  private static final Pattern RELATIVE = Pattern.compile("now(?:-(\\d{1,6})([smhdw]))?");
  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = Instant.parse("2290-01-01T00:00:00Z");
  private static final String FORM =
      "a time in ISO 8601 from 1970 on, such as 2024-01-15T10:30:00Z, or now, or now-24h";

  private Times() {}

  /**
   * A time, in whole milliseconds.
   *
   * @param parameter named by the error
   * @throws ApiException with status 400
   */
  public static Instant read(String parameter, String text, Instant now) {
    return readExactly(parameter, text, now).truncatedTo(ChronoUnit.MILLIS);
  }

  /** As {@link #read}, with all its digits: log entries have microseconds. */
  public static Instant readExactly(String parameter, String text, Instant now) {
    try {
      Instant time = parse(text.strip(), now);
      if (isIn(time)) {
        return time;
      }
    } catch (DateTimeException | ArithmeticException malformed) {
      // Said below.
    }
    throw ApiException.invalid(parameter, FORM);
  }

  /** Whether ClickHouse's types of time can hold a time. */
  public static boolean isIn(Instant time) {
    return !time.isBefore(FIRST) && time.isBefore(LAST);
  }

  private static Instant parse(String text, Instant now) {
    Matcher relative = RELATIVE.matcher(text);
    if (relative.matches()) {
      return relative.group(1) == null
          ? now
          : now.minus(duration(Long.parseLong(relative.group(1)), relative.group(2).charAt(0)));
    }
    if (text.length() == 10) {
      return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    // An offset's plus that was not percent-encoded arrives as a blank.
    String iso = text.replaceFirst(" (\\d{2}:?\\d{2})$", "+$1").replaceFirst(" ", "T");
    iso = iso.toUpperCase(Locale.ROOT).replaceFirst("([+-]\\d{2})(\\d{2})$", "$1:$2");
    boolean zoned = iso.endsWith("Z") || iso.matches(".*T.*[+-]\\d{2}(:\\d{2})?$");
    return zoned
        ? OffsetDateTime.parse(iso.replaceFirst("([+-]\\d{2})$", "$1:00")).toInstant()
        : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
  }

  private static Duration duration(long amount, char unit) {
    return switch (unit) {
      case 's' -> Duration.ofSeconds(amount);
      case 'm' -> Duration.ofMinutes(amount);
      case 'h' -> Duration.ofHours(amount);
      case 'd' -> Duration.ofDays(amount);
      default -> Duration.ofDays(7 * amount);
    };
  }

  /** Such as {@code 24h}, {@code 90m} or {@code 30d}. */
  public static String text(Duration duration) {
    if (duration.toHours() % 24 == 0 && duration.toDays() > 1) {
      return duration.toDays() + "d";
    }
    return duration.toMinutes() % 60 == 0 ? duration.toHours() + "h" : duration.toMinutes() + "m";
  }
}
