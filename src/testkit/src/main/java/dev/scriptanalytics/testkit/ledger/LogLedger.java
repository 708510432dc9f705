package dev.scriptanalytics.testkit.ledger;

/**
 * The truth about one script's log entries.
 *
 * @param from the first entry, in milliseconds since 1970
 * @param to one millisecond after the last one; {@code from} where there is none
 */
public record LogLedger(long from, long to, LogCounts counts) {
  /** Nothing was logged. */
  static final LogLedger NONE = new LogLedger(0, 0, LogCounts.NONE);

  /** The same with one more entry. */
  LogLedger with(LogOutcome log) {
    long millis = Math.floorDiv(log.micros(), 1000L);
    boolean first = counts.total() == 0;
    return new LogLedger(
        first ? millis : Math.min(from, millis),
        first ? millis + 1 : Math.max(to, millis + 1),
        counts.with(log));
  }
}
