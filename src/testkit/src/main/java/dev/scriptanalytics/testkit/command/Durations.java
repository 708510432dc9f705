package dev.scriptanalytics.testkit.command;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as users write them: {@code 90s}, {@code 2h}, {@code PT1H30M}; 0 or more. */
final class Durations {
  private static final Pattern SHORT = Pattern.compile("([0-9]+)(ms|s|m|h|d)?");

  private Durations() {}

  /**
   * The duration that {@code text} stands for; a number without unit is in seconds.
   *
   * @throws IllegalArgumentException if it is not a number with a unit, or negative
   * @throws java.time.format.DateTimeParseException if it is neither that nor an ISO duration
   * @throws ArithmeticException if it is larger than a {@link Duration} can be
   */
  static Duration parse(String text) {
    Matcher matcher = SHORT.matcher(text);
    if (matcher.matches()) {
      return of(Long.parseLong(matcher.group(1)), matcher.group(2));
    }
    Duration duration = Duration.parse(text.toUpperCase(Locale.ROOT));
    if (duration.isNegative()) {
      throw new IllegalArgumentException("negative: " + text);
    }
    return duration;
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
