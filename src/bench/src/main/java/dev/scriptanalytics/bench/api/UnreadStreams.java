package dev.scriptanalytics.bench.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Event streams that nobody reads. */
final class UnreadStreams implements Closeable {
  /** Small, so that it is the server's own memory that fills, and not this machine's kernel. */
  private static final int RECEIVE_BUFFER = 8192;

  private final int port;
  private final int scripts;
  private final List<Socket> sockets = new ArrayList<>();

  /**
   * No streams yet.
   *
   * @param scripts how many scripts they follow in turn
   */
  UnreadStreams(int port, int scripts) {
    this.port = port;
    this.scripts = scripts;
  }

  /** Opens more of them. */
  void open(int more) throws IOException {
    for (int i = 0; i < more; i++) {
      Socket socket = new Socket();
      sockets.add(socket);
      socket.setReceiveBufferSize(RECEIVE_BUFFER);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      String path = Requests.logs(LogTable.followed(sockets.size() % scripts)) + "&stream=true";
      socket.getOutputStream().write(Requests.get(path).getBytes(UTF_8));
    }
  }

  /** How many were opened, those included that the server has closed. */
  int opened() {
    return sockets.size();
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
