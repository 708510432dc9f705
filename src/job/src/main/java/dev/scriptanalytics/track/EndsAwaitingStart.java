package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.hash.Probing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongToIntFunction;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The ends of runs whose start has not arrived, oldest first, kept to be merged with the start.
 *
 * <p>There are two such queues: one of ends whose row is written already, and one of ends that
 * cannot be written before their start tells when the run started.
 *
 * <p>Where producers send no starts, every run passes through here and leaves unused. So an end is
 * no object of its own. It costs a copy of its bytes into a page, and a slot in the page's own
 * table; the page and its table are recycled as a whole when all its ends have left.
 *
 * <p>The bound holds for an instance and not for a key group, therefore one object has the ends of
 * all key groups.
 */
final class EndsAwaitingStart {
  private static final byte FORMAT = 1;
  private static final int MIN_PAGE_BYTES = 4 << 10;
  // So few that a search, which looks into the tables of all pages, is short; so many that the page
  // that is being filled, and its table, stay in the processor's cache.
  private static final int PAGES = 16;

  private final long maxBytes;
  private final int pageBytes;
  // Null if nobody asks for the ends that leave, since each must be deserialized.
  private final Consumer<ScriptEvent> givenUp;
  private final ScriptEventSerializer serializer = new ScriptEventSerializer();
  private final DataOutputSerializer scratch = new DataOutputSerializer(1 << 10);

  private Deque<Page> pages = new ArrayDeque<>();
  private Page spare;
  private long pagesBytes;
  private int size;
  private long liveBytes;

  /**
   * Creates an empty queue whose ends leave it unnoticed.
   *
   * @param maxBytes the bytes that all ends may take together
   */
  EndsAwaitingStart(long maxBytes) {
    this(maxBytes, null);
  }

  /**
   * Creates an empty queue.
   *
   * @param maxBytes the bytes that all ends may take together
   * @param givenUp takes the ends that leave because their time is over or there is no room
   */
  EndsAwaitingStart(long maxBytes, Consumer<ScriptEvent> givenUp) {
    this.givenUp = givenUp;
    this.maxBytes = maxBytes;
    this.pageBytes = (int) Math.max(MIN_PAGE_BYTES, this.maxBytes / PAGES);
  }

  /** The number of ends. */
  int size() {
    return size;
  }

  /**
   * Adds an end that is not here yet. The oldest ends leave to make room for it; an end larger than
   * the whole room leaves at once.
   */
  void add(ScriptEvent event) {
    int length = serialize(event);
    if (length > maxBytes) {
      if (givenUp != null) {
        givenUp.accept(event);
      }
      return;
    }
    while (liveBytes + length > maxBytes) {
      giveUp(oldestPage());
    }
    append(event, length);
  }

  /**
   * Adds an end from state. None leaves to make room for it, because nothing can be emitted while
   * state is restored; the next {@link #add} makes the room.
   */
  void restore(ScriptEvent event) {
    append(event, serialize(event));
  }

