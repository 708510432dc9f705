package dev.scriptanalytics.track;

import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.pattern.NewShape;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.shape.Shapes;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Passes on the shapes that a script's entries show for the first time, as far as it remembers.
 *
 * <p>It remembers a 64-bit hash of script and shape, in buckets of eight, a cache line each:
 *
 * <pre>
 *   | bucket 0: newest .. oldest | bucket 1 | ..       8 bytes a hash
 * </pre>
 *
 * <p>A new hash pushes the oldest of its bucket out, so a shape may be passed on again, which does
 * no harm. So does forgetting everything at a restart. The table doubles when half of its places
 * are taken, up to {@value #MAX_HASHES} places (8 MB).
 *
 * <p>At most one of {@value #ROWS_PER_SHAPE} rows passes its shape on, with {@value #MAX_ALLOWANCE}
 * in advance. So messages that are all different cannot double the work of the job. A shape that
 * may not be passed on is not remembered, and its next entry tries again.
 *
 * <p>The hash contains the entry's time in periods of {@value #PERIOD_DAYS} days, which begin at a
 * day of each shape's own. So a shape in use is passed on every month, and its row in {@code
 * log_shapes} does not expire.
 */
final class NewShapes {
  private static final int MIN_HASHES = 1 << 10;
  private static final int MAX_HASHES = 1 << 20;
  private static final int WAYS = 8;
  private static final int ROWS_PER_SHAPE = 8;
  private static final int MAX_ALLOWANCE = 10_000;
  private static final int PERIOD_DAYS = 32;
  private static final long DAY_MICROS = Duration.ofDays(1).toNanos() / 1000;

  /** The ASCII characters {@code shapes of script}; what it hashes stays in memory. */
  private static final String KEY = "736861706573206f6620736372697074";

  private final Consumer<NewShape> passedOn;
  private final Runnable heldBack;
  private final SipHash scriptHash = new SipHash(KEY);
  private final Shapes shapes = new Shapes();
  private final LogRow view = new LogRow();
  private long[] hashes = new long[MIN_HASHES];
  private int size;

  /** How many shapes may be passed on, in units of one row. */
  private int allowance = MAX_ALLOWANCE * ROWS_PER_SHAPE;

  /**
   * Remembers nothing.
   *
   * @param heldBack is called for each shape that may not be passed on
   */
  NewShapes(Consumer<NewShape> passedOn, Runnable heldBack) {
    this.passedOn = passedOn;
    this.heldBack = heldBack;
  }

  /** Receives a row of {@code logs} that is written. */
  void of(byte[] row) {
    long shape = LogRow.shape(row);
    int scriptEnd = shape == 0 ? 0 : LogRow.scriptKeyEnd(row);
    // A message that says nothing has no shape, and an entry without script will come again.
    if (scriptEnd == 0) {
      return;
    }
    allowance = Math.min(allowance + 1, MAX_ALLOWANCE * ROWS_PER_SHAPE);
    long timestamp = LogRow.timestamp(row);
    scriptHash.hash(row, LogRow.SCRIPT_KEY, scriptEnd);
    long hash = mix(scriptHash.high() + Long.rotateLeft(shape, 17));
    long period = Math.floorDiv(timestamp + (hash & 31) * DAY_MICROS, PERIOD_DAYS * DAY_MICROS);
    hash = mix(hash + period);
    if (isKnown(hash)) {
      return;
    }
    if (allowance < ROWS_PER_SHAPE) {
      heldBack.run();
      return;
    }
    allowance -= ROWS_PER_SHAPE;
    remember(hash);
    view.wrap(row).withMessage();
    shapes.of(row, view.messageStart(), view.messageEnd());
    byte[] text = Arrays.copyOf(shapes.text(), shapes.length());
    passedOn.accept(new NewShape(view.script(), shape, text, timestamp));
  }

  private boolean isKnown(long hash) {
    int bucket = bucket(hash);
    for (int i = bucket; i < bucket + WAYS; i++) {
      if (hashes[i] == hash) {
        return true;
      }
    }
    return false;
  }

  private void remember(long hash) {
    if (2 * size >= hashes.length && hashes.length < MAX_HASHES) {
      grow();
    }
    put(hash);
  }

  private void put(long hash) {
    int bucket = bucket(hash);
    if (hashes[bucket + WAYS - 1] == 0) {
      size++;
    }
    System.arraycopy(hashes, bucket, hashes, bucket + 1, WAYS - 1);
    hashes[bucket] = hash;
  }

  private void grow() {
    long[] old = hashes;
    hashes = new long[2 * old.length];
    size = 0;
    // The oldest of each bucket first, so that it stays the oldest.
    for (int bucket = 0; bucket < old.length; bucket += WAYS) {
      for (int i = bucket + WAYS - 1; i >= bucket; i--) {
        if (old[i] != 0) {
          put(old[i]);
        }
      }
    }
  }

  private int bucket(long hash) {
    return (int) hash & (hashes.length - WAYS);
  }

  /** Spreads a hash over all bits (the finalizer of MurmurHash3, public domain); never gives 0. */
  private static long mix(long value) {
    long mixed = value;
    mixed = (mixed ^ mixed >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    mixed ^= mixed >>> 33;
    return mixed == 0 ? 1 : mixed;
  }
}
