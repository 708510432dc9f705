package dev.scriptanalytics.api.http;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An answer of content type {@code text/event-stream} that stays open and holds no thread.
 *
 * <p>What a client does not take at once waits in a queue, so that a slow client delays no other. A
 * client that takes nothing for 10 s, or lets more than 1 MB wait, is disconnected, and so is one
 * that lets anything wait while 64 MB wait in all streams.
 *
 * <p>Javalin's own SseClient blocks while it sends: one client that stopped reading held up all
 * others for 30 s.
 */
public final class EventStream {
  private static final int MOST_WAITING = 1 << 20;
  private static final int MUCH_WAITING = 1 << 18;
  private static final long MOST_WAITING_IN_ALL = 64L << 20;
  private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

  private final Context context;
  private final AtomicLong waitingInAll;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Deque<byte[]> queue = new ArrayDeque<>();
  private ServletOutputStream out;
  private boolean isReady;
  private boolean unflushed;
  private long waiting;
  private long lastWritten = System.nanoTime();
  private long lastQueued = System.nanoTime();

  private EventStream(Context context, AtomicLong waitingInAll) {
    this.context = context;
    this.waitingInAll = waitingInAll;
  }

  /**
   * Answers a request with a stream that is open until one side ends it. The request must be
   * asynchronous, and end when {@link #ended} completes.
   *
   * @param waitingInAll the bytes that wait in all streams together
   */
  public static EventStream open(Context context, AtomicLong waitingInAll) {
    EventStream stream = new EventStream(context, waitingInAll);
    context.res().setContentType("text/event-stream");
    context.res().setCharacterEncoding("utf-8");
    context.header("Cache-Control", "no-cache");
    // Or nginx would hold events back.
    context.header("X-Accel-Buffering", "no");
    // What the client sent meanwhile may have been read, so there is no further answer here.
    context.header("Connection", "close");
    var unused = Connection.of(context).lost().thenRun(stream::close);
    var unusedToo = stream.ended.thenRun(stream::forget);
    if (HeadAsGet.is(context)) {
      stream.close();
    } else {
      stream.begin();
    }
    return stream;
  }

  private void begin() {
    try {
      synchronized (this) {
        out = context.res().getOutputStream();
      }
      out.setWriteListener(new Listener());
    } catch (IOException e) {
      ended.complete(null);
    }
  }

  private final class Listener implements WriteListener {
    @Override
    public void onWritePossible() {
      synchronized (EventStream.this) {
        isReady = true;
        write();
      }
    }

    @Override
    public void onError(Throwable failure) {
      ended.complete(null);
    }
  }

  /** Sends a part of the stream as soon as the client takes it. */
  public void send(String text) {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * As {@link #send(String)}, in UTF-8; many streams may share the bytes, and nothing comes
   * between.
   */
  public synchronized void send(byte[]... parts) {
    if (ended.isDone()) {
      return;
    }
    lastQueued = System.nanoTime();
    if (queue.isEmpty()) {
      lastWritten = lastQueued;
    }
    for (byte[] part : parts) {
      queue.add(part);
      count(part.length);
    }
    write();
    if (waiting > MOST_WAITING || (waiting > 0 && waitingInAll.get() > MOST_WAITING_IN_ALL)) {
      giveUp();
    }
  }

  /**
   * Whether little enough waits that more should be sent. Who has much to send and asks this before
   * each part loses no client that merely takes a while.
   */
  public synchronized boolean hasRoom() {
    return waiting < MUCH_WAITING;
  }

  private void count(long bytes) {
    waiting += bytes;
    waitingInAll.addAndGet(bytes);
  }

  private synchronized void forget() {
    queue.clear();
    count(-waiting);
  }

  /** Sends a comment if nothing was sent for a while, and gives up a client that takes nothing. */
  public synchronized void beat(Duration silence) {
    if (!queue.isEmpty() && System.nanoTime() - lastWritten > PATIENCE) {
      giveUp();
    } else if (System.nanoTime() - lastQueued >= silence.toNanos()) {
      send(": heartbeat\n\n");
    }
  }

  /** Writes what waits while the client takes it; the listener goes on where it does not. */
  private void write() {
    if (!isReady) {
      return;
    }
    try {
      while (out.isReady()) {
        byte[] next = queue.poll();
        if (next != null) {
          out.write(next);
          count(-next.length);
          lastWritten = System.nanoTime();
          unflushed = true;
        } else if (unflushed) {
          unflushed = false;
          out.flush();
        } else {
          return;
        }
      }
      isReady = false;
    } catch (IOException | RuntimeException e) {
      ended.complete(null);
    }
  }

  private void giveUp() {
    Connection.of(context).abort();
    ended.complete(null);
  }

  /** Ends the answer. */
  public void close() {
    ended.complete(null);
  }

  /** Completes when the stream has ended, whoever ended it. */
  public CompletableFuture<Void> ended() {
    return ended;
  }
}
