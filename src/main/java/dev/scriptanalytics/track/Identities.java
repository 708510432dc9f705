package dev.scriptanalytics.track;

import dev.scriptanalytics.row.RunIdentity;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Gives each run identity a number, so that a remembered run costs four bytes for it: there are
 * millions of runs and few deployed functions.
 *
 * <p>One for all key groups of an instance. The numbers hold in this process only; state spells
 * them out ({@link FinishedRuns#drain}).
 */
final class Identities {
  /** The number of no identity. */
  static final int UNKNOWN = 0;

  /** The largest bound: numbers have three bytes in state. */
  static final int MAX_LIMIT = (1 << 24) - 1;

  private static final int MIN_CAPACITY = 64;

  private final int limit;
  // By number; null where one is free.
  private final List<RunIdentity> byNumber = new ArrayList<>();
  private final BitSet free = new BitSet();
  // Open addressing: hash and number, 0 in an empty place. With the hash beside it a number that is
  // not the one is passed by without a look at its identity, which is far away in memory.
  private long[] table = new long[MIN_CAPACITY];
  private int size;

  /**
   * With a bound, so that a producer with a deployment id a run cannot fill the memory.
   *
   * @param limit how many there may be; a further one is {@link #UNKNOWN}
   */
  Identities(int limit) {
    this.limit = Math.min(limit, MAX_LIMIT);
    byNumber.add(null);
  }

  /** How many there are. */
  int size() {
    return size;
  }

  /** The identity of that number; null for {@link #UNKNOWN}. */
  RunIdentity get(int number) {
    return byNumber.get(number);
  }

  /** The number of a run's identity. */
  int of(RunRow run) {
    int hash = hash(run);
    for (int at = home(hash); table[at] != 0; at = next(at)) {
      if (hashAt(at) == hash && isOf(byNumber.get(numberAt(at)), run)) {
        return numberAt(at);
      }
    }
    return add(
        new RunIdentity(
            run.textUtf8(Column.SCRIPT),
            run.deploymentVersion(),
            run.textUtf8(Column.DEPLOYMENT_ID),
            run.textUtf8(Column.FUNCTION)));
  }

  /** The number of an identity. */
  int of(RunIdentity identity) {
    int hash = identity.hashCode();
    for (int at = home(hash); table[at] != 0; at = next(at)) {
      if (hashAt(at) == hash && byNumber.get(numberAt(at)).equals(identity)) {
        return numberAt(at);
      }
    }
    return add(identity);
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

  private int add(RunIdentity identity) {
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
    if (2 * size > table.length) {
      rehash(2 * table.length);
    } else {
      place(number, identity.hashCode());
    }
    return number;
  }

  private void rehash(int capacity) {
    table = new long[capacity];
    for (int number = 1; number < byNumber.size(); number++) {
      if (byNumber.get(number) != null) {
        place(number, byNumber.get(number).hashCode());
      }
    }
  }

  private void place(int number, int hash) {
    int at = home(hash);
    while (table[at] != 0) {
      at = next(at);
    }
    table[at] = (long) hash << Integer.SIZE | number;
  }

  private int hashAt(int at) {
    return (int) (table[at] >>> Integer.SIZE);
  }

  private int numberAt(int at) {
    return (int) table[at];
  }

  private int next(int at) {
    return (at + 1) & (table.length - 1);
  }

  // Without making an object of each run: the same as RunIdentity's.
  private static int hash(RunRow run) {
    int hash = 31 * hash(run, Column.SCRIPT) + run.deploymentVersion();
    return 31 * (31 * hash + hash(run, Column.DEPLOYMENT_ID)) + hash(run, Column.FUNCTION);
  }

  private static int hash(RunRow run, Column column) {
    byte[] bytes = run.bytes();
    int hash = 1;
    for (int i = run.textStart(column), end = run.textEnd(column); i < end; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash;
  }

  private static boolean isOf(RunIdentity identity, RunRow run) {
    return identity.deploymentVersion() == run.deploymentVersion()
        && is(identity.script(), run, Column.SCRIPT)
        && is(identity.deploymentId(), run, Column.DEPLOYMENT_ID)
        && is(identity.function(), run, Column.FUNCTION);
  }

  private static boolean is(byte[] text, RunRow run, Column column) {
    return Arrays.equals(
        text, 0, text.length, run.bytes(), run.textStart(column), run.textEnd(column));
  }

  // The high bits of a product with a large number: neighbours in hash end far apart.
  private int home(int hash) {
    return (hash * 0x85EBCA6B) >>> (Integer.numberOfLeadingZeros(table.length) + 1);
  }
}
