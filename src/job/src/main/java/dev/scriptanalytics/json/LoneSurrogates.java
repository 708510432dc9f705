package dev.scriptanalytics.json;

/**
 * Replaces halves of surrogate pairs, which JSON can escape and Unicode has no character for.
 * ClickHouse refuses a whole document that contains one, so that no filter would find its other
 * fields either.
 */
public final class LoneSurrogates {
  private static final byte[] REPLACEMENT = {'\\', 'u', 'f', 'f', 'f', 'd'};

  private LoneSurrogates() {}

  /**
   * The document with U+FFFD for each half without its other half, as {@link JsonText#unescape} has
   * it; the very same array if there is none.
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
        char character = (char) JsonText.unit(json, at);
        int next = at + JsonText.UNICODE_ESCAPE_BYTES;
        if (Character.isHighSurrogate(character) && isLowSurrogate(json, next)) {
          next += JsonText.UNICODE_ESCAPE_BYTES;
        } else if (Character.isSurrogate(character)) {
          result = result == json ? json.clone() : result;
          System.arraycopy(REPLACEMENT, 0, result, at, JsonText.UNICODE_ESCAPE_BYTES);
        }
        at = next;
      }
    }
    return result;
  }

  // A quote stands behind the last escape, so there is a byte at that place, and one behind any
  // backslash.
  private static boolean isLowSurrogate(byte[] json, int at) {
    return json[at] == '\\'
        && json[at + 1] == 'u'
        && Character.isLowSurrogate((char) JsonText.unit(json, at));
  }
}
