package dev.scriptanalytics.event;

/**
 * A decoded run event or log entry on its way to the tracker of its run.
 *
 * <p>It already is the row that ClickHouse will get ({@link dev.scriptanalytics.row.RunRow}, {@link
 * dev.scriptanalytics.row.LogRow}), because copying finished bytes over the network costs a
 * fraction of serializing twenty fields. The run's identity travels as a hash of 128 bits: so large
 * that among a thousand million runs no two share one by chance, and no string has to be compared.
 */
public final class ScriptEvent {
  /** What it tells of a run. */
  public enum Kind {
    /** That it started or ended: a row of {@code runs}. */
    RUN,
    /** What it logged: a row of {@code logs}. */
    LOG,
    /** As {@link #RUN}, of a run of which log entries have come: only known to its tracker. */
    LOGGED_RUN
  }

  public final Kind kind;

  /** The first half of the keyed hash of account and run; of a log entry without a run, its id. */
  public final long hashHigh;

  /** The second half. */
  public final long hashLow;

  /** When the record arrived in Kafka, in milliseconds since 1970. */
  public final long arrival;

  /** The record it came in; null of a log entry, which nothing can contradict any more. */
  public final Origin origin;

  /** The row as far as this event knows it, in RowBinary. */
  public final byte[] row;

  /** What the run wrote to its standard output, in UTF-8; null where it told nothing. */
  public final byte[] stdout;

  /** What the run wrote to its standard error, in UTF-8; null where it told nothing. */
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

  /** An event of a run. */
  public static ScriptEvent ofRun(
      long hashHigh,
      long hashLow,
      long arrival,
      Origin origin,
      byte[] row,
      byte[] stdout,
      byte[] stderr) {
    return new ScriptEvent(Kind.RUN, hashHigh, hashLow, arrival, origin, row, stdout, stderr);
  }

  /** A log entry. */
  public static ScriptEvent ofLog(long hashHigh, long hashLow, long arrival, byte[] row) {
    return new ScriptEvent(Kind.LOG, hashHigh, hashLow, arrival, null, row, null, null);
  }

  /** This event of a run, with the knowledge that log entries of the run have come. */
  public ScriptEvent withLogs() {
    return new ScriptEvent(
        Kind.LOGGED_RUN, hashHigh, hashLow, arrival, origin, row, stdout, stderr);
  }
}
