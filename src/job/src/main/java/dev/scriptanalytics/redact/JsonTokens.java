package dev.scriptanalytics.redact;

import java.util.ArrayList;
import java.util.List;

/**
 * Walks over the names and values in a JSON text. Nothing is validated: any other text has some
 * tokens, too.
 */
final class JsonTokens {
  /**
   * A name, string, number or literal.
   *
   * @param start a string's behind its quote
   * @param end exclusive, a string's before its quote
   * @param escaped whether a string contains a backslash
   */
  record Token(int start, int end, boolean string, boolean escaped) {}

  private final String text;
  private int at;

  JsonTokens(String text) {
    this.text = text;
  }

  /** All tokens. */
  static List<Token> of(String text) {
    List<Token> tokens = new ArrayList<>();
    JsonTokens walk = new JsonTokens(text);
    for (Token token = walk.next(); token != null; token = walk.next()) {
      tokens.add(token);
    }
    return tokens;
  }

  /** The next token; null if there is none. */
  Token next() {
    while (at < text.length() && isBetween(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return null;
    }
    return text.charAt(at) == '"' ? string() : scalar();
  }

  private Token string() {
    int start = ++at;
    boolean escaped = false;
    while (at < text.length() && text.charAt(at) != '"') {
      boolean backslash = text.charAt(at) == '\\';
      escaped |= backslash;
      at += backslash ? 2 : 1;
    }
    int end = Math.min(at, text.length());
    at = Math.min(end + 1, text.length());
    return new Token(start, end, true, escaped);
  }

  private Token scalar() {
    int start = at;
    while (at < text.length() && text.charAt(at) != '"' && !isBetween(text.charAt(at))) {
      at++;
    }
    return new Token(start, at, false, false);
  }

  private static boolean isBetween(char character) {
    return switch (character) {
      case ' ', '\t', '\n', '\r', '{', '}', '[', ']', ',', ':' -> true;
      default -> false;
    };
  }
}
