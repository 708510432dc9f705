package dev.scriptanalytics.decode;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A field of an event, and the names that it is read by. */
interface EventField {
  /** The names, the canonical one first. Each is unique within its object. */
  List<String> names();

  /** The names of a constant: its own in lower case, in snake case and in camel case. */
  static List<String> namesOf(Enum<?> constant) {
    String snake = constant.name().toLowerCase(Locale.ROOT);
    return Stream.of(snake, camelCase(snake)).distinct().toList();
  }

  /**
   * The same, and then other names, each in snake case and in camel case.
   *
   * @param others in snake case; empty texts are ignored
   */
  static List<String> namesOf(Enum<?> constant, String... others) {
    return Stream.concat(
            namesOf(constant).stream(),
            Stream.of(others).flatMap(other -> Stream.of(other, camelCase(other))))
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  private static String camelCase(String snake) {
    StringBuilder camel = new StringBuilder(snake.length());
    boolean capital = false;
    for (int i = 0; i < snake.length(); i++) {
      char letter = snake.charAt(i);
      if (letter == '_') {
        capital = true;
      } else {
        camel.append(capital ? Character.toUpperCase(letter) : letter);
        capital = false;
      }
    }
    return camel.toString();
  }
}
