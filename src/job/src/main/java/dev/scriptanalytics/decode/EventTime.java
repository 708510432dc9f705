package dev.scriptanalytics.decode;

import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Parses the times of events into microseconds since 1970: ISO-8601 text, or a number whose size
 * implies its unit.
 *
 * <p>All arithmetic is on integers, because a double cannot hold nanoseconds since 1970. Fractions
 * of a microsecond are cut towards the past.
 */
public final class EventTime {
  /** The result for a text that is not a time, or a time that microseconds cannot express. */
  public static final long INVALID = Long.MIN_VALUE;

  /** A longer text is not a time, and no regular expression need look at it. */
  private static final int MAX_BYTES = 200;

  private static final long MICROS_PER_SECOND = 1_000_000L;
  private static final int MAX_OFFSET_SECONDS = 18 * 3600;
  private static final int[] MICROS_PER_FRACTION = {
    1_000_000, 100_000, 10_000, 1_000, 100, 10, 1,
  };

  private EventTime() {}

  /**
   * Reads a time such as {@code 2025-05-14T06:07:27.238927Z}, or a number in decimal text as {@link
   * #microsOf} does. The forms that most producers write are read byte by byte here, all others of
   * ISO-8601 by {@link Iso8601}.
   *
   * @param text the characters in UTF-8, with JSON escapes decoded
   * @param defaultZone the zone of times without one; null if they are no times
   * @return microseconds since 1970, negative before; or {@link #INVALID}
   */
  public static long parseMicros(byte[] text, int start, int end, ZoneId defaultZone) {
    int first = start;
    int behind = end;
    while (first < behind && isBlank(text[first])) {
      first++;
    }
    while (first < behind && isBlank(text[behind - 1])) {
      behind--;
    }
    long micros = parseCommonForms(text, first, behind);
    if (micros != INVALID || behind - first > MAX_BYTES) {
      return micros;
    }
    return Iso8601.parseMicros(
        new String(text, first, behind - first, StandardCharsets.UTF_8), defaultZone);
  }

  /** Whether a text that was read as no time would be one with a default zone. */
  static boolean lacksZone(byte[] text) {
    return parseMicros(text, 0, text.length, ZoneOffset.UTC) != INVALID;
  }

  /**
   * Reads what {@link java.time.format.DateTimeFormatter#ISO_OFFSET_DATE_TIME} accepts (seconds may
   * be missing; up to 9 fraction digits; no hour 24, no second 60), also with a space instead of
   * the {@code T} and with offsets without a colon ({@code +0200}); and numbers.
   */
  static long parseCommonForms(byte[] text, int start, int end) {
    int yearEnd = start + 4;
    if (end - start < 5 || text[yearEnd] != '-' || !isDigit(text[start])) {
      boolean signedYear = start < end && (text[start] == '-' || text[start] == '+');
      yearEnd = signedYear ? endOfDigits(text, start + 1, end) : end;
      if (yearEnd >= end || text[yearEnd] != '-') {
        return microsOf(text, start, end);
      }
    }
    long year = year(text, start, yearEnd);
    // -MM-ddTHH:mm and at least one more for the offset
    if (year == INVALID || end - yearEnd < 13) {
      return INVALID;
    }
    int month = twoDigits(text, yearEnd + 1);
    int day = twoDigits(text, yearEnd + 4);
    int hour = twoDigits(text, yearEnd + 7);
    int minute = twoDigits(text, yearEnd + 10);
    byte separator = text[yearEnd + 6];
    if (month < 1
        || month > 12
        || day < 1
        || (day > 28 && day > daysIn(year, month))
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || text[yearEnd + 3] != '-'
        || (separator != 'T' && separator != 't' && separator != ' ')
        || text[yearEnd + 9] != ':') {
      return INVALID;
    }
    int at = yearEnd + 12;
    int second = 0;
    int micros = 0;
    if (text[at] == ':') {
      second = end - at >= 3 ? twoDigits(text, at + 1) : -1;
      if (second < 0 || second > 59) {
        return INVALID;
      }
      at += 3;
      if (at < end && text[at] == '.') {
        int fraction = ++at;
        while (at < end && isDigit(text[at])) {
          if (at - fraction < 6) {
            micros = micros * 10 + (text[at] - '0');
          }
          at++;
        }
        if (at - fraction > 9) {
          return INVALID;
        }
        micros *= MICROS_PER_FRACTION[Math.min(at - fraction, 6)];
      }
    }
    int offset = offsetSeconds(text, at, end);
    if (Math.abs(offset) > MAX_OFFSET_SECONDS) {
      return INVALID;
    }
    long seconds =
        epochDay(year, month, day) * 86_400L + hour * 3600L + minute * 60L + second - offset;
    if (Math.abs(seconds) >= Long.MAX_VALUE / MICROS_PER_SECOND) {
      return INVALID;
    }
    return seconds * MICROS_PER_SECOND + micros;
  }

