package dev.scriptanalytics.rollup;

/** The state behind a row of {@code run_rollups}: the facts of one cell so far. */
final class Cell {

  private final Digest digest;
  private long facts;
  private long seen;
  private long succeeded;
  private long failed;
  private double sum;
  private double min;
  private double max;
  private HourCells hour;

  /** A cell without facts. */
  Cell() {
    this(0, 0, 0, 0, 0, Double.NaN, Double.NaN, new Digest());
  }

  /** A cell with these contents; takes the digest as it is. */
  Cell(
      long facts,
      long seen,
      long succeeded,
      long failed,
      double sum,
      double min,
      double max,
      Digest digest) {
    this.facts = facts;
    this.seen = seen;
    this.succeeded = succeeded;
    this.failed = failed;
    this.sum = sum;
    this.min = min;
    this.max = max;
    this.digest = digest;
  }

  /** Counts a batch of facts. */
  void add(FactBatch batch) {
    facts += batch.facts();
    seen += batch.seen();
    succeeded += batch.succeeded();
    failed += batch.failed();
    for (int i = 0; i < batch.timed(); i++) {
      double responseTime = batch.responseTime(i);
      sum += responseTime;
      // Either comparison is false with NaN, so the NaN of a cell without response times is
      // replaced.
      min = responseTime >= min ? min : responseTime;
      max = responseTime <= max ? max : responseTime;
      digest.add(responseTime);
    }
  }

  /** What is counted so far. */
  RollupRow.Counts counts(CellKey key) {
    return new RollupRow.Counts(
        key.minute(), key.minute(), facts, seen, succeeded, failed, sum, min, max);
  }

  /** The row of this cell as it stands. */
  RollupRow row(CellKey key) {
    return row(key, key.minute(), counts(key), digest.centroids());
  }

  /** The row of cells that are counted together. */
  static RollupRow row(
      CellKey key, long start, RollupRow.Counts counts, Digest.Centroids centroids) {
    long[] weights = new long[centroids.count()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = centroids.weights()[i];
    }
    return new RollupRow(
        key.script(),
        start,
        key.deploymentVersion(),
        key.deploymentId(),
        key.arrival(),
        counts,
        centroids.means(),
        weights);
  }

  /** The hour of the cell, as far as it is known here: it is no part of the state. */
  HourCells hour() {
    return hour;
  }

  void setHour(HourCells ofCell) {
    hour = ofCell;
  }

  /** Another cell with the same contents, which changes on its own. */
  Cell copy() {
    Cell copy = new Cell(facts, seen, succeeded, failed, sum, min, max, digest.copy());
    copy.hour = hour;
    return copy;
  }

  long facts() {
    return facts;
  }

  long seen() {
    return seen;
  }

  long succeeded() {
    return succeeded;
  }

  long failed() {
    return failed;
  }

  double sum() {
    return sum;
  }

  double min() {
    return min;
  }

  double max() {
    return max;
  }

  Digest digest() {
    return digest;
  }
}
