package dev.scriptanalytics.track;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RowBinaryBuffer;

/**
 * What a streamed entry and a captured line are compared by: 64 bits of their level and message, as
 * both stand in rows. Blanks at the message's end do not count, nor those between the tokens of
 * JSON: a logger that prints an object writes {@code {"a": 1}}, and one that sends it {@code
 * {"a":1}}. Reusable, not thread-safe.
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
  private final RowBinaryBuffer compact = new RowBinaryBuffer();

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
    int end = to;
    while (end > from && isBlank(message[end - 1])) {
      end--;
    }
    if (isJson(message, from, end)) {
      compact(message, from, end);
      hash.hash(compact.buffer(), 0, compact.size());
    } else {
      hash.hash(message, from, end);
    }
    long bits = hash.high() + level * LEVEL;
    return bits == 0 ? LEVEL : bits;
  }

  /** Whether a message may be an object or an array; of any other text the blanks count. */
  private static boolean isJson(byte[] message, int from, int to) {
    if (to - from < 2) {
      return false;
    }
    byte first = message[from];
    byte last = message[to - 1];
    return (first == '{' && last == '}') || (first == '[' && last == ']');
  }

  /** Copies what is no blank outside of strings. */
  private void compact(byte[] json, int from, int to) {
    compact.reset();
    boolean inString = false;
    int copied = from;
    for (int at = from; at < to; at++) {
      byte next = json[at];
      if (inString && next == '\\') {
        at++;
      } else if (next == '"') {
        inString = !inString;
      } else if (!inString && isBlank(next)) {
        compact.raw(json, copied, at);
        copied = at + 1;
      }
    }
    compact.raw(json, copied, to);
  }

  private static boolean isBlank(byte character) {
    return character == ' ' || character == '\n' || character == '\r' || character == '\t';
  }
}
