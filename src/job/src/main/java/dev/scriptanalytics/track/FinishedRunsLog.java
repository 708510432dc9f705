package dev.scriptanalytics.track;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.state.MapState;

/**
 * The finished runs of one key group in keyed state: blobs of an hour each, which are written once,
 * put together while they are small, and removed when the hour is forgotten.
 *
 * <p>Whoever calls a method here has set the key of that key group before.
 */
final class FinishedRunsLog {
  private static final int SEQUENCE_BITS = 32;
  // Few entries, and none that is slow to read.
  private static final int MAX_BLOB_BYTES = 4 << 20;

  private final MapState<Long, byte[]> state;
  // By hour and number, the size; more than any for one of another format, which stays as it is.
  private final NavigableMap<Long, Integer> blobs = new TreeMap<>();

  FinishedRunsLog(MapState<Long, byte[]> state) {
    this.state = state;
  }

  /** Reads all that was written. */
  void readInto(FinishedRuns runs) throws Exception {
    NavigableMap<Long, byte[]> inOrder = new TreeMap<>();
    for (Map.Entry<Long, byte[]> blob : state.entries()) {
      inOrder.put(blob.getKey(), blob.getValue());
    }
    Map<Integer, Integer> identities = new HashMap<>();
    int hour = -1;
    for (Map.Entry<Long, byte[]> blob : inOrder.entrySet()) {
      if (hourOf(blob.getKey()) != hour) {
        hour = hourOf(blob.getKey());
        identities.clear();
      }
      runs.load(hour, blob.getValue(), identities);
      blobs.put(
          blob.getKey(),
          FinishedRuns.hasPresentFormat(blob.getValue())
              ? blob.getValue().length
              : Integer.MAX_VALUE);
    }
  }

  /** Whether {@link #forgetBefore} would find something. */
  boolean reachesBefore(int oldestHour) {
    return !blobs.isEmpty() && hourOf(blobs.firstKey()) < oldestHour;
  }

  /** Removes what was written of earlier hours. */
  void forgetBefore(int oldestHour) throws Exception {
    while (reachesBefore(oldestHour)) {
      state.remove(blobs.pollFirstEntry().getKey());
    }
  }

  /** Writes what {@link FinishedRuns#drain} gave of an hour. */
  void append(int hour, byte[] changes) throws Exception {
    byte[] blob = changes;
    Map.Entry<Long, Integer> last = lastOf(hour);
    // One that is not much larger becomes one with it: so many checkpoints leave few blobs, and a
    // byte is written again only as often as the logarithm of their number.
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
