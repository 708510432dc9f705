package dev.scriptanalytics.testkit.sample;

/**
 * What a script logged.
 *
 * @param level empty of what was merely printed
 */
public record LoggedLine(String level, String message) {
  /** As it is captured from the standard output. */
  String printed() {
    return level.isEmpty() ? message : level + " :: " + message;
  }
}
