package dev.scriptanalytics.api.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values that are used for a while after they were put, by key. Beyond a number of keys the one
 * that was put first is forgotten.
 */
final class Recent<V> {
  private record Entry<V>(V value, long until) {}

  private final long nanos;
  private final Map<String, Entry<V>> entries;

  Recent(Duration duration, int most) {
    this.nanos = duration.toNanos();
    this.entries =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Entry<V>> eldest) {
            return size() > most;
          }
        };
  }

  synchronized V get(String key) {
    Entry<V> entry = entries.get(key);
    return entry == null || entry.until() - System.nanoTime() < 0 ? null : entry.value();
  }

  synchronized void put(String key, V value) {
    entries.remove(key);
    entries.put(key, new Entry<>(value, System.nanoTime() + nanos));
  }
}
