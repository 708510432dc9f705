package dev.scriptanalytics.bench.faults;

/** How a producer sends what it has to tell. */
enum SendingPattern {
  /** Each record once, as things happen. */
  IN_ORDER,
  /** Each record three times in a row. */
  THREE_TIMES,
  /** Each record at a random time within the ten minutes that it belongs to. */
  SHUFFLED,
  /** Nothing to the last partition of each topic. */
  WITHOUT_LAST_PARTITION
}
