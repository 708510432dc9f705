package dev.scriptanalytics.track;

import dev.scriptanalytics.row.RunDeployment;
import java.util.ArrayList;
import java.util.List;

/**
 * What must be remembered of the log entries of one run: the rows that are written again once more
 * of the run is known, and until its end what it has streamed, with which its captured text is
 * compared then.
 */
final class PendingRun {
  // What an object and its place in tables and lists take beside the rows: an estimate.
  private static final int BYTES_PER_RUN = 200;
  private static final int BYTES_PER_ROW = 24;

  final long hashHigh;
  final long hashLow;

  /**
   * When its wait began, in milliseconds since 1970: when the first of it arrived, or the run's end
   * with captured lines.
   */
  long since;

  /** True while the start of the run is known and its end is not. */
  boolean isOpen;

  /** True if the run has streamed entries that are not in {@link #streamed()}. */
  boolean isIncomplete;

  /** The deployment that the rows were last enriched with; null if nothing is known of the run. */
  RunDeployment deployment;

  /**
   * The captured lines of the logging library that no streamed entry equals so far; null before the
   * run's end, and if there are no lines to be compared.
   */
  RetractableLines retractable;

  /** The bytes of this run that {@link PendingBudget} has counted; only the budget changes it. */
  int countedBytes;

  private final PendingLogs owner;
  private final List<byte[]> rows = new ArrayList<>();
  private int rowBytes;
  private StreamedEntries streamed;

  PendingRun(PendingLogs owner, long hashHigh, long hashLow, long since) {
    this.owner = owner;
    this.hashHigh = hashHigh;
    this.hashLow = hashLow;
    this.since = since;
  }

  /** The memory that it takes, in bytes: an estimate. */
  int bytes() {
    return BYTES_PER_RUN
        + rowBytes
        + (streamed == null ? 0 : streamed.bytes())
        + (retractable == null ? 0 : retractable.bytes());
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

  /** What the run has streamed; null for nothing. */
  StreamedEntries streamed() {
    return streamed;
  }

  void setStreamed(StreamedEntries entries) {
    streamed = entries;
  }

  /**
   * Adds a streamed entry, unless there is no room for it.
   *
   * @param hash the bits of its level and message
   * @param maxEntries how many are kept
   * @return true if anything has changed
   */
  boolean addStreamed(long hash, int maxEntries) {
    if (streamed != null && streamed.contains(hash)) {
      return false;
    }
    if (streamed != null ? streamed.size() >= maxEntries : maxEntries == 0) {
      boolean wasComplete = !isIncomplete;
      isIncomplete = true;
      return wasComplete;
    }
    if (streamed == null) {
      streamed = new StreamedEntries();
    }
    streamed.add(hash);
    return true;
  }

  /** True if it waits for the run's end with what the run has streamed. */
  boolean awaitsCapturedText() {
    return retractable == null && (streamed != null || isIncomplete);
  }

  /** True if nothing of the run has to be remembered. */
  boolean isDone() {
    return rows.isEmpty() && retractable == null && streamed == null && !isIncomplete;
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
