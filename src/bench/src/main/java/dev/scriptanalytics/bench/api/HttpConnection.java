package dev.scriptanalytics.bench.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A connection to a server of this machine that is kept for many requests.
 *
 * <p>It does as little as a client can. The JDK's client takes more processor time for a small
 * answer than the server that is measured, and would hide it.
 */
final class HttpConnection implements Closeable {
  private static final int TIMEOUT_MILLIS = 60_000;

  /** Shorter than any server here keeps an idle connection. */
  private static final long LONGEST_IDLE = Duration.ofSeconds(2).toNanos();

  private final int port;
  private final byte[] buffer = new byte[1 << 14];
  private Socket socket;
  private InputStream in;
  private long lastUsed;

  /** A connection that is made when the first request is sent. */
  HttpConnection(int port) {
    this.port = port;
  }

  /**
   * An answer whose body has been read.
   *
   * @param headers by their names in lower case
   */
  record Answer(int status, Map<String, String> headers) {}

  /** Sends a request, whose answer must be received before the next one is sent. */
  void send(String request) throws IOException {
    if (socket == null || System.nanoTime() - lastUsed > LONGEST_IDLE) {
      close();
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      in = new BufferedInputStream(socket.getInputStream(), buffer.length);
    }
    socket.getOutputStream().write(request.getBytes(UTF_8));
  }

  /** Reads an answer to its end. */
  Answer receive(OutputStream body) throws IOException {
    String statusLine = readLine();
    Map<String, String> headers = new HashMap<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if (headers.containsKey("content-length")) {
      copy(Long.parseLong(headers.get("content-length")), body);
    } else if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      copyChunks(body);
    } else {
      copyRest(body);
    }
    lastUsed = System.nanoTime();
    if ("close".equalsIgnoreCase(headers.get("connection"))) {
      close();
    }
    return new Answer(Integer.parseInt(statusLine.substring(9, 12)), headers);
  }

  private void copyChunks(OutputStream body) throws IOException {
    while (true) {
      long size = Long.parseLong(readLine(), 16);
      copy(size, body);
      // The line ends after a chunk; there are no trailers.
      readLine();
      if (size == 0) {
        return;
      }
    }
  }

  private void copyRest(OutputStream body) throws IOException {
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      body.write(buffer, 0, read);
    }
  }

  private void copy(long size, OutputStream body) throws IOException {
    long left = size;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new EOFException("the answer is cut off");
      }
      body.write(buffer, 0, read);
      left -= read;
    }
  }

  private String readLine() throws IOException {
    int length = 0;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection was closed");
      }
      buffer[length++] = (byte) next;
    }
    return new String(buffer, 0, length, ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
