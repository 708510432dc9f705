package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.error.ApiException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The levels of the API, the least severe first. Of a run's captured output, stdout counts as info
 * and stderr as error.
 */
enum Level {
  DEBUG("'Debug'"),
  INFO("'Info', 'Stdout'"),
  WARN("'Warning'"),
  ERROR("'Error', 'Stderr'"),
  FATAL("'Fatal'");

  static final List<String> WORDS = List.of("debug", "info", "warn", "error", "fatal");

  /** An entry's level as ClickHouse spells it, in SQL as a word of the API. */
  static final String SQL =
      "multiIf(log_level = 'Debug', 'debug', log_level IN ('Info', 'Stdout'), 'info',"
          + " log_level = 'Warning', 'warn', log_level IN ('Error', 'Stderr'), 'error', 'fatal')";

  private final String stored;

  Level(String stored) {
    this.stored = stored;
  }

  /** The level that ClickHouse spells this way. */
  static Level ofStored(String level) {
    return switch (level) {
      case "Debug" -> DEBUG;
      case "Warning" -> WARN;
      case "Error", "Stderr" -> ERROR;
      case "Fatal" -> FATAL;
      default -> INFO;
    };
  }

  /** The level of a word, in any case; {@code warning} is one, too. */
  static Level ofWord(String parameter, String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    int i = WORDS.indexOf("warning".equals(lower) ? "warn" : lower);
    if (i < 0) {
      throw ApiException.invalid(parameter, "one of " + String.join(", ", WORDS))
          .with("known", WORDS);
    }
    return values()[i];
  }

  /** This level and all above it. */
  Set<Level> andAbove() {
    return EnumSet.range(this, FATAL);
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A condition in SQL that holds for entries of these levels. */
  static String condition(Set<Level> levels) {
    if (levels.size() == values().length) {
      return "true";
    }
    String list =
        String.join(
            ", ", Arrays.stream(values()).filter(levels::contains).map(l -> l.stored).toList());
    return "log_level IN (" + list + ")";
  }
}
