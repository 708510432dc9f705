package dev.scriptanalytics.row;

import java.util.Arrays;

/**
 * What a run's log entries may take from it. Texts are UTF-8, empty where they are not known, and
 * not to be changed.
 */
public final class RunIdentity {
  private final byte[] script;
  private final int deploymentVersion;
  private final byte[] deploymentId;
  private final byte[] function;

  /** Takes the arrays as they are; a version of 0 is one that is not known. */
  public RunIdentity(byte[] script, int deploymentVersion, byte[] deploymentId, byte[] function) {
    this.script = script;
    this.deploymentVersion = deploymentVersion;
    this.deploymentId = deploymentId;
    this.function = function;
  }

  public byte[] script() {
    return script;
  }

  /** 0 where it is not known. */
  public int deploymentVersion() {
    return deploymentVersion;
  }

  public byte[] deploymentId() {
    return deploymentId;
  }

  public byte[] function() {
    return function;
  }

  /** Whether nothing of it is unknown. */
  public boolean isWhole() {
    return script.length > 0
        && deploymentVersion != 0
        && deploymentId.length > 0
        && function.length > 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RunIdentity that
        && deploymentVersion == that.deploymentVersion
        && Arrays.equals(script, that.script)
        && Arrays.equals(deploymentId, that.deploymentId)
        && Arrays.equals(function, that.function);
  }

  @Override
  public int hashCode() {
    int hash = 31 * Arrays.hashCode(script) + deploymentVersion;
    return 31 * (31 * hash + Arrays.hashCode(deploymentId)) + Arrays.hashCode(function);
  }
}
