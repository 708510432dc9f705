package dev.scriptanalytics.shape;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The English names of weekdays and months, whole or as three letters: what a date has beside its
 * numbers. They begin with a capital, so {@code may} and {@code sun} are ordinary words.
 */
final class DateWords {
  private static final int SHORT_LENGTH = 3;
  private static final int MAX_LENGTH = 9;

  /** The whole names. */
  private static final byte[][] NAMES =
      Arrays.stream(
              ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March"
                      + " April May June July August September October November December")
                  .split(" "))
          .map(name -> name.getBytes(StandardCharsets.US_ASCII))
          .toArray(byte[][]::new);

  private DateWords() {}

  /** Whether these bytes are such a name. */
  static boolean contain(byte[] text, int from, int to) {
    int length = to - from;
    // Most words are told apart by their first letter.
    if (length < SHORT_LENGTH || length > MAX_LENGTH || text[from] > 'W' || text[from] < 'A') {
      return false;
    }
    for (byte[] name : NAMES) {
      if (name[0] == text[from]
          && (length == SHORT_LENGTH || length == name.length)
          && Arrays.equals(name, 0, length, text, from, to)) {
        return true;
      }
    }
    return false;
  }
}
