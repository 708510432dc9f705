package dev.scriptanalytics.redact;

import java.util.ArrayList;
import java.util.List;

/**
 * A text with the escapes of JSON decoded, so that none hides a match, and the origin of each of
 * its characters. In a text that is not JSON, everything that looks like an escape counts as one.
 */
final class Unescaped {
  private final StringBuilder text;
  private final int[] origins;

  Unescaped(String escaped, int from, int to) {
    text = new StringBuilder(to - from);
    origins = new int[to - from + 1];
    int at = from;
    while (at < to) {
      int length = lengthOfEscape(escaped, at, to);
      origins[text.length()] = at;
      text.append(length == 1 ? escaped.charAt(at) : decoded(escaped, at));
      at += length;
    }
    origins[text.length()] = to;
  }

  String text() {
    return text.toString();
  }

  /** The spans of the original text that these spans of the decoded text come from. */
  List<Span> origins(List<Span> spans) {
    List<Span> mapped = new ArrayList<>(spans.size());
    for (Span span : spans) {
      mapped.add(
          new Span(origins[span.start()], origins[span.end()], span.pattern(), span.quoted()));
    }
    return mapped;
  }

  /** The length of the escape at that place; 1 for a character that stands for itself. */
  private static int lengthOfEscape(String text, int at, int to) {
    if (text.charAt(at) != '\\' || at + 1 >= to) {
      return 1;
    }
    char kind = text.charAt(at + 1);
    if (kind == 'u') {
      for (int i = 2; i < 6; i++) {
        if (at + i >= to || !isHex(text.charAt(at + i))) {
          return 1;
        }
      }
      return 6;
    }
    return "\"\\/bfnrt".indexOf(kind) >= 0 ? 2 : 1;
  }

  private static char decoded(String text, int at) {
    char kind = text.charAt(at + 1);
    return switch (kind) {
      case 'u' -> (char) Integer.parseInt(text, at + 2, at + 6, 16);
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> kind;
    };
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }
}
