package dev.scriptanalytics.json;

/** Walks over the items of a JSON array, which must be well-formed. Not thread-safe. */
public final class JsonArrayItems {
  private final byte[] json;
  private final int to;
  private int position;
  private int start;
  private int end;
  private boolean string;
  private boolean escaped;

  /** For the array from its opening bracket up to the byte behind the closing one. */
  public JsonArrayItems(byte[] json, int from, int to) {
    this.json = json;
    this.position = from + 1;
    this.to = to - 1;
  }

  /** Goes to the next item; false if there is none. */
  public boolean next() {
    while (position < to && (isSpace(json[position]) || json[position] == ',')) {
      position++;
    }
    if (position >= to) {
      return false;
    }
    string = json[position] == '"';
    escaped = false;
    start = string ? position + 1 : position;
    int depth = 0;
    boolean inString = false;
    while (position < to) {
      byte next = json[position];
      if (inString) {
        if (next == '\\') {
          escaped = true;
          position++;
        } else if (next == '"') {
          inString = false;
        }
      } else if (next == '"') {
        inString = true;
      } else if (next == '[' || next == '{') {
        depth++;
      } else if (next == ']' || next == '}') {
        depth--;
      } else if (depth == 0 && (next == ',' || isSpace(next))) {
        break;
      }
      position++;
    }
    end = string ? position - 1 : position;
    return true;
  }

  /** Where the item begins: a string behind its quote. */
  public int start() {
    return start;
  }

  /** Where the item ends, exclusive: a string before its quote. */
  public int end() {
    return end;
  }

  public boolean isString() {
    return string;
  }

  public boolean isEscaped() {
    return escaped;
  }

  private static boolean isSpace(byte character) {
    return character == ' ' || character == '\n' || character == '\t' || character == '\r';
  }
}
