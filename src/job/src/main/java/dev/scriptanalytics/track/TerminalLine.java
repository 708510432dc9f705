package dev.scriptanalytics.track;

import java.util.Arrays;

/**
 * What a terminal shows of one line of output.
 *
 * <p>Escape sequences (ECMA-48: colours, cursor, titles, links) and bells vanish. A carriage
 * return, a backspace and the sequences that move the cursor within the line, or erase, delete or
 * insert a part of it, have their effect: what comes later overwrites. Sequences that reach other
 * lines have none. A vertical tab and a form feed end the line, as a line feed does.
 *
 * <p>{@link TerminalCharacters} says how many cells a character takes. If one of them is
 * overwritten, the others are blank. A tab takes the cells up to the next multiple of eight. Takes
 * time in proportion to the text; reusable, not thread-safe.
 */
final class TerminalLine {
  private static final char ESCAPE = '\u001b';
  private static final char BELL = '\u0007';
  private static final char VERTICAL_TAB = '\u000b';
  private static final char SHIFT_OUT = '\u000e';
  private static final char SHIFT_IN = '\u000f';
  // The one-character forms of ESC [ and ESC \
  private static final char CONTROL_SEQUENCE = '\u009b';
  private static final char STRING_END = '\u009c';

  /** One bit for each control below 32. Some terminals' reset of colours ends with a shift. */
  private static final int CONTROLS =
      1 << ESCAPE
          | 1 << BELL
          | 1 << '\b'
          | 1 << VERTICAL_TAB
          | 1 << '\f'
          | 1 << '\r'
          | 1 << SHIFT_OUT
          | 1 << SHIFT_IN;

  // No terminal is wider, and a number in the text must not decide how much memory it takes.
  private static final int MAX_MOVED_COLUMN = 1024;
  private static final int TAB_WIDTH = 8;
  private static final int KEPT_CELLS = 16 << 10;

  // Of a cell without a character, and of one that a character to its left takes.
  private static final int BLANK = -1;
  private static final int TAKEN = -2;

  /** No column is saved. */
  private static final int NONE = -1;

  private String text = "";

  /** For each column of the line, the position in the text of the character that begins there. */
  private int[] cells = new int[256];

  private int length;
  private int column;
  private int savedColumn;
  private boolean overwritten;
  private int lineEnd;

  /**
   * What is shown of the line that begins at {@code start} of a text, and ends at {@code end} or
   * where {@link #lineEnd} says then. The text has no line feeds between the two.
   */
  String shown(String text, int start, int end) {
    int last = end > start && text.charAt(end - 1) == '\r' ? end - 1 : end;
    int control = nextControl(text, start, last);
    lineEnd = end;
    if (control == last) {
      return text.substring(start, last);
    }
    this.text = text;
    length = 0;
    column = 0;
    savedColumn = NONE;
    overwritten = false;
    int position = start;
    while (position < last) {
      control = nextControl(text, position, last);
      while (position < control) {
        position = write(position, control);
      }
      if (position < last) {
        if (isLineEnd(text.charAt(position))) {
          lineEnd = position;
          break;
        }
        position = control(position, last);
      }
    }
    String shown = shown(last);
    this.text = "";
    if (cells.length > KEPT_CELLS) {
      cells = new int[KEPT_CELLS];
    }
    return shown;
  }

  /** Where the line ends that was shown last: at its end, or before. */
  int lineEnd() {
    return lineEnd;
  }

