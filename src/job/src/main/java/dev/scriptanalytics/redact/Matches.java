package dev.scriptanalytics.redact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the matches of all patterns.
 *
 * <p>Every pattern searches the same text without any masks: otherwise the first mask could destroy
 * what the second pattern needs, and leave half a secret.
 */
final class Matches {
  /** How many characters a pattern may read in any text. */
  private static final long BASE_READS = 1_000_000;

  /** How many more for each character of the text; a good pattern needs one to ten. */
  private static final long READS_PER_CHARACTER = 100;

  private static final BudgetedText NOTHING = new BudgetedText("");

  private final Matcher[] matchers;
  private final long[] left;

  Matches(List<Pattern> patterns) {
    matchers = patterns.stream().map(pattern -> pattern.matcher(NOTHING)).toArray(Matcher[]::new);
    left = new long[matchers.length];
  }

  /** Gives each pattern its budget for all searches of a text of that length. */
  void budgetFor(int length) {
    Arrays.fill(left, BASE_READS + READS_PER_CHARACTER * length);
  }

  /** Whether any pattern matches anywhere. */
  boolean any(String text) throws HopelessMatchException {
    BudgetedText read = new BudgetedText(text);
    for (int i = 0; i < matchers.length; i++) {
      if (next(i, read, 0, text.length(), true)) {
        return true;
      }
    }
    return false;
  }

  /** The matches between two places, in order, as if nothing were around. */
  List<Span> in(String text, int from, int to) throws HopelessMatchException {
    BudgetedText read = new BudgetedText(text);
    List<Span> spans = List.of();
    for (int i = 0; i < matchers.length; i++) {
      boolean first = true;
      while (next(i, read, from, to, first)) {
        first = false;
        if (spans.isEmpty()) {
          spans = new ArrayList<>();
        }
        spans.add(new Span(matchers[i].start(), matchers[i].end(), i, false));
      }
    }
    return Span.merged(spans);
  }

  /** Goes to a pattern's first or next non-empty match; false if there is none. */
  private boolean next(int pattern, BudgetedText text, int from, int to, boolean first)
      throws HopelessMatchException {
    Matcher matcher = matchers[pattern];
    if (first) {
      matcher.reset(text).region(from, to);
    }
    text.allow(left[pattern]);
    boolean found = false;
    try {
      do {
        found = matcher.find();
      } while (found && matcher.start() == matcher.end());
    } catch (BudgetedText.ExhaustedException | StackOverflowError e) {
      // java.util.regex recurses for each repetition of a group.
      throw new HopelessMatchException(pattern);
    } finally {
      left[pattern] = text.left();
      if (!found) {
        matcher.reset(NOTHING); // Frees the text.
      }
    }
    return found;
  }
}
