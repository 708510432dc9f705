package dev.scriptanalytics.track;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.row.LogRow;

/**
 * What a streamed entry and a captured line are compared by: 64 bits of their level and message, as
 * both stand in rows. Reusable, not thread-safe.
 *
 * <p>They stand for the texts: that any entry and any line of a run differ and have the same bits
 * has, with a thousand of both, a chance of 5 in 10^14.
 */
final class LineHash {
  // Fixed, because the bits are part of every savepoint.
  private static final String KEY = "6c6f672d6c696e652d73747265616d65";
  // 2^64 divided by the golden ratio: no two levels come close.
  private static final long LEVEL = 0x9e3779b97f4a7c15L;

  private final SipHash hash = new SipHash(KEY);

  /**
   * The bits of a row.
   *
   * @return never 0
   */
  long of(LogRow entry) {
    LogRow row = entry.withMessage();
    return of(row.levelCode(), row.bytes(), row.messageStart(), row.messageEnd());
  }

  /**
   * The bits of a level and a message in UTF-8.
   *
   * @return never 0
   */
  long of(LogLevel level, byte[] message) {
    return of(level.code(), message, 0, message.length);
  }

  private long of(int level, byte[] message, int from, int to) {
    hash.hash(message, from, to);
    long bits = hash.high() + level * LEVEL;
    return bits == 0 ? LEVEL : bits;
  }
}
