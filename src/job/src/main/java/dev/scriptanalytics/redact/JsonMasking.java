package dev.scriptanalytics.redact;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.scriptanalytics.redact.JsonTokens.Token;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a JSON document is to be masked, so that it is one afterwards.
 *
 * <p>Names, strings and numbers are looked at each by itself first, with their escapes decoded.
 * Then the text as a whole, for patterns that want to see a name with its value: of what such a
 * pattern matches, every name and value is masked, and what holds them together stays. This order
 * matters, since many patterns for a value would also match from the first to the last character of
 * a document without spaces.
 */
final class JsonMasking {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(10_000)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final Matches matches;

  JsonMasking(Matches matches) {
    this.matches = matches;
  }

  /** Whether it is one JSON value and nothing else, of at most 10,000 levels. */
  static boolean isJson(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      // Strings are passed without a look at their end until the next token is asked for.
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /** Inside of names, strings and numbers, each by itself. */
  List<Span> inValues(String json) throws HopelessMatchException {
    matches.budgetFor(json.length());
    List<Span> spans = new ArrayList<>();
    JsonTokens tokens = new JsonTokens(json);
    for (Token token = tokens.next(); token != null; token = tokens.next()) {
      if (token.escaped()) {
        Unescaped value = new Unescaped(json, token.start(), token.end());
        spans.addAll(value.origins(matches.in(value.text(), 0, value.text().length())));
      } else {
        List<Span> found = matches.in(json, token.start(), token.end());
        if (token.string()) {
          spans.addAll(found);
        } else if (!found.isEmpty()) {
          spans.add(whole(token, found.get(0).pattern()));
        }
      }
    }
    return spans;
  }

  /**
   * In the text as a whole.
   *
   * @param masks where it has been masked already
   */
  List<Span> acrossValues(String json, List<Span> masks) throws HopelessMatchException {
    // Decoded as a whole, a quote within a string may end a match too early; but whatever it
    // touches
    // is masked as a whole.
    List<Span> found = decoded(json);
    if (found.isEmpty()) {
      return found;
    }
    List<Token> tokens = JsonTokens.of(json);
    List<Span> spans = new ArrayList<>();
    int first = 0;
    for (Span span : found) {
      while (first < tokens.size() && tokens.get(first).end() <= span.start()) {
        first++;
      }
      int last = first;
      while (last < tokens.size() && tokens.get(last).start() < span.end()) {
        last++;
      }
      boolean inside =
          last - first == 1
              && tokens.get(first).string()
              && tokens.get(first).start() <= span.start()
              && tokens.get(first).end() >= span.end();
      if (inside) {
        spans.add(span);
      } else {
        for (Token token : tokens.subList(first, last)) {
          if (token.start() < token.end()) {
            spans.add(whole(token, span.pattern()));
          }
        }
      }
    }
    return aside(spans, masks);
  }

  /** In a text that is no JSON: as it is written, and with what looks like an escape decoded. */
  List<Span> inText(String text) throws HopelessMatchException {
    List<Span> both = new ArrayList<>(decoded(text));
    matches.budgetFor(text.length());
    both.addAll(matches.in(text, 0, text.length()));
    return Span.merged(both);
  }

  private List<Span> decoded(String text) throws HopelessMatchException {
    matches.budgetFor(text.length());
    if (text.indexOf('\\') < 0) {
      return matches.in(text, 0, text.length());
    }
    Unescaped decoded = new Unescaped(text, 0, text.length());
    return decoded.origins(matches.in(decoded.text(), 0, decoded.text().length()));
  }

  /** Without what lies inside of a mask; what only touches one takes the whole of it along. */
  private static List<Span> aside(List<Span> spans, List<Span> masks) {
    List<Span> aside = new ArrayList<>();
    int first = 0;
    for (Span span : Span.merged(spans)) {
      while (first < masks.size() && masks.get(first).end() <= span.start()) {
        first++;
      }
      int start = span.start();
      int end = span.end();
      boolean masked = false;
      for (int i = first; i < masks.size() && masks.get(i).start() < end; i++) {
        masked |= masks.get(i).start() <= start && masks.get(i).end() >= end;
        start = Math.min(start, masks.get(i).start());
        end = Math.max(end, masks.get(i).end());
      }
      if (!masked) {
        aside.add(new Span(start, end, span.pattern(), span.quoted()));
      }
    }
    return Span.merged(aside);
  }

  private static Span whole(Token token, int pattern) {
    return new Span(token.start(), token.end(), pattern, !token.string());
  }
}
