package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.error.ApiException;

/** Which of the wanted entries to answer with. */
record Page(int limit, int offset) {
  /** The most entries that an answer has, and the deepest that {@code offset} reaches. */
  static final int MOST = 10_000;

  Page {
    if ((long) limit + offset > MOST) {
      throw tooMany((long) limit + offset);
    }
  }

  static ApiException tooMany(long requested) {
    return new ApiException(413, "TOO_MANY_LOGS", "Requested log range contains too many entries")
        .with("requestedCount", requested)
        .with("maxAllowed", MOST)
        .with(
            "suggestion",
            "Use smaller time ranges or increase pagination: continue after a page with its cursor,"
                + " or use the export");
  }
}
