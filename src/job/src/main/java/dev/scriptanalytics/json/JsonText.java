package dev.scriptanalytics.json;

import java.nio.charset.StandardCharsets;

/** Decodes the strings of well-formed JSON into UTF-8. */
public final class JsonText {
  /** The length of the escape of a UTF-16 unit: a backslash, a u and four digits. */
  static final int UNICODE_ESCAPE_BYTES = 6;

  private JsonText() {}

  /**
   * Writes the text of a JSON string, its escapes decoded, in UTF-8; it is never longer than its
   * source. Half of a surrogate pair, which JSON can escape and UTF-8 cannot express, becomes
   * U+FFFD.
   *
   * @param start where the string begins, behind its quote
   * @param end where the string ends, before its quote
   * @param at where in {@code target} to begin
   * @return where in {@code target} the text ends, exclusive
   */
  public static int unescape(byte[] json, int start, int end, byte[] target, int at) {
    int read = start;
    int write = at;
    while (true) {
      int plain = read;
      while (read < end && json[read] != '\\') {
        read++;
      }
      System.arraycopy(json, plain, target, write, read - plain);
      write += read - plain;
      if (read >= end) {
        return write;
      }
      byte escape = json[read + 1];
      if (escape != 'u') {
        target[write++] = unescaped(escape);
        read += 2;
        continue;
      }
      int character = unit(json, read);
      read += UNICODE_ESCAPE_BYTES;
      if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
        int low =
            character <= Character.MAX_HIGH_SURROGATE
                    && end - read >= UNICODE_ESCAPE_BYTES
                    && json[read] == '\\'
                    && json[read + 1] == 'u'
                ? unit(json, read)
                : 0;
        if (low >= Character.MIN_LOW_SURROGATE && low <= Character.MAX_LOW_SURROGATE) {
          read += UNICODE_ESCAPE_BYTES;
          character = Character.toCodePoint((char) character, (char) low);
        } else {
          character = 0xFFFD;
        }
      }
      write = writeUtf8(character, target, write);
    }
  }

  /** The text of a JSON string, decoded as {@link #unescape} does. */
  static String string(byte[] json, int start, int end, boolean escaped) {
    if (!escaped) {
      return new String(json, start, end - start, StandardCharsets.UTF_8);
    }
    byte[] decoded = new byte[end - start];
    int length = unescape(json, start, end, decoded, 0);
    return new String(decoded, 0, length, StandardCharsets.UTF_8);
  }

  /** The UTF-16 unit that the escape at {@code at} stands for. */
  static int unit(byte[] json, int at) {
    return Character.digit(json[at + 2], 16) << 12
        | Character.digit(json[at + 3], 16) << 8
        | Character.digit(json[at + 4], 16) << 4
        | Character.digit(json[at + 5], 16);
  }

  private static byte unescaped(byte escape) {
    return switch (escape) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> escape;
    };
  }

  private static int writeUtf8(int character, byte[] target, int at) {
    int write = at;
    if (character < 0x80) {
      target[write++] = (byte) character;
      return write;
    }
    if (character < 0x800) {
      target[write++] = (byte) (0xC0 | character >> 6);
    } else {
      if (character < 0x10000) {
        target[write++] = (byte) (0xE0 | character >> 12);
      } else {
        target[write++] = (byte) (0xF0 | character >> 18);
        target[write++] = (byte) (0x80 | (character >> 12 & 0x3F));
      }
      target[write++] = (byte) (0x80 | (character >> 6 & 0x3F));
    }
    target[write++] = (byte) (0x80 | (character & 0x3F));
    return write;
  }
}
