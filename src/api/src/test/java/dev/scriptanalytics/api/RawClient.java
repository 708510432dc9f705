package dev.scriptanalytics.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends what it is told to, right or wrong, over one connection. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  /** An answer; the names of its headers are in lower case. */
  record Answer(int status, Map<String, String> headers, String body) {
    boolean isLast() {
      return "close".equals(headers.get("connection"));
    }
  }

  private final Socket socket = new Socket();
  private final InputStream in;

  RawClient(int port) {
    this(port, 65_536);
  }

  /**
   * Connects.
   *
   * @param window how much it takes before it reads
   */
  RawClient(int port, int window) {
    try {
      socket.setReceiveBufferSize(window);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A request line with a host and, unless it is null, a key; headers end with a line break. */
  static String head(String method, String address, String key, String... headers) {
    return method
        + " "
        + address
        + " HTTP/1.1\r\nHost: api\r\n"
        + (key == null ? "" : "Authorization: Bearer " + key + "\r\n")
        + String.join("", headers)
        + "\r\n";
  }

  /** JSON that is sent with a key. */
  static String post(String address, String key, String json) {
    return head(
            "POST",
            address,
            key,
            "Content-Type: application/json\r\n",
            "Content-Length: " + json.getBytes(StandardCharsets.UTF_8).length + "\r\n")
        + json;
  }

  RawClient send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawClient send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next answer to anything but HEAD. */
  Answer read() {
    return readBody(readHead());
  }

  /** An answer whose head was read. */
  Answer readBody(Answer head) {
    try {
      Map<String, String> headers = head.headers();
      byte[] body =
          headers.containsKey("transfer-encoding")
              ? readChunks()
              : in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
      return new Answer(head.status(), headers, new String(body, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next answer's status and headers. */
  Answer readHead() {
    try {
      String status = readLine();
      Map<String, String> headers = new TreeMap<>();
      for (String line = readLine(); !line.isEmpty(); line = readLine()) {
        int colon = line.indexOf(':');
        headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
      }
      return new Answer(Integer.parseInt(status.substring(9, 12)), headers, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] readChunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = readSize(); size > 0; size = readSize()) {
      body.write(in.readNBytes(size));
      readLine();
    }
    readLine();
    return body.toByteArray();
  }

  private int readSize() throws IOException {
    return Integer.parseInt(readLine(), 16);
  }

  /** The next line; fails where the connection ends. */
  String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("The connection has ended after '%s'".formatted(line));
      }
      line.append((char) b);
    }
    return line.toString().stripTrailing();
  }

  /** Waits until the server has closed the connection, and says whether it did. */
  boolean isClosed() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return !(e instanceof java.net.SocketTimeoutException);
    }
  }

  /** Goes away. */
  void leave() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    leave();
  }
}
