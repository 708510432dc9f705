package dev.scriptanalytics.json;

import java.util.Arrays;

/**
 * Decodes the escapes that JSON does not need, so that a search for {@code Zürich} finds the
 * document in which a producer wrote {@code Z\u00fcrich}. Python and PHP escape all characters
 * beyond ASCII by default, Go {@code <}, {@code >} and {@code &}, PHP the slash.
 *
 * <p>Quotes, backslashes and control characters stay escaped, as JSON demands.
 */
public final class NeedlessEscapes {
  private NeedlessEscapes() {}

  /**
   * The document with characters in place of escapes; the very same array if it has none of these.
   * It means the same, except that half of a surrogate pair becomes U+FFFD: Unicode has no
   * character for it, and ClickHouse refuses a whole document that contains one.
   *
   * @param json well-formed JSON in UTF-8
   */
  public static byte[] decoded(byte[] json) {
    int first = next(json, 0);
    if (first == json.length) {
      return json;
    }
    byte[] target = new byte[json.length];
    int write = 0;
    int copied = 0;
    for (int at = first; at < json.length; at = next(json, at)) {
      System.arraycopy(json, copied, target, write, at - copied);
      write += at - copied;
      int end = endOf(json, at);
      write = JsonText.unescape(json, at, end, target, write);
      copied = end;
      at = end;
    }
    System.arraycopy(json, copied, target, write, json.length - copied);
    return Arrays.copyOf(target, write + json.length - copied);
  }

  /** Where the next needless escape begins; the length if there is none. */
  private static int next(byte[] json, int from) {
    int at = from;
    while (at < json.length) {
      if (json[at] != '\\') {
        at++;
      } else if (json[at + 1] == '/') {
        return at;
      } else if (json[at + 1] != 'u') {
        at += 2;
      } else if (isNeeded(JsonText.unit(json, at))) {
        at += JsonText.UNICODE_ESCAPE_BYTES;
      } else {
        return at;
      }
    }
    return at;
  }

  private static boolean isNeeded(int character) {
    return character < ' ' || character == '"' || character == '\\';
  }

  /** Where an escape ends; that of a surrogate pair has two parts. */
  private static int endOf(byte[] json, int at) {
    if (json[at + 1] == '/') {
      return at + 2;
    }
    int end = at + JsonText.UNICODE_ESCAPE_BYTES;
    // A quote stands behind the last escape, so there is a byte at that place, and one behind any
    // backslash.
    boolean isPair =
        Character.isHighSurrogate((char) JsonText.unit(json, at))
            && json[end] == '\\'
            && json[end + 1] == 'u'
            && Character.isLowSurrogate((char) JsonText.unit(json, end));
    return isPair ? end + JsonText.UNICODE_ESCAPE_BYTES : end;
  }
}
