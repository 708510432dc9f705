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
 * Masks every match of a pattern as {@code [redacted:NAME]}.
 *
 * <p>Every method returns the very same array if there is nothing to mask, and without patterns
 * does nothing more. A pattern may read a million characters, and a hundred for each character of
 * the text, and may recurse as deep as the stack allows. Beyond that, the whole value is masked
 * with the pattern's name and counted. Reusable, not thread-safe.
 */
public final class Redactor {
  /** The metric that counts values masked as a whole because a pattern took too long. */
  public static final String FAILURES = "redactionFailures";

  /** How far behind a text's cut a match may end and still be found, in bytes. */
  private static final int LOOKAHEAD = 64 << 10;

  private static final int MAX_UTF8_CHARACTER = 4;

  /**
   * Constructs that depend on the text around a match, such as anchors and lookarounds: they may
   * match a value alone and not within its document.
   */
  private static final Pattern CONTEXT_DEPENDENT =
      Pattern.compile("(?<!\\[)\\^|\\$|\\\\[ABGZz]|\\\\b\\{|\\(\\?<?[=!]|\\(\\?>|[+*?}]\\+");

  private final List<String> masks = new ArrayList<>();
  private final Matches matches;
  private final JsonMasking json;
  private final boolean contextDependent;
  private final Counter failures;

  /**
   * A redactor for one thread.
   *
   * @param failures the counter {@link #FAILURES}
   */
  public Redactor(Redaction redaction, Counter failures) {
    redaction.patterns().keySet().forEach(name -> masks.add("[redacted:" + name + "]"));
    List<Pattern> patterns = List.copyOf(redaction.patterns().values());
    this.matches = new Matches(patterns);
    this.json = new JsonMasking(matches);
    this.contextDependent =
        patterns.stream().anyMatch(pattern -> CONTEXT_DEPENDENT.matcher(pattern.pattern()).find());
    this.failures = failures;
  }

  /** A redactor that masks nothing. */
  public static Redactor ofNothing() {
    return new Redactor(Redaction.NONE, new SimpleCounter());
  }

  /** Whether there is any pattern. */
  public boolean isActive() {
    return !masks.isEmpty();
  }

  /**
   * The part of a text that decides its first bytes after masking. Masking precedes cutting,
   * because half a secret matches nothing; it should not cost more than the kept part is worth.
   *
   * @param utf8 valid UTF-8
   * @param maxBytes where the masked text will be cut
   */
  public byte[] beginning(byte[] utf8, int maxBytes) {
    if (!isActive() || utf8.length - LOOKAHEAD <= maxBytes) {
      return utf8;
    }
    return Arrays.copyOf(utf8, Utf8.cut(utf8, 0, utf8.length, maxBytes + LOOKAHEAD));
  }

  /**
   * The first bytes of any data, masked as a JSON document or else as a text, cut after {@code
   * maxBytes}.
   */
  public byte[] excerpt(byte[] bytes, int maxBytes) {
    byte[] seen = bytes;
    if (isActive() && bytes.length - LOOKAHEAD > maxBytes) {
      int end = maxBytes + LOOKAHEAD;
      int whole = Utf8.cut(bytes, 0, bytes.length, end);
      // In bytes that are not UTF-8, all may look like the middle of a character.
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
      return masked(e);
    }
  }

  /** A text, masked; bytes that are not UTF-8 are treated as Latin-1. */
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
   * A JSON document, masked within names, strings and numbers, so that it stays JSON; a masked
   * number becomes a string. Any other text is masked as a text. A document that is masked as a
   * whole becomes a JSON string.
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
      return ('"' + masked(e) + '"').getBytes(charset);
    }
  }

  /**
   * A JSON object, masked as by {@link #json}. If the result is not an object, it becomes the only
   * value of one.
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
    if (!found && !contextDependent && text.indexOf('\\') < 0) {
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
      if (contextDependent) {
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
   * @param done receives the places of the masks in the result
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

  private String masked(HopelessMatchException hopeless) {
    failures.inc();
    return masks.get(hopeless.pattern());
  }

  private static Charset charsetOf(byte[] bytes) {
    return Utf8.isValid(bytes, 0, bytes.length)
        ? StandardCharsets.UTF_8
        : StandardCharsets.ISO_8859_1;
  }
}
