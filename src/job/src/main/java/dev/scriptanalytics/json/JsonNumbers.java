package dev.scriptanalytics.json;

import com.fasterxml.jackson.core.io.NumberInput;
import java.nio.charset.StandardCharsets;

/**
 * Converts the numbers of well-formed JSON to doubles, correctly rounded. Reusable, not
 * thread-safe.
 */
final class JsonNumbers {
  /** A double holds every integer up to 2^53 exactly, and these powers of ten. */
  private static final long MAX_EXACT_INTEGER = 1L << 53;

  private static final double[] EXACT_POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /**
   * 40 characters hold the shortest form of any double. NumberInput misreads exponents beyond 1024,
   * which hundreds of digits can make up for; so longer texts go to Double.parseDouble.
   */
  private final char[] text = new char[40];

  /**
   * The number's value, as {@link Double#parseDouble} gives it: infinite if it is beyond a double.
   */
  double parse(byte[] json, int start, int end) {
    int at = start;
    boolean negative = json[at] == '-';
    if (negative) {
      at++;
    }
    long digits = 0;
    int exponent = 0;
    boolean fraction = false;
    for (; at < end; at++) {
      int digit = json[at] - '0';
      if (digit >= 0 && digit <= 9) {
        digits = digits * 10 + digit;
        if (digits > MAX_EXACT_INTEGER) {
          return parseText(json, start, end);
        }
        if (fraction) {
          exponent--;
        }
      } else if (json[at] == '.') {
        fraction = true;
      } else {
        return parseText(json, start, end);
      }
    }
    if (exponent < -22) {
      return parseText(json, start, end);
    }
    // One division of two exact values is rounded once, hence correctly.
    double value = digits / EXACT_POWERS_OF_TEN[-exponent];
    return negative ? -value : value;
  }

  private double parseText(byte[] json, int start, int end) {
    int length = end - start;
    if (length > text.length) {
      return Double.parseDouble(new String(json, start, length, StandardCharsets.ISO_8859_1));
    }
    for (int i = 0; i < length; i++) {
      text[i] = (char) json[start + i];
    }
    return NumberInput.parseDouble(text, 0, length, true);
  }
}
