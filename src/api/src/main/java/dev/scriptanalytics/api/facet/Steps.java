package dev.scriptanalytics.api.facet;

import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.http.TimeRange;
import java.time.Duration;

/** How long the buckets of a range are, in seconds. */
public final class Steps {
  private static final int MOST_BUCKETS = 10_000;
  private static final int USUAL_BUCKETS = 120;
  private static final int LONGEST = 366 * 86_400;

  private Steps() {}

  /** Reads the field {@code step}: a 120th of the range by default, and at least a 10,000th. */
  public static int read(Fields fields, TimeRange range) {
    long seconds = Duration.between(range.start(), range.end()).toSeconds() + 1;
    int least = bounded(seconds / MOST_BUCKETS);
    int usual = bounded((seconds + USUAL_BUCKETS - 1) / USUAL_BUCKETS);
    return fields.integer("step", usual, least, LONGEST);
  }

  private static int bounded(long seconds) {
    return (int) Math.min(LONGEST, Math.max(1, seconds));
  }
}
