package dev.scriptanalytics.event;

/**
 * A decoded run event on its way to the tracker of its run.
 *
 * <p>It already is the row that ClickHouse will get ({@link dev.scriptanalytics.row.RunRow}),
 * because copying finished bytes over the network costs a fraction of serializing twenty fields.
 * The run's identity travels as a hash of 128 bits: so large that among a thousand million runs no
 * two share one by chance, and no string has to be compared.
 */
public final class ScriptEvent {
  /** The first half of the keyed hash of account and run. */
  public final long hashHigh;

  /** The second half. */
  public final long hashLow;

  /** When the record arrived in Kafka, in milliseconds since 1970. */
  public final long arrival;

  /** The record it came in. */
  public final Origin origin;

  /** The run's row as far as this event knows it, in RowBinary. */
  public final byte[] row;

  /** What the run wrote to its standard output, in UTF-8; null where it told nothing. */
  public final byte[] stdout;

  /** What the run wrote to its standard error, in UTF-8; null where it told nothing. */
  public final byte[] stderr;

  public ScriptEvent(
      long hashHigh,
      long hashLow,
      long arrival,
      Origin origin,
      byte[] row,
      byte[] stdout,
      byte[] stderr) {
    this.hashHigh = hashHigh;
    this.hashLow = hashLow;
    this.arrival = arrival;
    this.origin = origin;
    this.row = row;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** How many bytes of payload it holds. */
  public int payloadBytes() {
    return row.length + (stdout == null ? 0 : stdout.length) + (stderr == null ? 0 : stderr.length);
  }
}
