package dev.scriptanalytics.track;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.state.MapState;

/**
 * The finished runs of one key group in keyed state: blobs of one hour each, which are concatenated
 * while they are small and removed when their hour is forgotten.
 *
 * <pre>
 *   key  | hour since 1970, 32 bits | sequence within the hour, 32 bits |   value  | blob |
 * </pre>
 *
 * <p>The caller of each method has set Flink's current key to that of the key group.
 */
final class FinishedRunsLog {
  private static final int SEQUENCE_BITS = 32;
  // Keeps the number of entries small, and each of them quick to read and rewrite.
  private static final int MAX_BLOB_BYTES = 4 << 20;

  // The size of each blob, by its key.
  private final NavigableMap<Long, Integer> blobs = new TreeMap<>();

  /** Applies all blobs to an empty table. */
  void readInto(FinishedRuns runs, MapState<Long, byte[]> state) throws Exception {
    NavigableMap<Long, byte[]> inOrder = new TreeMap<>();
    for (Map.Entry<Long, byte[]> blob : state.entries()) {
      inOrder.put(blob.getKey(), blob.getValue());
    }
    Map<Integer, Integer> deployments = new HashMap<>();
    int hour = -1;
    for (Map.Entry<Long, byte[]> blob : inOrder.entrySet()) {
      if (hourOf(blob.getKey()) != hour) {
        hour = hourOf(blob.getKey());
        deployments.clear();
      }
      runs.applyChanges(hour, blob.getValue(), deployments);
      blobs.put(blob.getKey(), blob.getValue().length);
    }
  }

  /** True if {@link #forgetBefore} would remove something. */
  boolean reachesBefore(int oldestHour) {
    return !blobs.isEmpty() && hourOf(blobs.firstKey()) < oldestHour;
  }

  /** Removes the blobs of earlier hours. */
  void forgetBefore(int oldestHour, MapState<Long, byte[]> state) throws Exception {
    while (reachesBefore(oldestHour)) {
      state.remove(blobs.pollFirstEntry().getKey());
    }
  }

  /** Writes the blob of an hour from {@link FinishedRuns#takeChanges}. */
  void append(int hour, byte[] changes, MapState<Long, byte[]> state) throws Exception {
    byte[] blob = changes;
    Map.Entry<Long, Integer> last = lastOf(hour);
    // The new blob absorbs earlier ones of at most twice its size. So many checkpoints leave few
    // blobs, and each byte is rewritten at most as often as the logarithm of their number.
    while (last != null
        && last.getValue() <= 2L * blob.length
        && last.getValue() + blob.length <= MAX_BLOB_BYTES) {
      blob = FinishedRuns.concatenate(state.get(last.getKey()), blob);
      state.remove(last.getKey());
      blobs.remove(last.getKey());
      last = lastOf(hour);
    }
    long key = last == null ? (long) hour << SEQUENCE_BITS : last.getKey() + 1;
    state.put(key, blob);
    blobs.put(key, blob.length);
  }

  private Map.Entry<Long, Integer> lastOf(int hour) {
    Map.Entry<Long, Integer> last = blobs.lowerEntry((hour + 1L) << SEQUENCE_BITS);
    return last != null && hourOf(last.getKey()) == hour ? last : null;
  }

  private static int hourOf(long blobKey) {
    return (int) (blobKey >>> SEQUENCE_BITS);
  }
}
