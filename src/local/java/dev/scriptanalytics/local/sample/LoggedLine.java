package dev.scriptanalytics.local.sample;

/**
 * What a script logged.
 *
 * @param level empty of what was merely printed
 */
record LoggedLine(String level, String message) {
  /** As it is captured from the standard output. */
  String printed() {
    return level.isEmpty() ? message : level + " :: " + message;
  }
}