  /** Serializes an event into {@link #scratch}, and returns the length of its entry. */
  private int serialize(ScriptEvent event) {
    try {
      scratch.clear();
      serializer.serialize(event, scratch);
      return Page.HEADER_BYTES + scratch.length();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void append(ScriptEvent event, int length) {
    Page page = pageFor(length);
    page.add(event.hashHigh, event.hashLow, event.arrival, scratch);
    size++;
    liveBytes += length;
  }

  /** The end of a run; null if it is not here. */
  ScriptEvent get(long high, long low) {
    Page page = pageOf(high, low);
    return page == null ? null : event(page, page.find(high, low));
  }

  /** Removes the end of a run; without effect if it is not here. */
  void remove(long high, long low) {
    Page page = pageOf(high, low);
    if (page != null) {
      remove(page, page.find(high, low));
    }
  }

  private Page pageOf(long high, long low) {
    if (size == 0) {
      return null;
    }
    // A start that arrives after its end nearly always follows soon.
    for (var newestFirst = pages.descendingIterator(); newestFirst.hasNext(); ) {
      Page page = newestFirst.next();
      if (page.find(high, low) != Page.NONE) {
        return page;
      }
    }
    return null;
  }

  /**
   * Gives up the oldest ends up to the first that has not expired.
   *
   * @param hasExpired tests the arrival of an end, in milliseconds since 1970
   */
  void expire(LongPredicate hasExpired) {
    while (size > 0) {
      Page page = oldestPage();
      if (!hasExpired.test(page.arrival(page.oldest()))) {
        return;
      }
      giveUp(page);
    }
  }

  /** Decides whether the end of a run stays. */
  interface Filter {
    boolean keeps(long high, long low);
  }

  /** Removes all ends that the filter does not keep. */
  void retain(Filter filter) {
    forEach(
        (page, place) -> {
          if (!filter.keeps(page.high(place), page.low(place))) {
            remove(page, place);
          }
        });
  }

  /**
   * All ends, for {@link #read}: one blob per key group, null for a key group without ends.
   *
   * @param keyGroups the number of key groups
   * @param keyGroup the key group, from 0, of the first half of a hash
   */
  byte[][] toBytes(int keyGroups, LongToIntFunction keyGroup) {
    int[] counts = new int[keyGroups];
    int[] lengths = new int[keyGroups];
    forEach(
        (page, place) -> {
          int group = keyGroup.applyAsInt(page.high(place));
          counts[group]++;
          lengths[group] += page.length(place) - Page.HEADER_BYTES;
        });
    byte[][] blobs = new byte[keyGroups][];
    int[] written = new int[keyGroups];
    for (int group = 0; group < keyGroups; group++) {
      if (counts[group] > 0) {
        blobs[group] = new byte[1 + Integer.BYTES + lengths[group]];
        ByteBuffer.wrap(blobs[group]).put(FORMAT).putInt(counts[group]);
        written[group] = 1 + Integer.BYTES;
      }
    }
    forEach(
        (page, place) -> {
          int group = keyGroup.applyAsInt(page.high(place));
          int length = page.length(place) - Page.HEADER_BYTES;
          System.arraycopy(
              page.bytes, place + Page.HEADER_BYTES, blobs[group], written[group], length);
          written[group] += length;
        });
    return blobs;
  }

  /**
   * Passes the ends of a blob of {@link #toBytes} on.
   *
   * @throws IllegalStateException if the blob has another format
   */
  static void read(byte[] blob, Consumer<ScriptEvent> into) {
    try {
      DataInputDeserializer from = new DataInputDeserializer(blob);
      byte format = from.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException("Unknown format of waiting ends: " + format);
      }
      ScriptEventSerializer serializer = new ScriptEventSerializer();
      for (int left = from.readInt(); left > 0; left--) {
        into.accept(serializer.deserialize(from));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ScriptEvent event(Page page, int place) {
    try {
      return serializer.deserialize(
          new DataInputDeserializer(
              page.bytes, place + Page.HEADER_BYTES, page.length(place) - Page.HEADER_BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Visitor {
    void visit(Page page, int place);
  }

  private void forEach(Visitor visitor) {
    for (Page page : pages) {
      for (int place = page.oldest(); place != Page.NONE; place = page.after(place)) {
        visitor.visit(page, place);
      }
    }
  }

  /** Removes the oldest end of a page. */
  private void giveUp(Page page) {
    int place = page.oldest();
    ScriptEvent event = givenUp == null ? null : event(page, place);
    remove(page, place);
    if (event != null) {
      givenUp.accept(event);
    }
  }

  private void remove(Page page, int place) {
    liveBytes -= page.length(place);
    size--;
    page.remove(place);
  }

  /** The oldest page that has ends; there must be one. */
  private Page oldestPage() {
    while (pages.getFirst().oldest() == Page.NONE) {
      release(pages.removeFirst());
    }
    return pages.getFirst();
  }

  private void release(Page page) {
    pagesBytes -= page.bytes.length;
    if (page.bytes.length == pageBytes) {
      page.clear();
      spare = page;
    }
  }

  /** The newest page, after it has got room for so many bytes. */
  private Page pageFor(int length) {
    // At twice the bound, so that a byte is moved at most once while as much is added.
    if (!newestHasRoom(length) && pagesBytes + length > 2 * maxBytes) {
      compact();
    }
    return newestPage(length);
  }

  private boolean newestHasRoom(int length) {
    return !pages.isEmpty() && pages.getLast().hasRoom(length);
  }

  private Page newestPage(int length) {
    if (!newestHasRoom(length)) {
      Page page = spare;
      if (length > pageBytes || spare == null) {
        page = new Page(Math.max(length, pageBytes));
      } else {
        spare = null;
      }
      pages.addLast(page);
      pagesBytes += page.bytes.length;
    }
    return pages.getLast();
  }

  /** Copies the remaining ends into new pages, without the gaps of those that were removed. */
  private void compact() {
    Deque<Page> old = pages;
    pages = new ArrayDeque<>();
    for (Page page : old) {
      for (int place = page.oldest(); place != Page.NONE; place = page.after(place)) {
        newestPage(page.length(place)).addFrom(page, place);
      }
      release(page);
    }
  }

  /**
   * A piece of memory with ends in order of arrival, and an open-addressing table that finds them
   * by the hash of their run.
   *
   * <pre>
   *   bytes  | entry | entry | entry | free ...
   *            ^ oldest                ^ end
   *   entry  | length 4 | hash high 8 | hash low 8 | arrival 8 | event, serialized |
   *   slots  | offset of the entry + 1; 0 in an empty slot |
   * </pre>
   *
   * <p>The length counts the whole entry. A removed entry has the negative of its length and keeps
   * its slot, so that removal touches nothing else.
   */
  private static final class Page {
    static final int NONE = -1;
    static final int HEADER_BYTES = Integer.BYTES + 3 * Long.BYTES;

    private static final int HIGH = Integer.BYTES;
    private static final int LOW = HIGH + Long.BYTES;
    private static final int ARRIVAL = LOW + Long.BYTES;
    private static final int MIN_SLOTS = 64;
    private static final double MAX_LOAD = 0.75;

    final byte[] bytes;
    private final ByteBuffer entries;
    private int oldest;
    private int end;
    private int count;
    private int[] slots = new int[MIN_SLOTS];

    Page(int size) {
      bytes = new byte[size];
      entries = ByteBuffer.wrap(bytes);
    }

    boolean hasRoom(int length) {
      return end + length <= bytes.length;
    }

    void add(long high, long low, long arrival, DataOutputSerializer event) {
      int length = HEADER_BYTES + event.length();
      entries.putInt(end, length);
      entries.putLong(end + HIGH, high);
      entries.putLong(end + LOW, low);
      entries.putLong(end + ARRIVAL, arrival);
      entries.put(end + HEADER_BYTES, event.getSharedBuffer(), 0, event.length());
      appended(high, length);
    }

    void addFrom(Page other, int place) {
      int length = other.length(place);
      System.arraycopy(other.bytes, place, bytes, end, length);
      appended(other.high(place), length);
    }

    private void appended(long high, int length) {
      if (count >= Probing.maxEntries(slots.length, MAX_LOAD)) {
        slots = new int[2 * slots.length];
        for (int place = 0; place < end; place += Math.abs(entries.getInt(place))) {
          enter(high(place), place);
        }
      }
      enter(high, end);
      end += length;
      count++;
    }

    private void enter(long high, int place) {
      int capacity = slots.length;
      int slot = home(high, capacity);
      while (slots[slot] != 0) {
        slot = Probing.next(slot, capacity);
      }
      slots[slot] = place + 1;
    }

    /** The place of a run's entry, or {@link #NONE}. */
    int find(long high, long low) {
      int capacity = slots.length;
      for (int slot = home(high, capacity); slots[slot] != 0; slot = Probing.next(slot, capacity)) {
        int place = slots[slot] - 1;
        if (high(place) == high && low(place) == low && length(place) > 0) {
          return place;
        }
      }
      return NONE;
    }

    // The upper half of the hash: the lower half chose the key group.
    private static int home(long high, int capacity) {
      return Probing.home((int) (high >>> Integer.SIZE), capacity);
    }

    /** The place of the oldest entry, or {@link #NONE}. */
    int oldest() {
      oldest = skipRemoved(oldest);
      return oldest == end ? NONE : oldest;
    }

    /** The place of the entry after another one, or {@link #NONE}. */
    int after(int place) {
      int next = skipRemoved(place + Math.abs(entries.getInt(place)));
      return next == end ? NONE : next;
    }

    private int skipRemoved(int from) {
      int place = from;
      while (place < end && entries.getInt(place) < 0) {
        place -= entries.getInt(place);
      }
      return place;
    }

    void remove(int place) {
      entries.putInt(place, -entries.getInt(place));
    }

    int length(int place) {
      return entries.getInt(place);
    }

    long high(int place) {
      return entries.getLong(place + HIGH);
    }

    long low(int place) {
      return entries.getLong(place + LOW);
    }

    long arrival(int place) {
      return entries.getLong(place + ARRIVAL);
    }

    void clear() {
      oldest = 0;
      end = 0;
      count = 0;
      Arrays.fill(slots, 0);
    }
  }
}
