package dev.scriptanalytics.configuration;

import static dev.scriptanalytics.configuration.AllowedValues.oneOf;
import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/**
 * Options in the order of their declaration, each with its group, its allowed values, and how its
 * value is read from text. {@link JobOptions} is the table that fills it.
 */
final class OptionCatalogue {
  /** What an option may be besides a key with a value. */
  private enum Trait {
    /** The job does not start without it. */
    REQUIRED,
    /** Its value is never shown. */
    SECRET,
    /** An empty text is a value, rather than a sign that the option is not set. */
    MAY_BE_EMPTY
  }

  /**
   * An option, and what a {@link ConfigOption} does not hold.
   *
   * @param group the title under which {@code --help} lists it
   * @param parser makes a value of its text; throws IllegalArgumentException if it cannot
   * @param sample the default as it is written in a file, or an example if there is none
   * @param mayBeEmpty whether an empty text is a value, rather than a sign that it is not set
   * @param required whether the job does not start without it
   * @param secret whether its value is never shown
   */
  record Declared<T>(
      ConfigOption<T> option,
      String group,
      Function<String, T> parser,
      String sample,
      AllowedValues<T> allowed,
      String description,
      boolean mayBeEmpty,
      boolean required,
      boolean secret) {
    /**
     * Whether the shipped file sets it: options that everybody should set otherwise are left out.
     */
    boolean isSetInFile() {
      return required || (option.hasDefaultValue() && !secret);
    }
  }

  private final Map<String, Declared<?>> declared = new LinkedHashMap<>();

  /** Every option by its key, in the order of declaration. */
  Map<String, Declared<?>> declared() {
    return declared;
  }

  /** A group of options, to be filled. */
  Group group(String title) {
    return new Group(title);
  }

  /** Options that {@code --help} lists under one title; each method declares one. */
  final class Group {
    private final String title;

    private Group(String title) {
      this.title = title;
    }

    ConfigOption<String> required(
        String key, String example, AllowedValues<String> allowed, String description) {
      ConfigOption<String> option = key(key).stringType().noDefaultValue();
      return declare(option, text -> text, example, allowed, description, Trait.REQUIRED);
    }

    ConfigOption<String> optional(
        String key, String example, AllowedValues<String> allowed, String description) {
      ConfigOption<String> option = key(key).stringType().noDefaultValue();
      return declare(option, text -> text, example, allowed, description);
    }

    ConfigOption<String> secretWithoutDefault(
        String key, String example, AllowedValues<String> allowed, String description) {
      ConfigOption<String> option = key(key).stringType().noDefaultValue();
      return declare(option, text -> text, example, allowed, description, Trait.SECRET);
    }

    ConfigOption<String> secret(
        String key, String value, AllowedValues<String> allowed, String description) {
      ConfigOption<String> option = key(key).stringType().defaultValue(value);
      return declare(option, text -> text, value, allowed, description, Trait.SECRET);
    }

    ConfigOption<String> text(
        String key, String value, AllowedValues<String> allowed, String description) {
      ConfigOption<String> option = key(key).stringType().defaultValue(value);
      return declare(option, text -> text, value, allowed, description);
    }

    ConfigOption<List<String>> list(
        String key, String value, AllowedValues<List<String>> allowed, String description) {
      ConfigOption<List<String>> option =
          key(key).stringType().asList().defaultValues(items(value).toArray(String[]::new));
      return declare(option, OptionCatalogue::items, value, allowed, description);
    }

    /** A list whose text may be empty: then it has no items. */
    ConfigOption<List<String>> listOrNone(
        String key, String value, AllowedValues<List<String>> allowed, String description) {
      String[] values = value.isEmpty() ? new String[0] : new String[] {value};
      ConfigOption<List<String>> option = key(key).stringType().asList().defaultValues(values);
      return declare(
          option,
          text -> text.isEmpty() ? List.of() : items(text),
          value,
          allowed,
          description,
          Trait.MAY_BE_EMPTY);
    }

    ConfigOption<Map<String, String>> map(
        String key, AllowedValues<Map<String, String>> allowed, String description) {
      ConfigOption<Map<String, String>> option = key(key).mapType().defaultValue(Map.of());
      return declare(option, OptionCatalogue::pairs, "", allowed, description);
    }

    ConfigOption<Duration> duration(
        String key, String value, AllowedValues<Duration> allowed, String description) {
      ConfigOption<Duration> option =
          key(key).durationType().defaultValue(TimeUtils.parseDuration(value));
      return declare(option, OptionCatalogue::parseDuration, value, allowed, description);
    }

    ConfigOption<MemorySize> size(
        String key, String value, AllowedValues<MemorySize> allowed, String description) {
      ConfigOption<MemorySize> option = key(key).memoryType().defaultValue(MemorySize.parse(value));
      return declare(option, MemorySize::parse, value, allowed, description);
    }

    ConfigOption<Integer> integer(
        String key, int value, AllowedValues<Integer> allowed, String description) {
      ConfigOption<Integer> option = key(key).intType().defaultValue(value);
      return declare(option, Integer::valueOf, Integer.toString(value), allowed, description);
    }

    <E extends Enum<E>> ConfigOption<E> choice(
        String key, E value, AllowedValues<E> allowed, String description) {
      Class<E> type = value.getDeclaringClass();
      return declare(
          key(key).enumType(type).defaultValue(value),
          text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)),
          value.name().toLowerCase(Locale.ROOT),
          allowed,
          description);
    }

    ConfigOption<Boolean> flag(String key, boolean value, String description) {
      ConfigOption<Boolean> option = key(key).booleanType().defaultValue(value);
      return declare(
          option,
          OptionCatalogue::trueOrFalse,
          Boolean.toString(value),
          oneOf("true", "false"),
          description);
    }

    private <T> ConfigOption<T> declare(
        ConfigOption<T> option,
        Function<String, T> parser,
        String sample,
        AllowedValues<T> allowed,
        String description,
        Trait... traits) {
      ConfigOption<T> described = option.withDescription(description);
      Set<Trait> of = Set.of(traits);
      declared.put(
          option.key(),
          new Declared<>(
              described,
              title,
              parser,
              sample,
              allowed,
              description,
              of.contains(Trait.MAY_BE_EMPTY),
              of.contains(Trait.REQUIRED),
              of.contains(Trait.SECRET)));
      return described;
    }
  }

  private static Duration parseDuration(String text) {
    // Flink reads a bare number as milliseconds, which hardly anybody means.
    if (text.matches("0*[1-9]\\d*")) {
      throw new IllegalArgumentException(text);
    }
    return TimeUtils.parseDuration(text);
  }

  private static boolean trueOrFalse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /** The items of a text that separates them by commas. */
  // Flink's own syntax has ';' between items, and its maps make a ':' in a name awkward.
  static List<String> items(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }

  private static Map<String, String> pairs(String text) {
    return items(text).stream()
        .collect(
            Collectors.toUnmodifiableMap(
                pair -> pair.substring(0, Math.max(0, pair.lastIndexOf(':'))).strip(),
                pair -> pair.substring(pair.lastIndexOf(':') + 1).strip(),
                (one, other) -> {
                  throw new IllegalArgumentException(text);
                }));
  }
}
