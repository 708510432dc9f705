package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;

/**
 * A row of {@code run_rollups}: a cell at one moment. It replaces every earlier row of its cell.
 *
 * @param minute the minute of the runs' starts, in seconds since 1970
 * @param arrival the hour in which the facts arrived, in seconds since 1970
 * @param facts how many facts the cell holds; the row's version, so that a fuller row wins
 * @param seen runs heard of; may be negative in a cell from which runs moved to another version
 * @param responseTimeSum in milliseconds
 * @param responseTimeMin in milliseconds; NaN where no response time is known
 * @param responseTimeMax in milliseconds; NaN where no response time is known
 * @param means the digest's centroids, in milliseconds
 * @param weights how many response times each centroid stands for
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record RollupRow(
    Script script,
    long minute,
    int deploymentVersion,
    long arrival,
    long facts,
    long seen,
    long succeeded,
    long failed,
    double responseTimeSum,
    double responseTimeMin,
    double responseTimeMax,
    float[] means,
    long[] weights) {}
