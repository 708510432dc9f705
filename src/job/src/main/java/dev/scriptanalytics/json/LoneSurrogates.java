package dev.scriptanalytics.json;

/**
 * Halves of surrogate pairs, which JSON can escape and Unicode has no character for: ClickHouse
 * takes a document with one of them for no JSON at all, so that no filter would find its other
 * fields either.
 */
public final class LoneSurrogates {
  private static final int ESCAPE_BYTES = 6;
  private static final byte[] REPLACEMENT = {'\\', 'u', 'f', 'f', 'f', 'd'};

  private LoneSurrogates() {}

  /**
   * The document with U+FFFD for each half without its other half, as {@link
   * JsonObjectScanner#unescape} has it; the very array where there is none.
   *
   * @param json well-formed JSON
   */
  public static byte[] replaced(byte[] json) {
    byte[] result = json;
    int at = 0;
    while (at < json.length) {
      if (json[at] != '\\') {
        at++;
      } else if (json[at + 1] != 'u') {
        at += 2;
      } else {
        char character = escaped(json, at);
        int next = at + ESCAPE_BYTES;
        if (Character.isHighSurrogate(character) && isLowSurrogate(json, next)) {
          next += ESCAPE_BYTES;
        } else if (Character.isSurrogate(character)) {
          result = result == json ? json.clone() : result;
          System.arraycopy(REPLACEMENT, 0, result, at, ESCAPE_BYTES);
        }
        at = next;
      }
    }
    return result;
  }

  // A quote stands behind the last escape, so there is a byte, and two behind any backslash.
  private static boolean isLowSurrogate(byte[] json, int at) {
    return json[at] == '\\' && json[at + 1] == 'u' && Character.isLowSurrogate(escaped(json, at));
  }

  /** The UTF-16 unit that the six bytes of an escape stand for. */
  private static char escaped(byte[] json, int at) {
    int unit = 0;
    for (int i = at + 2; i < at + ESCAPE_BYTES; i++) {
      unit = unit << 4 | Character.digit(json[i], 16);
    }
    return (char) unit;
  }
}
