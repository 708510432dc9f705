package dev.scriptanalytics.decode;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses figures with units, written as text. */
final class UnitParser {
  /** The result for a text that is no such figure. */
  static final double NONE = Double.NaN;

  private static final String NUMBER = "([0-9]{1,20}(?:\\.[0-9]{1,20})?)";
  private static final Pattern SIZE =
      Pattern.compile(NUMBER + " ?(?:([KMGTP])(I?))?B?", Pattern.CASE_INSENSITIVE);
  private static final Pattern PERCENTAGE = Pattern.compile(NUMBER + " ?%?");
  private static final Pattern PLAIN = Pattern.compile(NUMBER);
  private static final String PREFIXES = "KMGTP";
  // A size may be larger than the units that are read can say.
  private static final String UNITS = PREFIXES + "E";
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);

  /** No shortest form of a double is longer. */
  private static final int LONGEST_NUMBER = 40;

  private static final Pattern JSON_NUMBER =
      Pattern.compile("-?[0-9]{1,20}(?:\\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?");

  private UnitParser() {}

  /** A number as JSON has them, with blanks around it. */
  static double jsonNumber(byte[] text, int from, int to) {
    if (to - from > LONGEST_NUMBER) {
      return NONE;
    }
    String number = new String(text, from, to - from, StandardCharsets.ISO_8859_1).strip();
    return JSON_NUMBER.matcher(number).matches() ? Double.parseDouble(number) : NONE;
  }

  /** A number without sign, such as {@code 4.3}. */
  static double number(String text) {
    Matcher matcher = PLAIN.matcher(text);
    return matcher.matches() ? Double.parseDouble(text) : NONE;
  }

  /** A number that a percent sign may follow, such as {@code 87%}. */
  static double percentage(String text) {
    Matcher matcher = PERCENTAGE.matcher(text);
    return matcher.matches() ? Double.parseDouble(matcher.group(1)) : NONE;
  }

  /**
   * How a size is written back, such as {@code 8.2GB}: in the largest unit of which there is one, a
   * power of 1000, with all digits.
   *
   * @param bytes not negative
   */
  static String size(long bytes) {
    BigDecimal amount = BigDecimal.valueOf(bytes);
    int power = 0;
    while (power < UNITS.length() && amount.compareTo(THOUSAND) >= 0) {
      amount = amount.movePointLeft(3);
      power++;
    }
    String unit = power == 0 ? "B" : UNITS.charAt(power - 1) + "B";
    return amount.stripTrailingZeros().toPlainString() + unit;
  }

  /**
   * A size in whole bytes, such as {@code 8.2GB}, {@code 512 MiB}, {@code 2Gi} or {@code 1024}, in
   * any case: K, M, G, T and P are powers of 1000, Ki, Mi, Gi, Ti and Pi powers of 1024, and a
   * number without a unit is in bytes.
   */
  static double bytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return NONE;
    }
    double bytes = Double.parseDouble(matcher.group(1));
    if (matcher.group(2) != null) {
      int power = PREFIXES.indexOf(matcher.group(2).toUpperCase(Locale.ROOT)) + 1;
      bytes *= Math.pow(matcher.group(3).isEmpty() ? 1000 : 1024, power);
    }
    return Math.rint(bytes);
  }
}
