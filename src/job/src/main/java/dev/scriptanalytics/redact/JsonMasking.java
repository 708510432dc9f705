package dev.scriptanalytics.redact;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.scriptanalytics.redact.JsonTokens.Token;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the parts of a JSON document that are to be masked, so that masking leaves it well-formed.
 *
 * <p>First, each name, string and number is searched by itself, with its escapes decoded. Then the
 * text is searched as a whole, for patterns that need a name together with its value: every name
 * and value that such a match touches is masked, and the syntax between them stays. The order
 * matters, because many patterns for a value also match a whole document without spaces.
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

  /** Whether the text is one JSON value and nothing else, with at most 10,000 levels. */
  static boolean isJson(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      // The parser looks for the end of a string only when the next token is requested.
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /** The parts within names, strings and numbers, each searched by itself. */
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
   * The parts in the text as a whole.
   *
   * @param masks the masks that it contains already
   */
  List<Span> acrossValues(String json, List<Span> masks) throws HopelessMatchException {
    // In the decoded text, a quote within a string may end a match too early. The match still
    // touches the string, which is then masked as a whole.
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

  /** The parts in a text that is not JSON, searched as sent and with its escapes decoded. */
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

  /** The spans outside of masks; a span that overlaps a mask in part is extended to all of it. */
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
