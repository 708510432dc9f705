package dev.scriptanalytics.testkit.command;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Durations as users write them: {@code 90s}, {@code 2h}, {@code PT1H30M}; 0 or more. */
final class Durations {
  private static final Pattern SHORT = Pattern.compile("([0-9]+)(ms|s|m|h|d)?");

  private Durations() {}

  /**
   * The duration that {@code text} stands for; a number without unit is in seconds.
   *
   * @throws TypeConversionException if it is not a duration; the message shows what one looks like
   */
  static Duration parse(String text) {
    try {
      Matcher matcher = SHORT.matcher(text);
      if (matcher.matches()) {
        return of(Long.parseLong(matcher.group(1)), matcher.group(2));
      }
      Duration duration = Duration.parse(text.toUpperCase(Locale.ROOT));
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      // The same answer for every text that is not a duration.
    }
    throw new TypeConversionException(
        "'%s' is not a duration like 90s, 30m, 2h or 1d".formatted(text));
  }

  private static Duration of(long amount, String unit) {
    return switch (unit == null ? "s" : unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> Duration.ofSeconds(amount);
    };
  }
}
