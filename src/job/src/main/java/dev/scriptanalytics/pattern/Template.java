package dev.scriptanalytics.pattern;

import java.util.Arrays;

/**
 * Compares a shape with the template of a pattern, word by word.
 *
 * <p>A <em>word</em> is what stands between two blanks. A <em>plain word</em> consists of letters,
 * {@code -} and {@code '}, and may have brackets, quotes or punctuation around it. Other words,
 * such as {@code *.example.net} and {@code user=root}, look like values.
 *
 * <p>Reusable ({@link #compare} lays it over another pair), not thread-safe.
 */
final class Template {
  private static final byte STAR = '*';

  private static final int LETTER = 1;
  private static final int OPENS = 1 << 1;
  private static final int CLOSES = 1 << 2;
  private static final int[] CLASSES = classes();

  private int words;
  private int equal;
  private int plain;
  private int place;
  private boolean variable;

  /** The number of words of a shape or template. */
  static int words(byte[] text) {
    int words = 1;
    for (byte character : text) {
      if (character == ' ') {
        words++;
      }
    }
    return words;
  }

  /** Compares a template with a shape that has as many words. */
  void compare(byte[] template, byte[] shape) {
    words = 0;
    equal = 0;
    plain = 0;
    place = -1;
    variable = false;
    int at = 0;
    int shapeAt = 0;
    while (at <= template.length && shapeAt <= shape.length) {
      int end = wordEnd(template, at);
      int shapeEnd = wordEnd(shape, shapeAt);
      if (Arrays.equals(template, at, end, shape, shapeAt, shapeEnd)) {
        equal++;
      } else {
        place = words;
        variable = isStar(template, at, end);
        if (isPlain(template, at, end) && isPlain(shape, shapeAt, shapeEnd)) {
          plain++;
        }
      }
      words++;
      at = end + 1;
      shapeAt = shapeEnd + 1;
    }
  }

  /** How many words are the same in both. */
  int equal() {
    return equal;
  }

  /** At how many places both have a plain word, and not the same. */
  int plain() {
    return plain;
  }

  /** Whether they differ at one place only, which is {@link #place}. */
  boolean differsOnce() {
    return equal == words - 1;
  }

  /** The last place at which they differ, counted from 0; -1 if they are the same. */
  int place() {
    return place;
  }

  /** Whether the template has a star at {@link #place}. */
  boolean isVariable() {
    return variable;
  }

  /** The template of both: a star where they differ. */
  static byte[] common(byte[] template, byte[] shape) {
    byte[] common = new byte[Math.max(template.length, shape.length)];
    int length = 0;
    int at = 0;
    int shapeAt = 0;
    while (at <= template.length && shapeAt <= shape.length) {
      int end = wordEnd(template, at);
      int shapeEnd = wordEnd(shape, shapeAt);
      if (length > 0) {
        common[length++] = ' ';
      }
      if (Arrays.equals(template, at, end, shape, shapeAt, shapeEnd)) {
        System.arraycopy(template, at, common, length, end - at);
        length += end - at;
      } else {
        common[length++] = STAR;
      }
      at = end + 1;
      shapeAt = shapeEnd + 1;
    }
    return Arrays.copyOf(common, length);
  }

  private static int wordEnd(byte[] text, int from) {
    int end = from;
    while (end < text.length && text[end] != ' ') {
      end++;
    }
    return end;
  }

  private static boolean isStar(byte[] text, int from, int to) {
    return to - from == 1 && text[from] == STAR;
  }

  private static boolean isPlain(byte[] text, int from, int to) {
    int at = from;
    while (at < to && is(text[at], OPENS)) {
      at++;
    }
    int end = to;
    while (end > at && is(text[end - 1], CLOSES)) {
      end--;
    }
    if (at == end) {
      return false;
    }
    while (at < end && is(text[at], LETTER)) {
      at++;
    }
    return at == end;
  }

  private static boolean is(byte character, int kind) {
    return (CLASSES[character & 0xff] & kind) != 0;
  }

  private static int[] classes() {
    int[] classes = new int[256];
    for (int i = 0; i < classes.length; i++) {
      if (i >= 0x80 || (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z')) {
        classes[i] = LETTER;
      }
    }
    add(classes, "-'", LETTER);
    add(classes, "([{<\"'", OPENS);
    add(classes, ")]}>\"',:;.!?", CLOSES);
    return classes;
  }

  private static void add(int[] classes, String characters, int kind) {
    for (int i = 0; i < characters.length(); i++) {
      classes[characters.charAt(i)] |= kind;
    }
  }
}
