package dev.scriptanalytics.api.http;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * The body of an answer, held back until it is complete or larger than 1 MB.
 *
 * <p>While it is held back an error can still have its status. After that an error ends the
 * connection without the last chunk, so that a client sees that the answer is not whole.
 */
public final class HeldOutput extends OutputStream {
  private static final int MOST = 1 << 20;

  private final Context context;
  private final Map<String, String> headers;
  private final Connection connection;
  private ByteArrayOutputStream held = new ByteArrayOutputStream(8192);
  private OutputStream out;

  HeldOutput(Context context, Map<String, String> headers) {
    this.context = context;
    this.headers = headers;
    this.connection = Connection.of(context);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (out == null && held.size() + length > MOST) {
      begin();
      sendHeld();
    }
    if (out == null) {
      held.write(bytes, offset, length);
    } else {
      connection.beginWrite();
      out.write(bytes, offset, length);
      connection.endWrite(length);
    }
  }

  private void begin() throws IOException {
    if (connection.beginSending()) {
      context.header("Connection", "close");
    }
    // Not before, because an error has a type of its own and is no file.
    headers.forEach(context::header);
    out = context.res().getOutputStream();
  }

  private void sendHeld() throws IOException {
    connection.beginWrite();
    held.writeTo(out);
    connection.endWrite(held.size());
    held = null;
  }

  /** Sends what is held back: the answer is complete. */
  void complete() throws IOException {
    if (out == null) {
      context.res().setContentLength(held.size());
      begin();
      sendHeld();
    }
  }

  /** Whether a part of the answer has been sent. */
  boolean isSent() {
    return out != null;
  }

  /** Ends the connection, because the answer cannot be completed. */
  void abort() {
    connection.abort();
  }
}