  /**
   * Reads a number of epoch seconds (its absolute value below 1e11), milliseconds (1e14),
   * microseconds (1e17) or nanoseconds, with or without fraction and exponent.
   *
   * @param number the characters of a JSON number; anything else is {@link #INVALID}
   * @return microseconds since 1970, negative before; or {@link #INVALID}
   */
  public static long microsOf(byte[] number, int start, int end) {
    int at = start;
    boolean negative = at < end && number[at] == '-';
    if (negative) {
      at++;
    }
    int digits = at;
    int integerEnd = endOfDigits(number, digits, end);
    if (integerEnd == digits || (number[digits] == '0' && integerEnd - digits > 1)) {
      return INVALID;
    }
    at = integerEnd;
    if (at < end && number[at] == '.') {
      at = endOfDigits(number, at + 1, end);
      if (at == integerEnd + 1) {
        return INVALID;
      }
    }
    int digitsEnd = at;
    long exponent = 0;
    if (at < end && (number[at] == 'e' || number[at] == 'E')) {
      at++;
      boolean negativeExponent = at < end && number[at] == '-';
      if (negativeExponent || (at < end && number[at] == '+')) {
        at++;
      }
      int exponentStart = at;
      for (; at < end && isDigit(number[at]); at++) {
        // Saturated at a size that is out of range anyway, since no text has that many digits.
        exponent = Math.min(exponent * 10 + (number[at] - '0'), 1L << 40);
      }
      if (at == exponentStart) {
        return INVALID;
      }
      exponent = negativeExponent ? -exponent : exponent;
    }
    if (at != end) {
      return INVALID;
    }
    return scaled(number, digits, integerEnd, digitsEnd, exponent, negative);
  }

  /** The microseconds of the number with these digits and its point at {@code integerEnd}. */
  private static long scaled(
      byte[] number, int digits, int integerEnd, int digitsEnd, long exponent, boolean negative) {
    int first = digits;
    while (first < digitsEnd && (number[first] == '0' || number[first] == '.')) {
      first++;
    }
    if (first == digitsEnd) {
      return 0;
    }
    // The number is 0.ddd times ten to the power of its magnitude; the first d is not 0.
    long magnitude = exponent + integerEnd - first + (first > integerEnd ? 1 : 0);
    int unit = magnitude <= 11 ? 6 : magnitude <= 14 ? 3 : magnitude <= 17 ? 0 : -3;
    long wanted = magnitude + unit;
    if (wanted > 19) {
      return INVALID;
    }
    long micros = 0;
    boolean exact = true;
    for (int at = first; at < digitsEnd; at++) {
      int digit = number[at] - '0';
      if (number[at] == '.') {
        continue;
      }
      if (wanted > 0) {
        if (micros > (Long.MAX_VALUE - digit) / 10) {
          return INVALID;
        }
        micros = micros * 10 + digit;
        wanted--;
      } else if (digit != 0) {
        exact = false;
        break;
      }
    }
    for (; wanted > 0; wanted--) {
      if (micros > Long.MAX_VALUE / 10) {
        return INVALID;
      }
      micros *= 10;
    }
    if (!negative) {
      return micros;
    }
    return exact ? -micros : -micros - 1;
  }

  /** The year, of four digits without sign, or of up to ten with one. */
  private static long year(byte[] text, int start, int end) {
    boolean signed = !isDigit(text[start]);
    int at = signed ? start + 1 : start;
    int digits = end - at;
    if (digits < (text[start] == '+' ? 5 : 4) || digits > 10) {
      return INVALID;
    }
    long year = 0;
    for (; at < end; at++) {
      if (!isDigit(text[at])) {
        return INVALID;
      }
      year = year * 10 + (text[at] - '0');
    }
    if (text[start] != '-') {
      return year;
    }
    return year == 0 ? INVALID : -year;
  }

  /** Seconds east of UTC; more than a day if the text is not an offset. */
  private static int offsetSeconds(byte[] text, int at, int end) {
    int length = end - at;
    if (length == 1 && (text[at] == 'Z' || text[at] == 'z')) {
      return 0;
    }
    if (length < 3 || (text[at] != '+' && text[at] != '-')) {
      return Integer.MAX_VALUE;
    }
    int hours = twoDigits(text, at + 1);
    int minutes = 0;
    int seconds = 0;
    if (length == 5) {
      minutes = twoDigits(text, at + 3);
    } else if (length == 6 || length == 9) {
      minutes = text[at + 3] == ':' ? twoDigits(text, at + 4) : -1;
      if (length == 9) {
        seconds = text[at + 6] == ':' ? twoDigits(text, at + 7) : -1;
      }
    } else if (length != 3) {
      return Integer.MAX_VALUE;
    }
    if (hours < 0 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
      return Integer.MAX_VALUE;
    }
    int offset = hours * 3600 + minutes * 60 + seconds;
    return text[at] == '-' ? -offset : offset;
  }

  private static int daysIn(long year, int month) {
    if (month == 2) {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  /** Days since 1970, in the proleptic Gregorian calendar. */
  private static long epochDay(long year, int month, int day) {
    // A year that begins in March has its leap day last, so that its months have a regular length.
    long years = month > 2 ? year : year - 1;
    int months = month > 2 ? month - 3 : month + 9;
    long leapDays =
        Math.floorDiv(years, 4L) - Math.floorDiv(years, 100L) + Math.floorDiv(years, 400L);
    return years * 365 + leapDays + (153 * months + 2) / 5 + day - 1 - 719_468;
  }

  /** The two digits at {@code at}, or -1. */
  private static int twoDigits(byte[] text, int at) {
    int tens = text[at] - '0';
    int ones = text[at + 1] - '0';
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
  }

  private static int endOfDigits(byte[] text, int at, int end) {
    while (at < end && isDigit(text[at])) {
      at++;
    }
    return at;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
