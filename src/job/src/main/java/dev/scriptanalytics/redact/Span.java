package dev.scriptanalytics.redact;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A part of a text that is to be masked.
 *
 * @param end exclusive
 * @param pattern the number of the pattern that matched
 * @param quoted whether the mask needs quotes, because it replaces something other than a string
 */
record Span(int start, int end, int pattern, boolean quoted) {
  /** The spans in order; overlapping spans become one with the pattern of the first. */
  static List<Span> merged(List<Span> spans) {
    if (spans.size() < 2) {
      return spans;
    }
    List<Span> sorted = new ArrayList<>(spans);
    sorted.sort(Comparator.comparingInt(Span::start));
    List<Span> merged = new ArrayList<>();
    Span last = sorted.get(0);
    for (Span next : sorted.subList(1, sorted.size())) {
      if (next.start >= last.end) {
        merged.add(last);
        last = next;
      } else {
        last =
            new Span(
                last.start, Math.max(last.end, next.end), last.pattern, last.quoted || next.quoted);
      }
    }
    merged.add(last);
    return merged;
  }
}
