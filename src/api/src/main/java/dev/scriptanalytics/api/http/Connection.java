package dev.scriptanalytics.api.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/**
 * The connection of a request, from its arrival to its answer.
 *
 * <p>Jetty does not tell that a client went away while nothing is read or written. So the socket is
 * looked at from time to time: while an answer is prepared Jetty does not read from it, and an end
 * of its input means that nobody waits for the answer any more. A client that takes an answer too
 * slowly is given up as well, because it holds a thread.
 */
public final class Connection {
  private enum State {
    /** The answer is prepared, and the socket is looked at. */
    PREPARING,
    /** The answer is on its way. */
    SENDING,
    /** Nothing more is done here. */
    RELEASED
  }

  private final EndPoint endPoint;
  private final CompletableFuture<Void> lost = new CompletableFuture<>();
  private final Pace pace = new Pace(System::nanoTime);
  private State state = State.PREPARING;
  private boolean hasMore;

  private Connection(EndPoint endPoint) {
    this.endPoint = endPoint;
  }

  /** The connection of a request, which is the same object at each call. */
  public static Connection of(Context context) {
    Connection known = context.attribute(Connection.class.getName());
    if (known != null) {
      return known;
    }
    Connection connection =
        new Connection(
            ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint());
    context.attribute(Connection.class.getName(), connection);
    return connection;
  }

  /** Completes when the client is gone or given up; never otherwise. */
  public CompletableFuture<Void> lost() {
    return lost;
  }

  /** Whether the client is gone or was given up. */
  public boolean isLost() {
    return lost.isDone();
  }

  /**
   * The answer is complete, or begins to be sent by who looks after it: the watch ends.
   *
   * @return whether the connection must be closed after it
   */
  public synchronized boolean release() {
    state = State.RELEASED;
    return hasMore;
  }

  /**
   * The answer begins to be sent.
   *
   * @return whether the connection must be closed after it
   */
  synchronized boolean beginSending() {
    if (state == State.PREPARING) {
      state = State.SENDING;
    }
    return hasMore;
  }

  /** A part of the answer is about to be written; the client may make this wait. */
  synchronized void beginWrite() {
    pace.beginWrite();
  }

  /** A part of the answer was written. */
  synchronized void endWrite(long bytes) {
    pace.endWrite(bytes);
  }

  /** Ends the connection without completing the answer, so that the client sees that it is cut. */
  public void abort() {
    release();
    // Closes the socket under a thread that waits for it.
    endPoint.close();
    lost.complete(null);
  }

  /**
   * Looks at the connection.
   *
   * @param minRate the bytes per second that a client must take over 30 s of waiting for it
   * @return whether to look again
   */
  boolean check(long minRate) {
    synchronized (this) {
      if (state == State.RELEASED) {
        return false;
      }
      boolean fine = state == State.SENDING ? pace.isEnough(minRate) : isThere();
      if (fine) {
        return true;
      }
    }
    abort();
    return false;
  }

  private boolean isThere() {
    if (!endPoint.isOpen()) {
      return false;
    }
    if (hasMore || !(endPoint.getTransport() instanceof SocketChannel socket)) {
      return true;
    }
    try {
      int read = socket.read(ByteBuffer.allocate(1));
      // A client that sends its next request early loses a byte of it, so this is its last answer.
      hasMore = read > 0;
      return read >= 0;
    } catch (IOException e) {
      return false;
    }
  }
}
