package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Assigns runs to key groups by their hash, and names one representative key for each key group.
 *
 * <p>Flink derives a key group from a key by a hash of its own. The representative of a key group
 * is the smallest number for which Flink does arrive at that key group. All runs of a key group
 * have its representative as their key, see {@link KeyedState}.
 */
public final class KeyGroups implements KeySelector<ScriptEvent, Integer> {
  private static final long serialVersionUID = 1;

  private final Integer[] representatives;

  /** Creates the key groups of a job, whose number is the job's max parallelism. */
  public KeyGroups(int maxParallelism) {
    representatives = new Integer[maxParallelism];
    int found = 0;
    for (int candidate = 0; found < maxParallelism; candidate++) {
      int group = KeyGroupRangeAssignment.assignToKeyGroup(candidate, maxParallelism);
      if (representatives[group] == null) {
        representatives[group] = candidate;
        found++;
      }
    }
  }

  /** The number of key groups. */
  int count() {
    return representatives.length;
  }

  /** The key group of a run, by the first half of its hash. */
  int of(long hashHigh) {
    return (int) (((hashHigh & 0xffffffffL) * representatives.length) >>> 32);
  }

  /** The key that stands for a key group. */
  Integer representative(int keyGroup) {
    return representatives[keyGroup];
  }

  @Override
  public Integer getKey(ScriptEvent event) {
    return representatives[of(event.hashHigh)];
  }
}
