package dev.scriptanalytics.decode;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A field of an event, and the names that it is read by. */
interface EventField {
  /** The names, the canonical one first. Each is unique within its object. */
  List<String> names();

  /**
   * The names of a constant: its own in lower case, and these; each in snake case and in camel case.
   *
   * @param others further names, in snake case
   */
  static List<String> namesOf(Enum<?> constant, String... others) {
    Set<String> names = new LinkedHashSet<>();
    List<String> snakes = new ArrayList<>(List.of(others));
    snakes.add(0, constant.name().toLowerCase(Locale.ROOT));
    for (String snake : snakes) {
      names.add(snake);
      names.add(camelCase(snake));
    }
    return List.copyOf(names);
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
