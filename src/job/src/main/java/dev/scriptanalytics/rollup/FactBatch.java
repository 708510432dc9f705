package dev.scriptanalytics.rollup;

import java.util.Arrays;

/**
 * Facts of one cell, counted together before they are shuffled, so that a busy script costs about
 * as much as a quiet one.
 *
 * <p>A batch does not change once it is sent.
 */
public final class FactBatch {

  private static final double[] NONE = {};
  private static final int FIRST_CAPACITY = 4;

  private final CellKey key;
  private long facts;
  private long seen;
  private long succeeded;
  private long failed;
  private double[] responseTimes;
  private int timed;

  /** A batch without facts. */
  FactBatch(CellKey key) {
    this.key = key;
    this.responseTimes = NONE;
  }

  /** A batch with these contents; takes the array as it is, all of it in use. */
  FactBatch(
      CellKey key, long facts, long seen, long succeeded, long failed, double[] responseTimes) {
    this.key = key;
    this.facts = facts;
    this.seen = seen;
    this.succeeded = succeeded;
    this.failed = failed;
    this.responseTimes = responseTimes;
    this.timed = responseTimes.length;
  }

  /** Counts what happened; only a success has a response time, in milliseconds, or NaN. */
  void count(Fact.Kind kind, double responseTime) {
    facts += kind.facts();
    switch (kind) {
      case SEEN -> seen++;
      case UNSEEN -> seen--;
      case SUCCEEDED -> succeeded(responseTime);
      case FAILED -> failed++;
      case SEEN_SUCCEEDED -> {
        seen++;
        succeeded(responseTime);
      }
      case SEEN_FAILED -> {
        seen++;
        failed++;
      }
    }
  }

  private void succeeded(double responseTime) {
    succeeded++;
    if (!Double.isNaN(responseTime)) {
      keep(responseTime);
    }
  }

  private void keep(double responseTime) {
    if (timed == responseTimes.length) {
      responseTimes = Arrays.copyOf(responseTimes, Math.max(FIRST_CAPACITY, 2 * timed));
    }
    responseTimes[timed++] = responseTime;
  }

  /** The cell that all of these facts count in. */
  public CellKey key() {
    return key;
  }

  /** How many facts these are, of whatever kind. */
  public long facts() {
    return facts;
  }

  /** The runs that were seen, less those that were undone; may be negative. */
  public long seen() {
    return seen;
  }

  /** How many runs ended well. */
  public long succeeded() {
    return succeeded;
  }

  /** How many runs failed. */
  public long failed() {
    return failed;
  }

  /** How many response times there are. */
  public int timed() {
    return timed;
  }

  /** One of the {@link #timed} response times, in milliseconds and in the order of arrival. */
  public double responseTime(int index) {
    return responseTimes[index];
  }
}
