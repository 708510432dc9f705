package dev.scriptanalytics.configuration;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/**
 * Which values an option takes.
 *
 * @param sentence what is allowed, fit to follow "must be"
 * @param test whether a value that has the right type is allowed
 */
record AllowedValues<T>(String sentence, Predicate<T> test) {

  static AllowedValues<Duration> durationBetween(String low, String high) {
    Duration lowest = TimeUtils.parseDuration(low);
    Duration highest = TimeUtils.parseDuration(high);
    return new AllowedValues<>(
        "a duration with its unit, from %s to %s, such as 500 ms, 10 s, 5 min, 2 h or 30 d"
            .formatted(low, high),
        value -> value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0);
  }

  static AllowedValues<MemorySize> sizeBetween(String low, String high) {
    MemorySize lowest = MemorySize.parse(low);
    MemorySize highest = MemorySize.parse(high);
    return new AllowedValues<>(
        "a size from %s to %s, such as 512 b, 64 kb or 8 mb".formatted(low, high),
        value -> value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0);
  }

  static AllowedValues<Integer> integerBetween(int low, int high) {
    return new AllowedValues<>(
        "a whole number from %d to %d".formatted(low, high),
        value -> value >= low && value <= high);
  }

  /** For types that have no other values than these words. */
  static <T> AllowedValues<T> oneOf(String... words) {
    return new AllowedValues<>("one of " + String.join(", ", words), value -> true);
  }

  static AllowedValues<String> matching(String regex, String sentence) {
    Pattern pattern = Pattern.compile(regex);
    return new AllowedValues<>(sentence, value -> pattern.matcher(value).matches());
  }

  static AllowedValues<String> notEmpty() {
    return new AllowedValues<>("a text that is not empty", value -> !value.isBlank());
  }

  static AllowedValues<List<String>> listMatching(String regex, String sentence) {
    Pattern pattern = Pattern.compile(regex);
    return new AllowedValues<>(
        sentence,
        values ->
            !values.isEmpty()
                && values.stream().distinct().count() == values.size()
                && values.stream().allMatch(value -> pattern.matcher(value).matches()));
  }

  static AllowedValues<String> zone() {
    return new AllowedValues<>(
        "an IANA zone such as Europe/Berlin, or an offset such as +02:00",
        value -> {
          try {
            return ZoneId.of(value) != null;
          } catch (DateTimeException notOne) {
            return false;
          }
        });
  }

  /** These values, and more. */
  AllowedValues<T> or(Predicate<T> more, String sentence) {
    return new AllowedValues<>(sentence, test.or(more));
  }

  static AllowedValues<String> regexWithGroups(int groups, String sentence) {
    return new AllowedValues<>(
        sentence,
        value -> {
          try {
            return Pattern.compile(value).matcher("").groupCount() == groups;
          } catch (PatternSyntaxException notOne) {
            return false;
          }
        });
  }
}
