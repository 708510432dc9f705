package dev.scriptanalytics.track;

import dev.scriptanalytics.row.RunDeployment;
import java.util.ArrayList;
import java.util.List;

/**
 * The log entries of one run that may have to be written again, because more of the run may become
 * known, or because its captured text may turn out to have been streamed too.
 */
final class PendingRun {
  // What an object and its place in tables and lists take beside the rows: an estimate.
  private static final int BYTES_PER_RUN = 200;
  private static final int BYTES_PER_ROW = 24;

  final long hashHigh;
  final long hashLow;

  /** When the first of it arrived, in milliseconds since 1970. */
  final long since;

  /** True once a log entry of the run has been streamed. */
  boolean streamed;

  /** The deployment that the rows were last enriched with; null if nothing is known of the run. */
  RunDeployment deployment;

  /** The captured lines that must go once an entry is streamed; null if there are none. */
  RetractableLines retractable;

  /** The bytes of this run that {@link PendingBudget} has counted; only the budget changes it. */
  int countedBytes;

  private final PendingLogs owner;
  private final List<byte[]> rows = new ArrayList<>();
  private int rowBytes;

  PendingRun(PendingLogs owner, long hashHigh, long hashLow, long since) {
    this.owner = owner;
    this.hashHigh = hashHigh;
    this.hashLow = hashLow;
    this.since = since;
  }

  /** The memory that it takes, in bytes: an estimate. */
  int bytes() {
    return BYTES_PER_RUN + rowBytes + (retractable == null ? 0 : retractable.bytes());
  }

  /** Rows as they arrived, each without something that its run may supply. */
  List<byte[]> rows() {
    return rows;
  }

  void addRow(byte[] row) {
    rows.add(row);
    rowBytes += row.length + BYTES_PER_ROW;
  }

  void removeRows() {
    rows.clear();
    rowBytes = 0;
  }

  /** Notes that this run must be written with the next checkpoint. */
  void setChanged() {
    owner.setChanged();
  }

  /** Removes this run from the table that it belongs to. */
  void remove() {
    owner.remove(this);
  }
}
