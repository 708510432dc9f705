package dev.scriptanalytics.track;

import java.util.Arrays;

/**
 * What a terminal shows of one line of output.
 *
 * <p>Escape sequences (ECMA-48: colours, cursor, titles, links) vanish. A carriage return, a
 * backspace and the sequences that move the cursor within the line or erase a part of it have their
 * effect: what comes later overwrites. Sequences that reach other lines have none. Every code point
 * takes one column. Takes time in proportion to the text; reusable, not thread-safe.
 */
final class TerminalLine {
  private static final char ESCAPE = '\u001b';
  private static final char BELL = '\u0007';
  // The one-character forms of ESC [ and ESC \
  private static final char CONTROL_SEQUENCE = '\u009b';
  private static final char STRING_END = '\u009c';
  // No terminal is wider, and a number in the text must not decide how much memory it takes.
  private static final int MAX_MOVED_COLUMN = 1024;
  private static final int KEPT_CELLS = 16 << 10;

  private int[] cells = new int[256];
  private int length;
  private int column;
  private boolean overwritten;

  /** What is shown of the part of a text from {@code start} to {@code end}, without line feeds. */
  String shown(String text, int start, int end) {
    int last = end > start && text.charAt(end - 1) == '\r' ? end - 1 : end;
    int control = nextControl(text, start, last);
    if (control == last) {
      return text.substring(start, last);
    }
    length = 0;
    column = 0;
    overwritten = false;
    int position = start;
    while (position < last) {
      for (control = nextControl(text, position, last); position < control; ) {
        int codePoint = text.codePointAt(position);
        write(codePoint);
        position += Character.charCount(codePoint);
      }
      if (position < last) {
        position = control(text, position, last);
      }
    }
    // Bars erase with blanks what was longer before.
    while (overwritten && length > 0 && cells[length - 1] == ' ') {
      length--;
    }
    String shown = new String(cells, 0, length);
    if (cells.length > KEPT_CELLS) {
      cells = new int[KEPT_CELLS];
    }
    return shown;
  }

  private static int nextControl(String text, int from, int end) {
    int position = from;
    while (position < end && !isControl(text.charAt(position))) {
      position++;
    }
    return position;
  }

  private static boolean isControl(char character) {
    return character == ESCAPE
        || character == '\r'
        || character == '\b'
        || character == CONTROL_SEQUENCE;
  }

  /** Obeys the control at a position and returns the position behind it. */
  private int control(String text, int position, int end) {
    switch (text.charAt(position)) {
      case '\r' -> moveTo(0);
      case '\b' -> moveTo(column - 1);
      case CONTROL_SEQUENCE -> {
        return controlSequence(text, position + 1, end);
      }
      default -> {
        return escape(text, position + 1, end);
      }
    }
    return position + 1;
  }

  private int escape(String text, int position, int end) {
    if (position == end) {
      return end;
    }
    switch (text.charAt(position)) {
      case '[' -> {
        return controlSequence(text, position + 1, end);
      }
      case ']', 'P', 'X', '^', '_' -> {
        return string(text, position + 1, end);
      }
      default -> {
        int last = position;
        while (last < end && isWithin(text.charAt(last), ' ', '/')) {
          last++;
        }
        return last < end && isWithin(text.charAt(last), '0', '~') ? last + 1 : last;
      }
    }
  }

  /** Skips a title, a link or the like. One without an end is text, so that nothing gets lost. */
  private static int string(String text, int position, int end) {
    for (int i = position; i < end; i++) {
      char character = text.charAt(i);
      if (character == BELL || character == STRING_END) {
        return i + 1;
      }
      if (character == ESCAPE) {
        return i + 1 < end && text.charAt(i + 1) == '\\' ? i + 2 : position;
      }
    }
    return position;
  }

  private int controlSequence(String text, int position, int end) {
    int parameters = position;
    while (parameters < end && isWithin(text.charAt(parameters), '0', '?')) {
      parameters++;
    }
    int last = parameters;
    while (last < end && isWithin(text.charAt(last), ' ', '/')) {
      last++;
    }
    if (last == end || !isWithin(text.charAt(last), '@', '~')) {
      return last;
    }
    if (last == parameters) {
      obey(text.charAt(last), number(text, position, parameters));
    }
    return last + 1;
  }

  /** The number that is the only parameter; 0 if it is missing. */
  private static int number(String text, int position, int end) {
    int number = 0;
    for (int i = position; i < end && isWithin(text.charAt(i), '0', '9'); i++) {
      number = Math.min(MAX_MOVED_COLUMN, 10 * number + text.charAt(i) - '0');
    }
    return number;
  }

  private void obey(char function, int number) {
    switch (function) {
      case 'C' ->
          moveTo(Math.max(column, Math.min(MAX_MOVED_COLUMN, column + Math.max(1, number))));
      case 'D' -> moveTo(column - Math.max(1, number));
      case 'G' -> moveTo(number - 1);
      case 'K' -> erase(number);
      default -> {
        // Without effect on the characters of this line
      }
    }
  }

  private void erase(int what) {
    overwritten = true;
    if (what == 0) {
      length = Math.min(length, column);
    } else if (what == 1) {
      Arrays.fill(cells, 0, Math.min(length, column + 1), ' ');
    } else if (what == 2) {
      length = 0;
    }
  }

  private void moveTo(int newColumn) {
    column = Math.max(0, newColumn);
    overwritten = true;
  }

  private void write(int codePoint) {
    if (column >= cells.length) {
      cells = Arrays.copyOf(cells, Math.max(column + 1, 2 * cells.length));
    }
    if (column > length) {
      Arrays.fill(cells, length, column, ' ');
    }
    cells[column++] = codePoint;
    length = Math.max(length, column);
  }

  private static boolean isWithin(char character, char first, char last) {
    return character >= first && character <= last;
  }
}
