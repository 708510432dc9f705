package dev.scriptanalytics.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * Texts as one line, whoever reads it: a message must neither look like a further entry, nor steer
 * a terminal, nor read otherwise than it is. Readers differ in where they end a line. Python's
 * {@code splitlines} does so at U+0085, U+2028, U+2029 and six control characters. The characters
 * of Unicode's property Bidi_Control change the order in which an editor shows others
 * (CVE-2021-42574).
 */
public final class OneLine {
  private static final JsonFactory JSON =
      new JsonFactoryBuilder().characterEscapes(new JsonEscapes()).build();

  private static final char NEXT_LINE = '\u0085';
  private static final char LINE_SEPARATOR = '\u2028';
  private static final char PARAGRAPH_SEPARATOR = '\u2029';
  private static final char ARABIC_LETTER_MARK = '\u061c';
  private static final char LEFT_TO_RIGHT_MARK = '\u200e';
  private static final char RIGHT_TO_LEFT_MARK = '\u200f';
  private static final char FIRST_EMBEDDING = '\u202a';
  private static final char LAST_OVERRIDE = '\u202e';
  private static final char FIRST_ISOLATE = '\u2066';
  private static final char LAST_ISOLATE = '\u2069';

  private OneLine() {}

  /**
   * A text with escapes such as {@code \n} and {@code \x1b} in place of line breaks, of control
   * characters other than tabs, and of characters that change the direction of text.
   */
  public static String of(String text) {
    int first = 0;
    while (first < text.length() && !isEscaped(text.charAt(first))) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    StringBuilder line = new StringBuilder(text.length() + 16).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isEscaped(c)) {
        line.append(c);
      } else if (c == '\n') {
        line.append("\\n");
      } else if (c == '\r') {
        boolean isPair = i + 1 < text.length() && text.charAt(i + 1) == '\n';
        line.append(isPair ? "" : "\\r");
      } else {
        line.append((c < 0x100 ? "\\x%02x" : "\\u%04x").formatted((int) c));
      }
    }
    return line.toString();
  }

  /** JSON as one line, also for readers that split at Unicode's line breaks. */
  public static String json(Answers.Json content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static boolean isEscaped(int c) {
    return (Character.isISOControl(c) && c != '\t')
        || c == LINE_SEPARATOR
        || c == PARAGRAPH_SEPARATOR
        || changesDirection(c);
  }

  private static boolean changesDirection(int c) {
    return c >= ARABIC_LETTER_MARK
        && (c == ARABIC_LETTER_MARK
            || c == LEFT_TO_RIGHT_MARK
            || c == RIGHT_TO_LEFT_MARK
            || (c >= FIRST_EMBEDDING && c <= LAST_OVERRIDE)
            || (c >= FIRST_ISOLATE && c <= LAST_ISOLATE));
  }

  /** The line breaks and changes of direction that JSON need not escape. */
  private static final class JsonEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    @Override
    public int[] getEscapeCodesForAscii() {
      return standardAsciiEscapesForJSON();
    }

    @Override
    public SerializableString getEscapeSequence(int c) {
      return c == NEXT_LINE
              || c == LINE_SEPARATOR
              || c == PARAGRAPH_SEPARATOR
              || changesDirection(c)
          ? new SerializedString("\\u%04x".formatted(c))
          : null;
    }
  }
}
