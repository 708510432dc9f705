/**
 * Tracking: the operator {@link dev.scriptanalytics.track.TrackRuns}, which receives all events of
 * a run at one place, and the objects that it consists of.
 *
 * <p>Lives here: the tables of open and finished runs, their form in Flink's state, the merging of
 * runs, the enrichment of log entries, and the splitting of captured text. Does not live here: the
 * layout of rows (package {@code row}), the sums of facts (package {@code rollup}), and the reading
 * of events (package {@code decode}; neither of the two knows the other).
 */
package dev.scriptanalytics.track;
