package dev.scriptanalytics.redact;

/** Whether a pattern matches cannot be found out with the time or the stack that there is. */
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
