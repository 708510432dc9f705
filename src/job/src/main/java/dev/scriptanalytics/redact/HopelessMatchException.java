package dev.scriptanalytics.redact;

/** Says that the time or the stack does not suffice to find out whether a pattern matches. */
final class HopelessMatchException extends Exception {
  private static final long serialVersionUID = 1;

  private final int pattern;

  HopelessMatchException(int pattern) {
    super(null, null, false, false);
    this.pattern = pattern;
  }

  int pattern() {
    return pattern;
  }
}
