package dev.scriptanalytics.track;

import java.util.Arrays;

/**
 * How wide the characters of a text are on a terminal, and which code points are one character.
 *
 * <p>A character is a code point with those behind it that have no width, such as combining marks;
 * or an emoji with its skin tone, the emoji that joiners (U+200D) connect to it, and a variation
 * selector; or a flag of two regional indicators. Ideographs and emoji are two cells wide, as
 * Unicode's East_Asian_Width says, and all others are one.
 */
final class TerminalCharacters {
  private static final int JOINER = 0x200d;
  private static final int EMOJI_STYLE = 0xfe0f;

  /** Below this code point, every one is a character of one cell. */
  private static final int FIRST_MARK = 0x300;

  /**
   * The first and the last code point of each range whose East_Asian_Width is W or F, without
   * combining marks. Source: <a
   * href="https://www.unicode.org/Public/15.1.0/ucd/EastAsianWidth.txt">Unicode 15.1</a>.
   */
  // spotless:off
  private static final int[] WIDE = {
    0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC,
    0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE, 0x2614, 0x2615,
    0x2648, 0x2653, 0x267F, 0x267F, 0x2693, 0x2693, 0x26A1, 0x26A1,
    0x26AA, 0x26AB, 0x26BD, 0x26BE, 0x26C4, 0x26C5, 0x26CE, 0x26CE,
    0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5,
    0x26FA, 0x26FA, 0x26FD, 0x26FD, 0x2705, 0x2705, 0x270A, 0x270B,
    0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755,
    0x2757, 0x2757, 0x2795, 0x2797, 0x27B0, 0x27B0, 0x27BF, 0x27BF,
    0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x2E99,
    0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x2FF0, 0x3029, 0x3030, 0x303E,
    0x3041, 0x3096, 0x309B, 0x30FF, 0x3105, 0x312F, 0x3131, 0x318E,
    0x3190, 0x31E3, 0x31EF, 0x321E, 0x3220, 0x3247, 0x3250, 0x4DBF,
    0x4E00, 0xA48C, 0xA490, 0xA4C6, 0xA960, 0xA97C, 0xAC00, 0xD7A3,
    0xF900, 0xFAFF, 0xFE10, 0xFE19, 0xFE30, 0xFE52, 0xFE54, 0xFE66,
    0xFE68, 0xFE6B, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x16FE3,
    0x17000, 0x187F7, 0x18800, 0x18CD5, 0x18D00, 0x18D08, 0x1AFF0, 0x1AFF3,
    0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B122, 0x1B132, 0x1B132,
    0x1B150, 0x1B152, 0x1B155, 0x1B155, 0x1B164, 0x1B167, 0x1B170, 0x1B2FB,
    0x1F004, 0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A,
    0x1F200, 0x1F202, 0x1F210, 0x1F23B, 0x1F240, 0x1F248, 0x1F250, 0x1F251,
    0x1F260, 0x1F265, 0x1F300, 0x1F320, 0x1F32D, 0x1F335, 0x1F337, 0x1F37C,
    0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA, 0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0,
    0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F3FA, 0x1F400, 0x1F43E, 0x1F440, 0x1F440,
    0x1F442, 0x1F4FC, 0x1F4FF, 0x1F53D, 0x1F54B, 0x1F54E, 0x1F550, 0x1F567,
    0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4, 0x1F5A4, 0x1F5FB, 0x1F64F,
    0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2, 0x1F6D5, 0x1F6D7,
    0x1F6DC, 0x1F6DF, 0x1F6EB, 0x1F6EC, 0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7EB,
    0x1F7F0, 0x1F7F0, 0x1F90C, 0x1F93A, 0x1F93C, 0x1F945, 0x1F947, 0x1F9FF,
    0x1FA70, 0x1FA7C, 0x1FA80, 0x1FA88, 0x1FA90, 0x1FABD, 0x1FABF, 0x1FAC5,
    0x1FACE, 0x1FADB, 0x1FAE0, 0x1FAE8, 0x1FAF0, 0x1FAF8, 0x20000, 0x2FFFD,
    0x30000, 0x3FFFD
  };

  // spotless:on

  private TerminalCharacters() {}

  /** The end of the character that begins at a position of a text, at most {@code end}. */
  static int end(String text, int position, int end) {
    int first = text.codePointAt(position);
    int next = position + Character.charCount(first);
    boolean isFlag = isRegionalIndicator(first);
    boolean isEmoji = isPictographic(first);
    while (next < end && text.charAt(next) >= FIRST_MARK) {
      int codePoint = text.codePointAt(next);
      boolean isJoined =
          isEmoji
              && (isSkinTone(codePoint)
                  || (text.charAt(next - 1) == JOINER && isPictographic(codePoint)));
      boolean isOtherHalf = isFlag && isRegionalIndicator(codePoint);
      if (!isJoined && !isOtherHalf && !hasNoWidth(codePoint)) {
        break;
      }
      isFlag &= !isOtherHalf;
      next += Character.charCount(codePoint);
    }
    return Math.min(next, end);
  }

  /**
   * The number of cells of a character.
   *
   * @param end as {@link #end} says
   */
  static int width(String text, int position, int end) {
    int first = text.codePointAt(position);
    if (first < FIRST_MARK && end == position + 1) {
      return 1;
    }
    int second = position + Character.charCount(first);
    boolean isPair =
        second < end
            && (text.charAt(second) == EMOJI_STYLE
                || (isRegionalIndicator(first) && isRegionalIndicator(text.codePointAt(second))));
    return isPair || isWide(first) ? 2 : 1;
  }

  private static boolean isWide(int codePoint) {
    if (codePoint < WIDE[0]) {
      return false;
    }
    int found = Arrays.binarySearch(WIDE, codePoint);
    // Within a range, the place to insert is that of its last code point, which is odd.
    return found >= 0 || (-found - 1) % 2 == 1;
  }

  private static boolean hasNoWidth(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> true;
      // The vowels and last consonants of a syllable of Hangul
      default ->
          (codePoint >= 0x1160 && codePoint <= 0x11ff)
              || (codePoint >= 0xd7b0 && codePoint <= 0xd7ff);
    };
  }

  private static boolean isRegionalIndicator(int codePoint) {
    return codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff;
  }

  private static boolean isSkinTone(int codePoint) {
    return codePoint >= 0x1f3fb && codePoint <= 0x1f3ff;
  }

  /** Whether a code point is in one of the blocks of symbols that emoji are in. */
  private static boolean isPictographic(int codePoint) {
    return (codePoint >= 0x2190 && codePoint <= 0x2bff)
        || (codePoint >= 0x1f000 && codePoint <= 0x1faff && !isRegionalIndicator(codePoint));
  }
}
