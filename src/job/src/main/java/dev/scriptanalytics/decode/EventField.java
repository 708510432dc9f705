package dev.scriptanalytics.decode;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A field of an event, and the names that it is read by. */
interface EventField {
  /** The name of the constant that is the field. */
  String name();

  /** Further names of the field, in snake case; empty texts are ignored. */
  default List<String> otherNames() {
    return List.of();
  }

  /**
   * The names, the canonical one first: that of the constant and the others, each in snake case and
   * in camel case. Each is unique within its object.
   */
  default List<String> names() {
    return Stream.concat(Stream.of(name().toLowerCase(Locale.ROOT)), otherNames().stream())
        .flatMap(snake -> Stream.of(snake, camelCase(snake)))
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
