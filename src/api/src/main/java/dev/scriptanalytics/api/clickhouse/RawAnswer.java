package dev.scriptanalytics.api.clickhouse;

import dev.scriptanalytics.api.error.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * An answer that is passed on as ClickHouse wrote it.
 *
 * <p>A query that fails midway writes its error behind its rows, and ends without the last chunk.
 * So the end of what has arrived is held back until more follows: an error's text never reaches a
 * client.
 */
public final class RawAnswer implements AutoCloseable {
  /** The text of an error has at most 16 KB, besides its marks. */
  private static final int HELD = 32_768;

  private final InputStream body;
  private final Question question;

  RawAnswer(InputStream body, Question question) {
    this.body = body;
    this.question = question;
  }

  /**
   * Passes all of it on.
   *
   * @throws ApiException if the query fails or takes too long
   * @throws IOException if {@code out} cannot be written to
   */
  public void transferTo(OutputStream out) throws IOException {
    byte[] buffer = new byte[8 * HELD];
    int length = 0;
    while (true) {
      int read = read(buffer, length);
      if (read < 0) {
        out.write(buffer, 0, length);
        close();
        return;
      }
      length += read;
      if (length == buffer.length) {
        out.write(buffer, 0, length - HELD);
        System.arraycopy(buffer, length - HELD, buffer, 0, HELD);
        length = HELD;
      }
    }
  }

  private int read(byte[] buffer, int length) {
    int read;
    try {
      read = body.read(buffer, length, buffer.length - length);
    } catch (IOException e) {
      int end = Math.max(0, length - HELD);
      throw question.failed(new String(buffer, end, length - end, StandardCharsets.ISO_8859_1));
    }
    if (read < 0 && question.isClosed()) {
      throw question.cutOff();
    }
    return read;
  }

  /** Ends the query if it still runs. May be called from any thread, and more than once. */
  @Override
  public void close() {
    question.close();
  }
}
