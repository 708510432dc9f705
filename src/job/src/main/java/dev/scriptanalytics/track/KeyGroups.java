package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Sends a run to a key group by its hash, and stands for each key group by one number.
 *
 * <p>Runs are kept by us, a key group at a time, and written to Flink's keyed state under the key
 * group's number. So a run costs no entry in a state backend, the split is as even as the hash, and
 * rescaling still moves whole key groups.
 */
public final class KeyGroups implements KeySelector<ScriptEvent, Integer> {
  private static final long serialVersionUID = 1;

  private final Integer[] representatives;

  /** For a job of that maximal parallelism, which is the number of key groups. */
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

  /** How many there are. */
  int count() {
    return representatives.length;
  }

  /** The key group of a run. */
  int of(long hashHigh) {
    return (int) (((hashHigh & 0xffffffffL) * representatives.length) >>> 32);
  }

  /** The key that Flink assigns to that key group. */
  Integer representative(int keyGroup) {
    return representatives[keyGroup];
  }

  @Override
  public Integer getKey(ScriptEvent event) {
    return representatives[of(event.hashHigh)];
  }
}
