package dev.scriptanalytics.json;

/**
 * Says that a text is not one well-formed JSON object, with what is wrong and where.
 *
 * <p>It has no stack trace: a broken producer sends bad records by the million, and these must not
 * cost more than good ones.
 */
public final class JsonSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int at;

  JsonSyntaxException(String what, int at) {
    super(what + " at byte " + at, null, false, false);
    this.at = at;
  }

  /** The offending byte, counted from 0 at the beginning of the text. */
  public int at() {
    return at;
  }
}
