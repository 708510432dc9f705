package dev.scriptanalytics.rollup;

/**
 * How far one instance of {@link KeepCells} has settled its hours.
 *
 * @param instance its number, from 0
 * @param instances the number of instances
 * @param settled the hour before which its hour rows say what its minute rows say, in seconds since
 *     1970
 */
public record SettledProgress(int instance, int instances, long settled) {}
