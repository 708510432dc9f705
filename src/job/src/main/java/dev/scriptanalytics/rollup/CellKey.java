package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;

/**
 * The cell that a fact counts in: a row's key in {@code run_rollups}, and the key of the shuffle.
 *
 * <p>The hash is made of the script's bytes and of the numbers alone: it decides which key group a
 * cell belongs to, so it must come out the same in every JVM and every release.
 */
public final class CellKey {

  /** Large, so that no small change of one part makes up for one of another; never changes. */
  private static final int MIXER = 0x9E3779B1;

  private final Script script;
  private final int deploymentVersion;
  private final long minute;
  private final long arrival;
  private final int hash;

  /**
   * @param minute the minute of the runs' starts, in seconds since 1970
   * @param arrival the hour in which the facts arrived, in seconds since 1970
   */
  public CellKey(Script script, int deploymentVersion, long minute, long arrival) {
    this.script = script;
    this.deploymentVersion = deploymentVersion;
    this.minute = minute;
    this.arrival = arrival;
    this.hash = hash(script, deploymentVersion, minute, arrival);
  }

  /** The hash of the key with these parts, for a look-up that makes no key. */
  static int hash(Script script, int deploymentVersion, long minute, long arrival) {
    int hash = MIXER * script.hashCode() + deploymentVersion;
    hash = MIXER * hash + Long.hashCode(minute / 60);
    return MIXER * hash + Long.hashCode(arrival / 3600);
  }

  /** Whether this is the key with these parts and that {@link #hash(Script, int, long, long)}. */
  boolean is(int hash, Script script, int deploymentVersion, long minute, long arrival) {
    return this.hash == hash
        && this.minute == minute
        && this.arrival == arrival
        && this.deploymentVersion == deploymentVersion
        && this.script.equals(script);
  }

  /** Whose runs the cell counts. */
  public Script script() {
    return script;
  }

  /** The runs' deployment version, 0 where it is not known. */
  public int deploymentVersion() {
    return deploymentVersion;
  }

  /** The minute of the runs' starts: seconds since 1970, a multiple of 60. */
  public long minute() {
    return minute;
  }

  /** The hour in which the facts arrived: seconds since 1970, a multiple of 3600. */
  public long arrival() {
    return arrival;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof CellKey that
            && that.is(hash, script, deploymentVersion, minute, arrival));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return "%s version %d minute %d arrival %d"
        .formatted(script, deploymentVersion, minute, arrival);
  }
}
