package dev.scriptanalytics.json;

import java.util.Arrays;

/**
 * Replaces the literals {@code NaN}, {@code Infinity} and {@code -Infinity}, which Python's {@code
 * json} writes although JSON has no such numbers.
 */
public final class NonFiniteNumbers {
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final byte[][] LITERALS = {
    {'N', 'a', 'N'},
    {'I', 'n', 'f', 'i', 'n', 'i', 't', 'y'},
    {'-', 'I', 'n', 'f', 'i', 'n', 'i', 't', 'y'},
  };

  private NonFiniteNumbers() {}

  /**
   * The text with {@code null} for each such literal outside strings; the very same array if there
   * is none.
   *
   * @param json any bytes; what else is wrong with them stays
   */
  public static byte[] replacedByNull(byte[] json) {
    byte[] result = null;
    int size = 0;
    int copied = 0;
    int at = 0;
    while (at < json.length) {
      if (json[at] == '"') {
        at = afterString(json, at + 1);
        continue;
      }
      int end = startsValue(json, at) ? literalEnd(json, at) : -1;
      if (end < 0) {
        at++;
        continue;
      }
      if (result == null) {
        // NaN and the comma behind it are 4 bytes and become 5.
        result = new byte[json.length + json.length / 4 + NULL.length];
      }
      System.arraycopy(json, copied, result, size, at - copied);
      size += at - copied;
      System.arraycopy(NULL, 0, result, size, NULL.length);
      size += NULL.length;
      copied = end;
      at = end;
    }
    if (result == null) {
      return json;
    }
    System.arraycopy(json, copied, result, size, json.length - copied);
    return Arrays.copyOf(result, size + json.length - copied);
  }

  private static int afterString(byte[] json, int start) {
    int at = start;
    while (at < json.length && json[at] != '"') {
      at += json[at] == '\\' ? 2 : 1;
    }
    return at + 1;
  }

  /** Whether a value may begin here: behind a colon, a comma or a bracket. */
  private static boolean startsValue(byte[] json, int at) {
    if (json[at] != 'N' && json[at] != 'I' && json[at] != '-') {
      return false;
    }
    int before = at - 1;
    while (before >= 0 && isBlank(json[before])) {
      before--;
    }
    return before >= 0 && (json[before] == ':' || json[before] == ',' || json[before] == '[');
  }

  /** Where the literal at that place ends; -1 if there is none. */
  private static int literalEnd(byte[] json, int at) {
    for (byte[] literal : LITERALS) {
      int end = at + literal.length;
      if (end <= json.length
          && Arrays.equals(literal, 0, literal.length, json, at, end)
          && endsValue(json, end)) {
        return end;
      }
    }
    return -1;
  }

  private static boolean endsValue(byte[] json, int at) {
    return at < json.length
        && (json[at] == ',' || json[at] == '}' || json[at] == ']' || isBlank(json[at]));
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}