  private String shown(int last) {
    // Bars erase with blanks what was longer before.
    while (overwritten && length > 0 && isBlank(length - 1)) {
      length--;
    }
    StringBuilder shown = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      int position = cells[i];
      if (position == BLANK) {
        shown.append(' ');
      } else if (position != TAKEN) {
        shown.append(text, position, end(position, last));
      }
    }
    return shown.toString();
  }

  private boolean isBlank(int cell) {
    int position = cells[cell];
    // A mark on a blank is no blank.
    return position == BLANK
        || (position >= 0
            && text.charAt(position) == ' '
            && end(position, text.length()) == position + 1);
  }

  private int end(int position, int last) {
    return TerminalCharacters.end(text, position, last);
  }

  private static int nextControl(String text, int from, int end) {
    int position = from;
    while (position < end && !isControl(text.charAt(position))) {
      position++;
    }
    return position;
  }

  private static boolean isControl(char character) {
    return character < ' ' ? (CONTROLS >> character & 1) == 1 : character == CONTROL_SEQUENCE;
  }

  private static boolean isLineEnd(char control) {
    return control == VERTICAL_TAB || control == '\f';
  }

  /** Obeys the control at a position and returns the position behind it. */
  private int control(int position, int end) {
    switch (text.charAt(position)) {
      case '\r' -> moveTo(0);
      case '\b' -> moveTo(column - 1);
      case CONTROL_SEQUENCE -> {
        return controlSequence(position + 1, end);
      }
      case ESCAPE -> {
        return escape(position + 1, end);
      }
      default -> {
        // Without effect on the characters of this line
      }
    }
    return position + 1;
  }

  private int escape(int position, int end) {
    if (position == end) {
      return end;
    }
    switch (text.charAt(position)) {
      case '[' -> {
        return controlSequence(position + 1, end);
      }
      case ']', 'P', 'X', '^', '_' -> {
        return string(position + 1, end);
      }
      case '7' -> savedColumn = column;
      case '8' -> restore();
      default -> {
        int last = position;
        while (last < end && isWithin(text.charAt(last), ' ', '/')) {
          last++;
        }
        return last < end && isWithin(text.charAt(last), '0', '~') ? last + 1 : last;
      }
    }
    return position + 1;
  }

  /** Skips a title, a link or the like. One without an end is text, so that nothing gets lost. */
  private int string(int position, int end) {
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

  private int controlSequence(int position, int end) {
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
    // Those that begin with one of <=>? are a terminal's own.
    boolean isPrivate = position < parameters && text.charAt(position) >= '<';
    if (last == parameters && !isPrivate) {
      obey(text.charAt(last), number(position, parameters));
    }
    return last + 1;
  }

  /** The number that is the only parameter; 0 if it is missing. */
  private int number(int position, int end) {
    int number = 0;
    for (int i = position; i < end && isWithin(text.charAt(i), '0', '9'); i++) {
      number = Math.min(MAX_MOVED_COLUMN, 10 * number + text.charAt(i) - '0');
    }
    return number;
  }

  private void obey(char function, int number) {
    int count = Math.max(1, number);
    switch (function) {
      case 'C', 'a' -> moveTo(Math.max(column, Math.min(MAX_MOVED_COLUMN, column + count)));
      case 'D' -> moveTo(column - count);
      case 'G', '`' -> moveTo(number - 1);
      case 's' -> savedColumn = column;
      case 'u' -> restore();
      case 'K' -> erase(number);
      case 'X' -> blank(column, column + count);
      case 'P' -> delete(count);
      case '@' -> insert(count);
      case 'J' -> {
        // From the cursor to the end of the screen; the others begin above this line.
        if (number == 0) {
          erase(0);
        }
      }
      default -> {
        // Without effect on the characters of this line
      }
    }
  }

  private void erase(int what) {
    overwritten = true;
    if (what == 0) {
      divide(column);
      length = Math.min(length, column);
    } else if (what == 1) {
      blank(Math.max(0, column - MAX_MOVED_COLUMN), column + 1);
    } else if (what == 2) {
      length = 0;
    }
  }

  private void blank(int from, int to) {
    overwritten = true;
    divide(from);
    divide(to);
    if (from < length) {
      Arrays.fill(cells, from, Math.min(length, to), BLANK);
    }
  }

  private void delete(int count) {
    int behind = Math.min(length, column + count);
    if (isWithinReach()) {
      overwritten = true;
      divide(column);
      divide(behind);
      System.arraycopy(cells, behind, cells, column, length - behind);
      length -= behind - column;
    }
  }

  private void insert(int count) {
    if (isWithinReach()) {
      overwritten = true;
      divide(column);
      ensureCapacity(length + count);
      System.arraycopy(cells, column, cells, column + count, length - column);
      Arrays.fill(cells, column, column + count, BLANK);
      length += count;
    }
  }

  /**
   * Whether the rest of the line may be moved. One that is longer than any terminal stays, because
   * moving it again and again takes more time than the text is long.
   */
  private boolean isWithinReach() {
    return column < length && length - column <= MAX_MOVED_COLUMN;
  }

  private void restore() {
    // What was saved elsewhere is a place on another line.
    if (savedColumn != NONE) {
      moveTo(savedColumn);
    }
  }

  private void moveTo(int newColumn) {
    column = Math.max(0, newColumn);
    overwritten = true;
  }

  /** Writes the character at a position and returns the position behind it. */
  private int write(int position, int end) {
    if (text.charAt(position) == '\t') {
      int stop = (column / TAB_WIDTH + 1) * TAB_WIDTH;
      // It overwrites nothing.
      column = Math.max(column, Math.min(length, stop));
      if (column < stop) {
        putCharacter(position, stop - column);
      }
      return position + 1;
    }
    int next = end(position, end);
    putCharacter(position, TerminalCharacters.width(text, position, next));
    return next;
  }

  private void putCharacter(int position, int width) {
    int behind = column + width;
    ensureCapacity(behind);
    if (column > length) {
      Arrays.fill(cells, length, column, BLANK);
    } else {
      divide(column);
      divide(behind);
    }
    cells[column] = position;
    Arrays.fill(cells, column + 1, behind, TAKEN);
    column = behind;
    length = Math.max(length, column);
  }

  /** Makes blanks of the cells of a character that is on both sides of a column's left edge. */
  private void divide(int edge) {
    if (edge >= length || cells[edge] != TAKEN) {
      return;
    }
    int first = edge;
    while (cells[first] == TAKEN) {
      first--;
    }
    int behind = edge;
    while (behind < length && cells[behind] == TAKEN) {
      behind++;
    }
    Arrays.fill(cells, first, behind, BLANK);
  }

  private void ensureCapacity(int columns) {
    if (columns > cells.length) {
      cells = Arrays.copyOf(cells, Math.max(columns, 2 * cells.length));
    }
  }

  private static boolean isWithin(char character, char first, char last) {
    return character >= first && character <= last;
  }
}
