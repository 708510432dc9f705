package dev.scriptanalytics.track;

import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunDeployment;
import dev.scriptanalytics.row.RunRow;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;

/**
 * Gives each run identity a number, so that a remembered run costs four bytes for it: there are
 * millions of runs and few deployed functions.
 *
 * <p>One for all key groups of an instance. The numbers hold in this process only; state spells
 * them out ({@link FinishedRuns#drain}).
 *
 * <p>Two identities are the same if 64 bits of their hash are: among a million that is wrong once
 * in thirty million processes. Its key is this process's own, so that nobody can do it on purpose.
 * To compare their texts, far apart in memory, took a sixth of the tracker's time with 100,000
 * scripts.
 */
final class Deployments {
  /** The number of no identity. */
  static final int UNKNOWN = 0;

  /** The largest bound: numbers have 20 bits in memory and in state. */
  static final int MAX_LIMIT = (1 << 20) - 1;

  private static final int MIN_CAPACITY = 64;

  private final int limit;
  private final SipHash sipHash = new SipHash(randomKey());
  private final RowBinaryBuffer bytes = new RowBinaryBuffer();
  // By number; null where one is free.
  private final List<RunDeployment> byNumber = new ArrayList<>();
  private final BitSet free = new BitSet();
  // Open addressing: hash and number, one behind the other; the number is 0 in an empty place.
  private long[] table = new long[2 * MIN_CAPACITY];
  private int size;

  /**
   * With a bound, so that a producer with a deployment id a run cannot fill the memory.
   *
   * @param limit how many there may be; a further one is {@link #UNKNOWN}
   */
  Deployments(int limit) {
    this.limit = Math.min(limit, MAX_LIMIT);
    byNumber.add(null);
  }

  /** How many there are. */
  int size() {
    return size;
  }

  /** The identity of that number; null for {@link #UNKNOWN}. */
  RunDeployment get(int number) {
    return byNumber.get(number);
  }

  /** The number of a run's identity. */
  int of(RunRow run) {
    bytes.reset();
    RunDeployment.write(run, bytes);
    long hash = hash(bytes.buffer(), bytes.size());
    int number = find(hash);
    return number != UNKNOWN ? number : add(hash, RunDeployment.ofBytes(bytes.copy()));
  }

  /** The number of an identity. */
  int of(RunDeployment identity) {
    long hash = hash(identity.bytes(), identity.bytes().length);
    int number = find(hash);
    return number != UNKNOWN ? number : add(hash, identity);
  }

  /** Forgets the identities of all other numbers, and says which these were. */
  BitSet retain(BitSet used) {
    BitSet forgotten = new BitSet();
    for (int number = 1; number < byNumber.size(); number++) {
      if (byNumber.get(number) != null && !used.get(number)) {
        byNumber.set(number, null);
        forgotten.set(number);
        size--;
      }
    }
    if (!forgotten.isEmpty()) {
      free.or(forgotten);
      rehash(Math.max(MIN_CAPACITY, Integer.highestOneBit(Math.max(1, size)) * 4));
    }
    return forgotten;
  }

  private int find(long hash) {
    int at = home(hash);
    while (table[at + 1] != UNKNOWN && table[at] != hash) {
      at = next(at);
    }
    return (int) table[at + 1];
  }

  private int add(long hash, RunDeployment identity) {
    if (size >= limit) {
      return UNKNOWN;
    }
    int number = free.nextSetBit(0);
    if (number < 0) {
      number = byNumber.size();
      byNumber.add(identity);
    } else {
      free.clear(number);
      byNumber.set(number, identity);
    }
    size++;
    if (2 * size > capacity()) {
      rehash(2 * capacity());
    }
    place(hash, number);
    return number;
  }

  /** Gives the table that many places, and leaves out the numbers that are free. */
  private void rehash(int capacity) {
    long[] old = table;
    table = new long[2 * capacity];
    for (int at = 0; at < old.length; at += 2) {
      int number = (int) old[at + 1];
      if (number != UNKNOWN && byNumber.get(number) != null) {
        place(old[at], number);
      }
    }
  }

  private void place(long hash, int number) {
    int at = home(hash);
    while (table[at + 1] != UNKNOWN) {
      at = next(at);
    }
    table[at] = hash;
    table[at + 1] = number;
  }

  private int capacity() {
    return table.length / 2;
  }

  private int home(long hash) {
    return 2 * ((int) hash & (capacity() - 1));
  }

  private int next(int at) {
    return (at + 2) & (table.length - 1);
  }

  private long hash(byte[] identity, int length) {
    sipHash.hash(identity, 0, length);
    return sipHash.high();
  }

  private static String randomKey() {
    byte[] key = new byte[16];
    new SecureRandom().nextBytes(key);
    return HexFormat.of().formatHex(key);
  }
}
