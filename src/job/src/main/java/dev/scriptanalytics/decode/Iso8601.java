package dev.scriptanalytics.decode;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the forms of ISO-8601 that {@link EventTime} leaves to it because few producers write them:
 * basic format, ordinal and week dates, a decimal comma, any number of fraction digits, hour 24,
 * second 60, a blank before the offset, {@code UTC}, and IANA zones in brackets as in RFC 9557.
 *
 * <p>These forms are rare, so plain code matters more than speed: a regular expression takes the
 * text apart, {@code java.time} knows calendars and zones.
 */
final class Iso8601 {
  private static final Pattern TIME =
      Pattern.compile(
          "(?<year>[+-]\\d{4,10}|\\d{4})"
              + "(?:-(?<month>\\d{2})-(?<day>\\d{2})"
              + "|(?<basicMonth>\\d{2})(?<basicDay>\\d{2})"
              + "|-?W(?<week>\\d{2})-?(?<weekday>[1-7])"
              + "|-?(?<dayOfYear>\\d{3}))"
              + "(?:T|\\h+)"
              + "(?<hour>\\d{2})(?::?(?<minute>\\d{2})(?::?(?<second>\\d{2}))?)?"
              + "(?:[.,](?<fraction>\\d+))?"
              + "\\h*"
              + "(?:(?<utc>Z|UTC|GMT)|(?<sign>[+-])(?<hours>\\d{2})"
              + "(?::?(?<minutes>\\d{2})(?::?(?<seconds>\\d{2}))?)?)?"
              // The first one without a key is the zone, such as in [Europe/Berlin][u-ca=iso8601].
              + "(?:\\[!?[\\w-]+=[^\\]]*\\])*(?:\\[!?(?<zone>[^\\]=]+)\\])?"
              + "(?:\\[!?[\\w-]+=[^\\]]*\\])*",
          Pattern.CASE_INSENSITIVE);

  // Enough for a fraction of an hour to be exact to the microsecond.
  private static final int FRACTION_DIGITS = 18;
  private static final int MAX_OFFSET_SECONDS = 18 * 3600;
  private static final int SECONDS_PER_DAY = 86_400;

  private Iso8601() {}

  /**
   * Reads a time.
   *
   * @param defaultZone the zone of times without one; null if they are no times
   * @return microseconds since 1970, what is finer cut towards the past; {@link EventTime#INVALID}
   *     for a text that is no time, and for a time that microseconds cannot express
   */
  static long parseMicros(String text, ZoneId defaultZone) {
    Matcher time = TIME.matcher(text.strip());
    if (!time.matches()) {
      return EventTime.INVALID;
    }
    int hour = number(time, "hour");
    int minute = number(time, "minute");
    int second = number(time, "second");
    // Second 60 is a leap second, and is read as the first one of the next minute.
    if (hour > 24 || minute > 59 || second > 60) {
      return EventTime.INVALID;
    }
    BigDecimal secondOfDay =
        fraction(time).add(BigDecimal.valueOf(hour * 3600L + minute * 60L + second));
    if (hour == 24 && secondOfDay.compareTo(BigDecimal.valueOf(SECONDS_PER_DAY)) > 0) {
      return EventTime.INVALID;
    }
    try {
      LocalDate date = date(time);
      long offset = offsetSeconds(time, date, secondOfDay.longValue(), defaultZone);
      BigDecimal micros =
          BigDecimal.valueOf(date.toEpochDay() * SECONDS_PER_DAY - offset)
              .add(secondOfDay)
              .movePointRight(6)
              .setScale(0, RoundingMode.FLOOR);
      return micros.longValueExact();
    } catch (DateTimeException | ArithmeticException impossible) {
      return EventTime.INVALID;
    }
  }

  private static int number(Matcher time, String group) {
    String digits = time.group(group);
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  /** In seconds: ISO-8601 lets the smallest unit that is written have one. */
  private static BigDecimal fraction(Matcher time) {
    String digits = time.group("fraction");
    if (digits == null) {
      return BigDecimal.ZERO;
    }
    int unit = time.group("second") != null ? 1 : time.group("minute") != null ? 60 : 3600;
    String kept = digits.substring(0, Math.min(digits.length(), FRACTION_DIGITS));
    return new BigDecimal("0." + kept).multiply(BigDecimal.valueOf(unit));
  }

  private static LocalDate date(Matcher time) {
    int year = Math.toIntExact(Long.parseLong(time.group("year")));
    if (time.group("dayOfYear") != null) {
      return LocalDate.ofYearDay(year, number(time, "dayOfYear"));
    }
    if (time.group("week") != null) {
      // The fourth of January is in the first week of every year.
      LocalDate first = LocalDate.of(year, 1, 4);
      int week = number(time, "week");
      IsoFields.WEEK_OF_WEEK_BASED_YEAR.rangeRefinedBy(first).checkValidValue(week, null);
      return first
          .with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, week)
          .with(ChronoField.DAY_OF_WEEK, number(time, "weekday"));
    }
    return time.group("month") != null
        ? LocalDate.of(year, number(time, "month"), number(time, "day"))
        : LocalDate.of(year, number(time, "basicMonth"), number(time, "basicDay"));
  }

  /** Seconds east of UTC: those that are written, else those of the zone at that time. */
  private static long offsetSeconds(
      Matcher time, LocalDate date, long secondOfDay, ZoneId defaultZone) {
    if (time.group("utc") != null) {
      return 0;
    }
    if (time.group("sign") != null) {
      int minutes = number(time, "minutes");
      int seconds = number(time, "seconds");
      int offset = number(time, "hours") * 3600 + minutes * 60 + seconds;
      if (minutes > 59 || seconds > 59 || offset > MAX_OFFSET_SECONDS) {
        throw new DateTimeException("No place has this offset");
      }
      return time.group("sign").equals("-") ? -offset : offset;
    }
    String named = time.group("zone");
    ZoneId zone = named == null ? defaultZone : ZoneId.of(named);
    if (zone == null) {
      throw new DateTimeException("The zone is missing");
    }
    return zone.getRules()
        .getOffset(date.atStartOfDay().plusSeconds(secondOfDay))
        .getTotalSeconds();
  }
}
