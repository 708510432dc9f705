package dev.scriptanalytics.hash;

/**
 * Linear probing: where the search for a hash begins in an open-addressing table, and how it goes
 * on.
 *
 * <p>All methods take the number of slots, which may be any positive number. The home slot is the
 * hash scaled to that number (Lemire, "Fast random integer generation in an interval", 2019): one
 * multiplication instead of a division, and a table may grow by less than a factor of two. Scaling
 * uses the upper bits of the hash, so those must be evenly distributed.
 *
 * <p>The methods are static and short, so that the compiler inlines them into each table's loop; a
 * table keeps its own arrays, because they differ in what a slot holds.
 */
public final class Probing {
  private Probing() {}

  /** The first slot to look at. */
  public static int home(int hash, int slots) {
    return (int) (((hash & 0xffffffffL) * slots) >>> Integer.SIZE);
  }

  /** The slot to look at after an occupied one. */
  public static int next(int slot, int slots) {
    int next = slot + 1;
    return next == slots ? 0 : next;
  }

  /** The number of steps by {@link #next} from one slot to another. */
  public static int distance(int from, int to, int slots) {
    int distance = to - from;
    return distance < 0 ? distance + slots : distance;
  }

  /**
   * The number of entries that a table takes before it must grow.
   *
   * @param load the largest share of occupied slots, below 1, so that every search ends
   */
  public static int maxEntries(int slots, double load) {
    return (int) (slots * load);
  }

  /** The smallest number of slots that takes so many entries at a load. */
  public static int slots(int entries, double load) {
    return (int) Math.ceil(entries / load);
  }
}
