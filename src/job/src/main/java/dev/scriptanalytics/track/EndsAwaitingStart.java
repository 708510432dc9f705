package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
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
 * The ends of runs whose start has not come, oldest first, to be merged with it if it comes.
 *
 * <p>Where producers send no starts every run passes through here, and leaves untouched. So an end
 * costs a copy of its bytes into a page and a place in the page's own table, which goes as a whole:
 * as objects the ends were a third of the tracker's time, and so they were with one table for all,
 * out of which each of them had to be taken again.
 */
final class EndsAwaitingStart {
  private static final byte FORMAT = 1;
  private static final int MIN_PAGE_BYTES = 4 << 10;
  // A page and its table stay in the processor's cache, and a search looks into all tables.
  private static final int PAGES = 16;

  private final long maxBytes;
  private final int pageBytes;
  private final ScriptEventSerializer serializer = new ScriptEventSerializer();
  private final DataOutputSerializer scratch = new DataOutputSerializer(1 << 10);

  private Deque<Page> pages = new ArrayDeque<>();
  private Page spare;
  private long pagesBytes;
  private int size;
  private long liveBytes;

  /**
   * Nothing yet.
   *
   * @param maxBytes how many bytes may wait
   */
  EndsAwaitingStart(long maxBytes) {
    this.maxBytes = Math.min(maxBytes, Integer.MAX_VALUE / 4);
    this.pageBytes = (int) Math.max(MIN_PAGE_BYTES, this.maxBytes / PAGES);
  }

  /** How many there are. */
  int size() {
    return size;
  }

  /** Keeps an end that is not here yet; the oldest ones leave where there is no room for it. */
  void add(ScriptEvent event) {
    try {
      scratch.clear();
      serializer.serialize(event, scratch);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int length = Page.HEADER_BYTES + scratch.length();
    if (length > maxBytes) {
      return;
    }
    while (liveBytes + length > maxBytes) {
      removeOldest();
    }
    Page page = pageFor(length);
    page.add(event.hashHigh, event.hashLow, event.arrival, scratch);
    size++;
    liveBytes += length;
  }

  /** Takes the end of a run out; null if it is not here. */
  ScriptEvent take(long high, long low) {
    // What was ended out of order has its start soon.
    for (var newestFirst = pages.descendingIterator(); newestFirst.hasNext(); ) {
      Page page = newestFirst.next();
      int place = page.find(high, low);
      if (place != Page.NONE) {
        ScriptEvent event = event(page, place);
        remove(page, place);
        return event;
      }
    }
    return null;
  }

  /** Lets the oldest ones go, as long as their arrival is one that the predicate takes. */
  void letGo(LongPredicate isOver) {
    while (size > 0) {
      Page page = oldestPage();
      if (!isOver.test(page.arrival(page.oldest()))) {
        return;
      }
      remove(page, page.oldest());
    }
  }

  /** Says which runs' ends shall stay. */
  interface Filter {
    boolean keeps(long high, long low);
  }

  /** Lets all those go that the filter does not keep. */
  void retain(Filter filter) {
    forEach(
        (page, place) -> {
          if (!filter.keeps(page.high(place), page.low(place))) {
            remove(page, place);
          }
        });
  }

  /**
   * Everything that waits, for {@link #read}: a blob for each key group, null where nothing does.
   *
   * @param keyGroup from 0, of the first half of a hash
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

  /** Gives the ends that {@link #toBytes} has put into a blob. */
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

  private void removeOldest() {
    Page page = oldestPage();
    remove(page, page.oldest());
  }

  private void remove(Page page, int place) {
    liveBytes -= page.length(place);
    size--;
    page.remove(place);
  }

  /** The oldest page that has any; there must be one. */
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

  /** The newest page, which has room for so many bytes. */
  private Page pageFor(int length) {
    // Twice of what may wait, so that this comes once for each time that the content changes.
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

  /** Moves together what is left of pages out of which most was taken. */
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

  /** Ends one behind the other, and a table that finds them by the run's hash. */
  private static final class Page {
    static final int NONE = -1;
    // Length, hash and arrival of an entry, before the event itself.
    static final int HEADER_BYTES = Integer.BYTES + 3 * Long.BYTES;

    private static final int HIGH = Integer.BYTES;
    private static final int LOW = HIGH + Long.BYTES;
    private static final int ARRIVAL = LOW + Long.BYTES;
    private static final int MIN_SLOTS = 64;

    final byte[] bytes;
    // One that was removed has the negative of its length; its slot stays.
    private final ByteBuffer entries;
    private int oldest;
    private int end;
    private int count;
    // Open addressing: where the entry is, plus one; 0 is an empty slot.
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
      if (4 * (count + 1) > 3 * slots.length) {
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
      int mask = slots.length - 1;
      int at = home(high, mask);
      while (slots[at] != 0) {
        at = (at + 1) & mask;
      }
      slots[at] = place + 1;
    }

    int find(long high, long low) {
      int mask = slots.length - 1;
      for (int at = home(high, mask); slots[at] != 0; at = (at + 1) & mask) {
        int place = slots[at] - 1;
        if (high(place) == high && low(place) == low && length(place) > 0) {
          return place;
        }
      }
      return NONE;
    }

    // The upper half of the hash: the lower one chose the key group.
    private static int home(long high, int mask) {
      return (int) (high >>> 32) & mask;
    }

    /** Where the oldest entry is, or {@link #NONE}. */
    int oldest() {
      oldest = skipRemoved(oldest);
      return oldest == end ? NONE : oldest;
    }

    /** Where the next entry is, or {@link #NONE}. */
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
