package dev.scriptanalytics.event;

/**
 * A decoded run event or log entry on its way to the tracker of its run.
 *
 * <p>It contains the row that ClickHouse will get, because copying finished bytes over the network
 * costs a fraction of serializing twenty fields. The package {@code row} has the row's layout. The
 * run's identity travels as a hash of 128 bits, which is so large that no two of a billion runs
 * share one by chance, and so no string has to be compared.
 */
public final class ScriptEvent {
  /** What an event says about a run. */
  public enum Kind {
    /** It started or ended; the row belongs to {@code runs}. */
    RUN,
    /**
     * It is queued: the row is that of a start, and its {@code executed_on} is no start of the
     * execution. Later events may tell another start without contradicting it.
     */
    QUEUED_RUN,
    /**
     * It ended, and the event does not tell when it started: {@code executed_on} of the row is its
     * end. The row is not written as it is; its start supplies what is missing.
     */
    UNTIMED_END,
    /** It logged something; the row belongs to {@code logs}. */
    LOG
  }

  public final Kind kind;

  /** The first half of the keyed hash of account and run; without a run, of the entry's id. */
  public final long hashHigh;

  /** The second half. */
  public final long hashLow;

  /** When the record arrived in Kafka, in milliseconds since 1970. */
  public final long arrival;

  /**
   * The record that contained the event; null for a log entry, which cannot become a dead letter.
   */
  public final Origin origin;

  /** The row with everything that this event says, in RowBinary. */
  public final byte[] row;

  /** The run's standard output, in UTF-8; null if the event has none. */
  public final byte[] stdout;

  /** The run's standard error, in UTF-8; null if the event has none. */
  public final byte[] stderr;

  private ScriptEvent(
      Kind kind,
      long hashHigh,
      long hashLow,
      long arrival,
      Origin origin,
      byte[] row,
      byte[] stdout,
      byte[] stderr) {
    this.kind = kind;
    this.hashHigh = hashHigh;
    this.hashLow = hashLow;
    this.arrival = arrival;
    this.origin = origin;
    this.row = row;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /**
   * An event of a run.
   *
   * @param kind any but {@link Kind#LOG}
   */
  public static ScriptEvent ofRun(
      Kind kind,
      long hashHigh,
      long hashLow,
      long arrival,
      Origin origin,
      byte[] row,
      byte[] stdout,
      byte[] stderr) {
    return new ScriptEvent(kind, hashHigh, hashLow, arrival, origin, row, stdout, stderr);
  }

  /** A log entry. */
  public static ScriptEvent ofLog(long hashHigh, long hashLow, long arrival, byte[] row) {
    return new ScriptEvent(Kind.LOG, hashHigh, hashLow, arrival, null, row, null, null);
  }
}
