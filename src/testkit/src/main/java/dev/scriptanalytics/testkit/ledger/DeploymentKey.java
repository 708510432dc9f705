package dev.scriptanalytics.testkit.ledger;

import java.util.Comparator;

/**
 * A deployment of a script, as rollups tell them apart.
 *
 * @param version 0 if unknown
 * @param id empty unless the version is 0 and the id is known
 */
public record DeploymentKey(int version, String id) implements Comparable<DeploymentKey> {
  private static final Comparator<DeploymentKey> ORDER =
      Comparator.comparingInt(DeploymentKey::version).thenComparing(DeploymentKey::id);

  /** Nothing is known of it. */
  public static final DeploymentKey UNKNOWN = new DeploymentKey(0, "");

  /** The deployment that a platform calls so; its id counts only where it has no number. */
  public static DeploymentKey of(int version, String id) {
    return new DeploymentKey(version, version > 0 ? "" : id);
  }

  @Override
  public int compareTo(DeploymentKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return version > 0 ? Integer.toString(version) : id.isEmpty() ? "unknown" : id;
  }
}
