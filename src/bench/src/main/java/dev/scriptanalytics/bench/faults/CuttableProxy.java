package dev.scriptanalytics.bench.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;

/**
 * A network path of its own between the job and a server on this machine, that can be cut: then
 * nothing passes in either direction and nobody is told, as when a cable is pulled.
 */
final class CuttableProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final ServerSocket entrance;
  private final int target;
  private final Set<Socket> ends = new HashSet<>();
  private volatile boolean cut;

  /**
   * Leads from a free port to another one.
   *
   * @param target where a server listens, now or later
   */
  CuttableProxy(int target) throws IOException {
    this.target = target;
    this.entrance = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    startThread(this::accept);
  }

  /** Where clients connect. */
  int port() {
    return entrance.getLocalPort();
  }

  /** From now on connections stay as they are, and what is sent is lost. */
  void cut() {
    cut = true;
  }

  /** New connections pass again; those of before are reset, since bytes of them are missing. */
  synchronized void restore() {
    closeAll();
    cut = false;
  }

  @Override
  public synchronized void close() throws IOException {
    entrance.close();
    closeAll();
  }

  private void closeAll() {
    Set.copyOf(ends).forEach(this::reset);
  }

  private synchronized void reset(Socket end) {
    ends.remove(end);
    try {
      end.setSoLinger(true, 0);
      end.close();
    } catch (IOException closedAlready) {
      // As it should be.
    }
  }

  private void accept() {
    try {
      while (true) {
        connect(entrance.accept());
      }
    } catch (IOException closed) {
      // The suite has ended.
    }
  }

  private synchronized void connect(Socket near) {
    ends.add(near);
    if (cut) {
      return;
    }
    try {
      Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
      ends.add(far);
      startThread(() -> pass(near, far));
      startThread(() -> pass(far, near));
    } catch (IOException nobodyListens) {
      reset(near);
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!cut) {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException closed) {
      // By one side or by the cut; the other side is told below.
    }
    if (!cut) {
      reset(from);
      reset(to);
    }
  }

  private static void startThread(Runnable body) {
    Thread thread = new Thread(body, "link");
    thread.setDaemon(true);
    thread.start();
  }
}
