package dev.scriptanalytics.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Validates and cuts UTF-8 (RFC 3629). */
public final class Utf8 {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long NON_ASCII = 0x8080808080808080L;

  private Utf8() {}

  /**
   * Whether the bytes from {@code from} up to {@code to} are UTF-8: no overlong form, no surrogate,
   * nothing above U+10FFFF, no character cut off.
   */
  public static boolean isValid(byte[] bytes, int from, int to) {
    int at = from;
    while (true) {
      while (at <= to - 32
          && (((long) LONG.get(bytes, at)
                      | (long) LONG.get(bytes, at + 8)
                      | (long) LONG.get(bytes, at + 16)
                      | (long) LONG.get(bytes, at + 24))
                  & NON_ASCII)
              == 0) {
        at += 32;
      }
      while (at <= to - 8 && ((long) LONG.get(bytes, at) & NON_ASCII) == 0) {
        at += 8;
      }
      while (at < to && bytes[at] >= 0) {
        at++;
      }
      if (at >= to) {
        return true;
      }
      // Most scripts other than Latin have several such characters in a row.
      do {
        int length = lengthOfCharacter(bytes, at, to);
        if (length == 0) {
          return false;
        }
        at += length;
      } while (at < to && bytes[at] < 0);
    }
  }

  /** The length of the character whose first byte, not ASCII, is at {@code at}; 0 if invalid. */
  private static int lengthOfCharacter(byte[] bytes, int at, int to) {
    int first = bytes[at] & 0xFF;
    if (first < 0xC2) {
      return 0;
    }
    if (first < 0xE0) {
      return to - at >= 2 && isContinuation(bytes[at + 1]) ? 2 : 0;
    }
    if (first < 0xF0) {
      if (to - at < 3 || !isContinuation(bytes[at + 1]) || !isContinuation(bytes[at + 2])) {
        return 0;
      }
      int character = (first & 0x0F) << 12 | (bytes[at + 1] & 0x3F) << 6 | (bytes[at + 2] & 0x3F);
      return character >= 0x800 && !isSurrogate(character) ? 3 : 0;
    }
    if (to - at < 4
        || !isContinuation(bytes[at + 1])
        || !isContinuation(bytes[at + 2])
        || !isContinuation(bytes[at + 3])) {
      return 0;
    }
    int leading = (first - 0xF0) << 6 | (bytes[at + 1] & 0x3F);
    return leading >= 0x10 && leading < 0x110 ? 4 : 0;
  }

  private static boolean isSurrogate(int character) {
    return character >>> 11 == 0xD800 >>> 11;
  }

  private static boolean isContinuation(byte b) {
    return (b & 0xC0) == 0x80;
  }

  /**
   * Where to cut valid UTF-8 so that at most {@code maxBytes} remain and no character is split: the
   * largest such end, or {@code to} if all of it fits.
   */
  public static int cut(byte[] utf8, int from, int to, int maxBytes) {
    if (to - from <= maxBytes) {
      return to;
    }
    int end = from + maxBytes;
    while (end > from && isContinuation(utf8[end])) {
      end--;
    }
    return end;
  }
}
