package dev.scriptanalytics.track;

import dev.scriptanalytics.hash.Probing;
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
 * Numbers the deployments of an instance's runs, so that a remembered run takes 20 bits for its
 * deployment: runs are millions, deployments few.
 *
 * <p>An open-addressing table finds the number of a deployment by 64 bits of its hash, and a list
 * has the deployments by number:
 *
 * <pre>
 *   table[2i]      | hash of the deployment, 64 bits |
 *   table[2i + 1]  | its number; 0 in an empty slot |
 *   byNumber[n]    | the deployment; null if n is free |
 * </pre>
 *
 * <p>Equal hashes count as equal deployments: among a million that goes wrong in one of thirty
 * million processes. The hash key is random for each process, so that nobody can provoke it.
 * Comparing the texts, far apart in memory, would take a sixth of the tracker's time with 100,000
 * scripts.
 *
 * <p>Numbers are valid in this process only. State contains the deployments themselves ({@link
 * DeploymentDeltaCodec}).
 */
final class Deployments {
  /** The number of an unknown deployment. */
  static final int UNKNOWN = 0;

  /** The largest limit: numbers have 20 bits in memory and in state. */
  static final int MAX_LIMIT = (1 << 20) - 1;

  private static final int MIN_CAPACITY = 64;
  private static final double MAX_LOAD = 0.5;

  private final int limit;
  private final SipHash sipHash = new SipHash(randomKey());
  private final RowBinaryBuffer bytes = new RowBinaryBuffer();
  private final List<RunDeployment> byNumber = new ArrayList<>();
  private final BitSet free = new BitSet();
  private long[] table = new long[2 * MIN_CAPACITY];
  private int capacity = MIN_CAPACITY;
  private int size;

  /**
   * Creates an empty table with a limit, so that a producer with a new deployment id for each run
   * cannot fill the memory.
   *
   * @param limit the largest number of deployments; any further one is {@link #UNKNOWN}
   */
  Deployments(int limit) {
    this.limit = Math.min(limit, MAX_LIMIT);
    byNumber.add(null);
  }

  /** The number of deployments. */
  int size() {
    return size;
  }

  /** The deployment with a number; null for {@link #UNKNOWN}. */
  RunDeployment get(int number) {
    return byNumber.get(number);
  }

  /** The number of a run's deployment. */
  int of(RunRow run) {
    bytes.reset();
    RunDeployment.write(run, bytes);
    long hash = hash(bytes.buffer(), bytes.size());
    int number = find(hash);
    return number != UNKNOWN ? number : add(hash, RunDeployment.ofBytes(bytes.copy()));
  }

  /** The number of an deployment. */
  int of(RunDeployment deployment) {
    long hash = hash(deployment.bytes(), deployment.bytes().length);
    int number = find(hash);
    return number != UNKNOWN ? number : add(hash, deployment);
  }

  /** Forgets all deployments except these numbers, and returns the forgotten numbers. */
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
      rehash(Math.max(MIN_CAPACITY, Probing.slots(2 * size, MAX_LOAD)));
    }
    return forgotten;
  }

  private int find(long hash) {
    int slot = home(hash);
    while (table[2 * slot + 1] != UNKNOWN && table[2 * slot] != hash) {
      slot = Probing.next(slot, capacity);
    }
    return (int) table[2 * slot + 1];
  }

  private int add(long hash, RunDeployment deployment) {
    if (size >= limit) {
      return UNKNOWN;
    }
    int number = free.nextSetBit(0);
    if (number < 0) {
      number = byNumber.size();
      byNumber.add(deployment);
    } else {
      free.clear(number);
      byNumber.set(number, deployment);
    }
    size++;
    if (size > Probing.maxEntries(capacity, MAX_LOAD)) {
      rehash(2 * capacity);
    }
    place(hash, number);
    return number;
  }

  /** Moves the numbers that are in use into a table of another capacity. */
  private void rehash(int newCapacity) {
    long[] old = table;
    capacity = newCapacity;
    table = new long[2 * newCapacity];
    for (int at = 0; at < old.length; at += 2) {
      int number = (int) old[at + 1];
      if (number != UNKNOWN && byNumber.get(number) != null) {
        place(old[at], number);
      }
    }
  }

  private void place(long hash, int number) {
    int slot = home(hash);
    while (table[2 * slot + 1] != UNKNOWN) {
      slot = Probing.next(slot, capacity);
    }
    table[2 * slot] = hash;
    table[2 * slot + 1] = number;
  }

  private int home(long hash) {
    return Probing.home((int) hash, capacity);
  }

  private long hash(byte[] deployment, int length) {
    sipHash.hash(deployment, 0, length);
    return sipHash.high();
  }

  private static String randomKey() {
    byte[] key = new byte[16];
    new SecureRandom().nextBytes(key);
    return HexFormat.of().formatHex(key);
  }
}
