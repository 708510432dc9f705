package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;

/**
 * The cell that a fact counts in: a row's key in {@code run_rollups}, and the key of the shuffle.
 *
 * <p>The hash leaves out the minute and the deployment's id, so that all minutes and ids of an hour
 * are in one key group and the same instance: it makes the hour's rows of them, and bounds the
 * number of ids ({@link HourCells}). The hash decides which key group a cell belongs to, so it must
 * be the same in every JVM and every release.
 */
public final class CellKey {
  /** The deployment id of runs whose id is not known, or which have a version. */
  public static final String NO_ID = "";

  /** Large, so that no small change of one part makes up for one of another; never changes. */
  private static final int MIXER = 0x9E3779B1;

  private static final long HOUR_SECONDS = 3600;

  private final Script script;
  private final int deploymentVersion;
  private final String deploymentId;
  private final long minute;
  private final long arrival;
  private final int hash;

  /**
   * A key of these parts.
   *
   * @param deploymentVersion 0 if unknown
   * @param deploymentId empty unless the version is 0
   * @param minute the minute of the runs' starts, in seconds since 1970
   * @param arrival the hour in which the facts arrived, in seconds since 1970
   */
  public CellKey(
      Script script, int deploymentVersion, String deploymentId, long minute, long arrival) {
    this.script = script;
    this.deploymentVersion = deploymentVersion;
    this.deploymentId = deploymentId;
    this.minute = minute;
    this.arrival = arrival;
    this.hash = hourHash(script, deploymentVersion, hourOf(minute), arrival);
  }

  private static int hourHash(Script script, int deploymentVersion, long hour, long arrival) {
    int hash = MIXER * script.hashCode() + deploymentVersion;
    hash = MIXER * hash + Long.hashCode(hour / HOUR_SECONDS);
    return MIXER * hash + Long.hashCode(arrival / HOUR_SECONDS);
  }

  private static long hourOf(long minute) {
    return Math.floorDiv(minute, HOUR_SECONDS) * HOUR_SECONDS;
  }

  /** A hash of all parts of a key, for a look-up that makes no key. */
  static int fullHash(
      Script script, int deploymentVersion, String deploymentId, long minute, long arrival) {
    int hash = MIXER * script.hashCode() + deploymentVersion;
    hash = MIXER * hash + deploymentId.hashCode();
    hash = MIXER * hash + Long.hashCode(minute / 60);
    return MIXER * hash + Long.hashCode(arrival / HOUR_SECONDS);
  }

  /** Whether this key has these parts. */
  boolean is(Script script, int deploymentVersion, String deploymentId, long minute, long arrival) {
    return this.minute == minute
        && this.arrival == arrival
        && this.deploymentVersion == deploymentVersion
        && this.deploymentId.equals(deploymentId)
        && this.script.equals(script);
  }

  /** Whose runs the cell counts. */
  public Script script() {
    return script;
  }

  /** The runs' deployment version, 0 if it is unknown. */
  public int deploymentVersion() {
    return deploymentVersion;
  }

  /** The id of the runs' deployment; empty unless the version is 0. */
  public String deploymentId() {
    return deploymentId;
  }

  /** The minute of the runs' starts: seconds since 1970, a multiple of 60. */
  public long minute() {
    return minute;
  }

  /** The hour in which the facts arrived: seconds since 1970, a multiple of 3600. */
  public long arrival() {
    return arrival;
  }

  /** The hour of the runs' starts: seconds since 1970, a multiple of 3600. */
  long hour() {
    return hourOf(minute);
  }

  /** The key that stands for all cells of the hour: its first minute, and no id. */
  CellKey ofHour() {
    return new CellKey(script, deploymentVersion, NO_ID, hour(), arrival);
  }

  /** The cell of the same minute for another deployment id. */
  CellKey withDeploymentId(String id) {
    return new CellKey(script, deploymentVersion, id, minute, arrival);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof CellKey that
            && hash == that.hash
            && is(
                that.script, that.deploymentVersion, that.deploymentId, that.minute, that.arrival));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return "%s version %d id '%s' minute %d arrival %d"
        .formatted(script, deploymentVersion, deploymentId, minute, arrival);
  }
}
