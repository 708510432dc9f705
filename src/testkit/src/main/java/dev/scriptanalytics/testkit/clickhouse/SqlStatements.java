package dev.scriptanalytics.testkit.clickhouse;

import java.util.ArrayList;
import java.util.List;

/** The statements of an SQL file, which ClickHouse's HTTP interface takes one at a time. */
public final class SqlStatements {
  private SqlStatements() {}

  /**
   * The statements of {@code text} in order, without the semicolons that end them. A semicolon in
   * quotes or in a comment ends no statement. A piece that has only comments is left out.
   */
  public static List<String> of(String text) {
    List<String> statements = new ArrayList<>();
    int start = 0;
    boolean anything = false;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (text.startsWith("--", i)) {
        i = endOf(text, "\n", i);
      } else if (text.startsWith("/*", i)) {
        i = endOf(text, "*/", i + 2);
      } else if (c == '\'' || c == '"' || c == '`') {
        i = endOfQuoted(text, i);
        anything = true;
      } else {
        if (c == ';' && anything) {
          statements.add(text.substring(start, i).strip());
        }
        if (c == ';') {
          start = i + 1;
          anything = false;
        } else if (!Character.isWhitespace(c)) {
          anything = true;
        }
        i++;
      }
    }
    if (anything) {
      statements.add(text.substring(start).strip());
    }
    return statements;
  }

  /** Behind the next {@code end} at or after {@code from}. */
  private static int endOf(String text, String end, int from) {
    int at = text.indexOf(end, from);
    return at < 0 ? text.length() : at + end.length();
  }

  /** Behind the quote that closes the one at {@code open}; a doubled quote opens another text. */
  private static int endOfQuoted(String text, int open) {
    char quote = text.charAt(open);
    int i = open + 1;
    while (i < text.length() && text.charAt(i) != quote) {
      i += text.charAt(i) == '\\' ? 2 : 1;
    }
    return Math.min(i + 1, text.length());
  }
}
