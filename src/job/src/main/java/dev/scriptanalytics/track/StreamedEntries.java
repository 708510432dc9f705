package dev.scriptanalytics.track;

import dev.scriptanalytics.hash.Probing;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The log entries that one run has streamed, each as the 64 bits of its {@link LineHash}: a set, so
 * that an entry that is sent again adds nothing.
 *
 * <p>An open-addressing table, because most runs stream a few entries, and some thousands.
 *
 * <pre>
 *   hashes[i]  | hash of level and message 64 bits; 0 in an empty slot |
 * </pre>
 */
final class StreamedEntries {
  private static final int MIN_CAPACITY = 8;
  private static final double MAX_LOAD = 0.75;
  // The object and its array beside the slots, an estimate.
  private static final int BYTES = 40;

  private long[] hashes;
  private int size;

  /** Creates an empty set. */
  StreamedEntries() {
    this(MIN_CAPACITY);
  }

  private StreamedEntries(int capacity) {
    hashes = new long[capacity];
  }

  /** The number of hashes. */
  int size() {
    return size;
  }

  /** True if a hash is here. */
  boolean contains(long hash) {
    return hashes[search(hash)] != 0;
  }

  /** Adds a hash, which is not 0; without effect if it is here. */
  void add(long hash) {
    int slot = search(hash);
    if (hashes[slot] != 0) {
      return;
    }
    if (size >= Probing.maxEntries(hashes.length, MAX_LOAD)) {
      grow();
      slot = search(hash);
    }
    hashes[slot] = hash;
    size++;
  }

  /** The memory that the set takes, in bytes: an estimate. */
  int bytes() {
    return BYTES + Long.BYTES * hashes.length;
  }

  /** The slot of a hash, or the empty slot where the search for it ends. */
  private int search(long hash) {
    int capacity = hashes.length;
    int slot = Probing.home((int) (hash >>> Integer.SIZE), capacity);
    while (hashes[slot] != 0 && hashes[slot] != hash) {
      slot = Probing.next(slot, capacity);
    }
    return slot;
  }

  private void grow() {
    long[] old = hashes;
    hashes = new long[2 * old.length];
    for (long hash : old) {
      if (hash != 0) {
        hashes[search(hash)] = hash;
      }
    }
  }

  /** Writes everything, for {@link #readFrom}. */
  void writeTo(DataOutputView to) throws IOException {
    to.writeInt(size);
    for (long hash : hashes) {
      if (hash != 0) {
        to.writeLong(hash);
      }
    }
  }

  static StreamedEntries readFrom(DataInputView from) throws IOException {
    int size = from.readInt();
    int capacity = MIN_CAPACITY;
    while (Probing.maxEntries(capacity, MAX_LOAD) < size) {
      capacity *= 2;
    }
    StreamedEntries read = new StreamedEntries(capacity);
    for (int left = size; left > 0; left--) {
      read.add(from.readLong());
    }
    return read;
  }
}
