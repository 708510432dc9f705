package dev.scriptanalytics.track;

import dev.scriptanalytics.event.LogLevel;
import java.util.regex.Matcher;

/**
 * The lines of a captured text, as a terminal shows them: a first one, and as many of the next ones
 * as somebody looks at.
 */
final class CapturedLines {
  /**
   * A line.
   *
   * @param number counted from 1
   * @param level null if the line is not in the library's format
   * @param levelWord the level as the text has it; empty if {@code level} is null
   * @param text the line; only its message if it is in the library's format
   */
  record Line(int number, LogLevel level, String levelWord, String text) {}

  private final Matcher libraryLine;
  private final TerminalLine terminal;
  private final String text;
  private int position;
  // The next one from the position on, or the text's end. Lines may end before it.
  private int lineFeed = -1;
  private int read;
  // A ring: the first line is at index first.
  private Line[] window = new Line[64];
  private int first;
  private int size;

  /**
   * Creates the lines of a text.
   *
   * @param libraryLine matches a line of the library: two groups, level and message
   */
  CapturedLines(String text, Matcher libraryLine, TerminalLine terminal) {
    this.text = text;
    this.libraryLine = libraryLine;
    this.terminal = terminal;
  }

  /** The first line; null behind the end of the text. */
  Line first() {
    return line(0);
  }

  /** Makes the line behind some lines the first one. */
  void skip(int lines) {
    for (int i = 0; i < lines && line(0) != null; i++) {
      window[first] = null;
      first = index(1);
      size--;
    }
  }

  /**
   * The text of a line that may belong to the same entry as the first one.
   *
   * @param ahead how many lines behind the first one
   * @return null behind the end of the text, and for a line in the library's format unless it is
   *     the first one
   */
  String text(int ahead) {
    Line line = line(ahead);
    return line == null || (ahead > 0 && line.level != null) ? null : line.text;
  }

  /** The first line from {@code ahead} on that is not blank, among a few; else the last of them. */
  int behindBlanks(int ahead, int atMost) {
    int found = ahead;
    for (int i = 0; i < atMost; i++) {
      String line = text(found);
      if (line == null || !line.isBlank()) {
        return found;
      }
      found++;
    }
    return found;
  }

  private Line line(int ahead) {
    while (size <= ahead) {
      if (position == text.length()) {
        return null;
      }
      if (size == window.length) {
        grow();
      }
      window[index(size)] = next();
      size++;
    }
    return window[index(ahead)];
  }

  private int index(int ahead) {
    return (first + ahead) % window.length;
  }

  private void grow() {
    Line[] grown = new Line[2 * window.length];
    for (int i = 0; i < size; i++) {
      grown[i] = window[index(i)];
    }
    window = grown;
    first = 0;
  }

  private Line next() {
    if (position > lineFeed) {
      int next = text.indexOf('\n', position);
      lineFeed = next < 0 ? text.length() : next;
    }
    String shown = terminal.shown(text, position, lineFeed);
    position = Math.min(text.length(), terminal.lineEnd() + 1);
    read++;
    // In a pattern with alternatives, either group may be missing from the match.
    if (libraryLine.reset(shown).matches()
        && libraryLine.group(1) != null
        && libraryLine.group(2) != null) {
      LogLevel level = LogLevel.ofPrintedWord(libraryLine.group(1));
      // Without a known level the line only looks like one of the library, and stays whole.
      if (level != null) {
        return new Line(read, level, libraryLine.group(1), libraryLine.group(2));
      }
    }
    return new Line(read, null, "", shown);
  }
}
