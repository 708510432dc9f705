package dev.scriptanalytics.testkit.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports of the loopback interface, on which everything in the local stack listens. */
public final class Ports {

  /** The address that the servers of the local stack bind and clients connect to. */
  public static final String LOOPBACK = "127.0.0.1";

  // Below the range that Linux and macOS give to outgoing connections: a server that is restarted
  // on its port must not find a client there.
  private static final int LOWEST_FREE = 12_000;
  private static final int HIGHEST_FREE = 32_000;
  private static final int CONNECT_TIMEOUT_MILLIS = 1_000;

  private Ports() {}

  /**
   * A port on which nothing listens.
   *
   * @throws IllegalStateException if none was found
   */
  public static int free() {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_FREE, HIGHEST_FREE);
      if (!isTaken(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "No free TCP port between " + LOWEST_FREE + " and " + HIGHEST_FREE + ".");
  }

  /** Whether a server cannot listen on the port now; another server on all interfaces is enough. */
  public static boolean isTaken(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // As servers do: connections of an earlier server that are still closing do not matter.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException taken) {
      return true;
    }
    // macOS lets a program bind the loopback address while another listens on all interfaces.
    return accepts(port);
  }

  /** Whether a server accepts connections on the port. */
  public static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MILLIS);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }
}
