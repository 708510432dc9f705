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

/**
 * An answer of content type {@code text/event-stream} that stays open and holds no thread.
 *
 * <p>What a client does not take at once waits in a queue, so that a slow client delays no other. A
 * client that takes nothing for 10 s, or lets more than 1 MB wait, is disconnected.
 *
 * <p>Javalin's own SseClient blocks while it sends: one client that stopped reading held up all
 * others for 30 s.
 */
public final class EventStream {
  private static final int MOST_WAITING = 1 << 20;
  private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

  private final Context context;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Deque<byte[]> queue = new ArrayDeque<>();
  private ServletOutputStream out;
  private boolean isReady;
  private boolean unflushed;
  private long waiting;
  private long lastWritten = System.nanoTime();
  private long lastQueued = System.nanoTime();

  private EventStream(Context context) {
    this.context = context;
  }

  /**
   * Answers a request with a stream that is open until one side ends it. The request must be
   * asynchronous, and end when {@link #ended} completes.
   */
  public static EventStream open(Context context) {
    EventStream stream = new EventStream(context);
    context.res().setContentType("text/event-stream");
    context.res().setCharacterEncoding("utf-8");
    context.header("Cache-Control", "no-cache");
    // Or nginx would hold events back.
    context.header("X-Accel-Buffering", "no");
    // What the client sent meanwhile may have been read, so there is no further answer here.
    context.header("Connection", "close");
    var unused = Connection.of(context).lost().thenRun(stream::close);
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

  /** Sends a text, which ends with an empty line, as soon as the client takes it. */
  public synchronized void send(String text) {
    if (ended.isDone()) {
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    lastQueued = System.nanoTime();
    if (queue.isEmpty()) {
      lastWritten = lastQueued;
    }
    queue.add(bytes);
    waiting += bytes.length;
    write();
    if (waiting > MOST_WAITING) {
      giveUp();
    }
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
          waiting -= next.length;
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
