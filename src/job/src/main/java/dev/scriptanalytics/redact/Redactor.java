package dev.scriptanalytics.redact;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.scriptanalytics.json.Utf8;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;

/**
 * Masks what matches one of the patterns as {@code [redacted:NAME]}.
 *
 * <p>Every method gives back the very array it was given where there is nothing to mask, and
 * without patterns does nothing else. Where it cannot be found out whether a pattern matches (it
 * may read a million characters, and a hundred for each character of the text; and recurse as deep
 * as the stack goes), the whole value is masked by its name, and counted. Reusable, by one thread.
 */
public final class Redactor {
  /** The metric that counts values masked as a whole, because a pattern took too long for them. */
  public static final String FAILURES = "redactionFailures";

  /**
   * How far behind the place where a text will be cut a match may end and still be seen, in bytes.
   */
  private static final int LOOKAHEAD = 64 << 10;

  private static final int MAX_UTF8_CHARACTER = 4;

  /** What makes a pattern match a value, and not the same value within a document. */
  private static final Pattern SEES_AROUND =
      Pattern.compile("(?<!\\[)\\^|\\$|\\\\[ABGZz]|\\\\b\\{|\\(\\?<?[=!]|\\(\\?>|[+*?}]\\+");

  private final List<String> masks = new ArrayList<>();
  private final Matches matches;
  private final JsonMasking json;
  private final boolean seesAround;
  private final Counter failures;

  /**
   * A redactor for one thread.
   *
   * @param failures see {@link #FAILURES}
   */
  public Redactor(Redaction redaction, Counter failures) {
    redaction.patterns().keySet().forEach(name -> masks.add("[redacted:" + name + "]"));
    List<Pattern> patterns = List.copyOf(redaction.patterns().values());
    this.matches = new Matches(patterns);
    this.json = new JsonMasking(matches);
    this.seesAround =
        patterns.stream().anyMatch(pattern -> SEES_AROUND.matcher(pattern.pattern()).find());
    this.failures = failures;
  }

  /** One that masks nothing. */
  public static Redactor ofNothing() {
    return new Redactor(Redaction.NONE, new SimpleCounter());
  }

  /** Whether there is any pattern. */
  public boolean isActive() {
    return !masks.isEmpty();
  }

  /**
   * The part of a text that decides what its first bytes look like once it is masked: masking comes
   * before cutting, because half a secret matches nothing, and must not cost more than what is
   * kept.
   *
   * @param utf8 valid UTF-8
   * @param maxBytes how much of the masked text will be kept
   */
  public byte[] beginning(byte[] utf8, int maxBytes) {
    if (!isActive() || utf8.length - LOOKAHEAD <= maxBytes) {
      return utf8;
    }
    return Arrays.copyOf(utf8, Utf8.cut(utf8, 0, utf8.length, maxBytes + LOOKAHEAD));
  }

  /**
   * The first bytes of whatever it may be, masked as a JSON document or else as a text, in an array
   * of at most that length.
   */
  public byte[] excerpt(byte[] bytes, int maxBytes) {
    byte[] seen = bytes;
    if (isActive() && bytes.length - LOOKAHEAD > maxBytes) {
      int end = maxBytes + LOOKAHEAD;
      int whole = Utf8.cut(bytes, 0, bytes.length, end);
      // Of bytes that are not UTF-8, all may look like the middle of a character.
      seen = Arrays.copyOf(bytes, end - whole < MAX_UTF8_CHARACTER ? whole : end);
    }
    byte[] masked = json(seen);
    return masked.length <= maxBytes ? masked : Arrays.copyOf(masked, maxBytes);
  }

  /** A text, masked. */
  public String text(String text) {
    if (!isActive()) {
      return text;
    }
    try {
      matches.budgetFor(text.length());
      List<Span> spans = matches.in(text, 0, text.length());
      return spans.isEmpty() ? text : masked(text, spans, new ArrayList<>());
    } catch (HopelessMatchException e) {
      return given(e);
    }
  }

  /** A text, masked; bytes that are not UTF-8 are taken for Latin-1. */
  public byte[] text(byte[] bytes) {
    if (!isActive() || bytes.length == 0) {
      return bytes;
    }
    Charset charset = charsetOf(bytes);
    String text = new String(bytes, charset);
    String masked = text(text);
    return masked.equals(text) ? bytes : masked.getBytes(charset);
  }

  /**
   * A JSON document, masked so that it still is one: in names, strings and numbers, of which a
   * number becomes a string. A text that is no JSON is masked as a text. What no pattern can be
   * matched with becomes a JSON string.
   */
  public byte[] json(byte[] bytes) {
    if (!isActive() || bytes.length == 0) {
      return bytes;
    }
    Charset charset = charsetOf(bytes);
    String text = new String(bytes, charset);
    try {
      String masked = maskedJson(text);
      return masked.equals(text) ? bytes : masked.getBytes(charset);
    } catch (HopelessMatchException e) {
      return ('"' + given(e) + '"').getBytes(charset);
    }
  }

  /**
   * A JSON object, as {@link #json} does; but where the outcome would be something else, an object
   * with that as its only value.
   *
   * @param bytes UTF-8
   */
  public byte[] object(byte[] bytes) {
    byte[] masked = json(bytes);
    if (masked == bytes || (masked[0] == '{' && isJson(masked))) {
      return masked;
    }
    String value = new String(masked, StandardCharsets.UTF_8);
    if (!isJson(masked)) {
      value = '"' + new String(JsonStringEncoder.getInstance().quoteAsString(value)) + '"';
    }
    return ("{\"redacted\":" + value + "}").getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isJson(byte[] utf8) {
    return JsonMasking.isJson(new String(utf8, StandardCharsets.UTF_8));
  }

  private String maskedJson(String text) throws HopelessMatchException {
    matches.budgetFor(text.length());
    boolean found = matches.any(text);
    if (!found && !seesAround && text.indexOf('\\') < 0) {
      return text;
    }
    List<Span> inside = json.inValues(text);
    List<Span> done = new ArrayList<>();
    String masked = masked(text, inside, done);
    List<Span> across = json.acrossValues(masked, done);
    if (!found && inside.isEmpty() && across.isEmpty()) {
      return text;
    }
    if (!JsonMasking.isJson(text)) {
      List<Span> loose = new ArrayList<>(json.inText(text));
      if (seesAround) {
        inside.forEach(
            span -> loose.add(new Span(span.start(), span.end(), span.pattern(), false)));
      }
      return masked(text, Span.merged(loose), done);
    }
    return masked(masked, across, done);
  }

  /**
   * The text with masks.
   *
   * @param done takes the places of the masks in it
   */
  private String masked(String text, List<Span> spans, List<Span> done) {
    if (spans.isEmpty()) {
      return text;
    }
    StringBuilder masked = new StringBuilder(text.length() + 32);
    int at = 0;
    for (Span span : spans) {
      masked.append(text, at, span.start());
      String quote = span.quoted() ? "\"" : "";
      int start = masked.append(quote).length();
      int end = masked.append(masks.get(span.pattern())).length();
      masked.append(quote);
      done.add(new Span(start, end, span.pattern(), false));
      at = span.end();
    }
    return masked.append(text, at, text.length()).toString();
  }

  private String given(HopelessMatchException hopeless) {
    failures.inc();
    return masks.get(hopeless.pattern());
  }

  private static Charset charsetOf(byte[] bytes) {
    return Utf8.isValid(bytes, 0, bytes.length)
        ? StandardCharsets.UTF_8
        : StandardCharsets.ISO_8859_1;
  }
}
