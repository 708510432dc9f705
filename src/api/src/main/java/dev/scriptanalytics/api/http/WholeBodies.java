package dev.scriptanalytics.api.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoader;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoaderFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Reads the body of a request before a thread takes the request, so that a client that sends slowly
 * holds none.
 *
 * <p>Jetty's own RetainedContentLoaderFactory keeps the network's buffers, and does not give them
 * back where it refuses a body: a thousand large bodies took 200 MB.
 */
final class WholeBodies implements ContentLoaderFactory {
  private final int most;

  /**
   * A reader of bodies.
   *
   * @param most the largest body, in bytes
   */
  WholeBodies(int most) {
    this.most = most;
  }

  @Override
  public String getApplicableMimeType() {
    return null;
  }

  @Override
  public ContentLoader newContentLoader(
      String contentType,
      String mimeType,
      Handler handler,
      Request request,
      Response response,
      Callback callback) {
    return new Loader(handler, request, response, callback);
  }

  private final class Loader extends ContentLoader implements Invocable.Task {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    Loader(Handler handler, Request request, Response response, Callback callback) {
      super(handler, request, response, callback);
    }

    @Override
    protected void load() {
      if (getRequest().getLength() > most) {
        refuse();
      } else {
        read(this::answer);
      }
    }

    @Override
    public void run() {
      read(() -> getRequest().getContext().execute(this::answer));
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    private void read(Runnable whole) {
      while (true) {
        Content.Chunk chunk = getRequest().read();
        if (chunk == null) {
          getRequest().demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          Response.writeError(getRequest(), getResponse(), getCallback(), chunk.getFailure());
          return;
        }
        add(chunk);
        if (body.size() > most) {
          refuse();
          return;
        }
        if (chunk.isLast()) {
          whole.run();
          return;
        }
      }
    }

    private void add(Content.Chunk chunk) {
      byte[] bytes = new byte[chunk.remaining()];
      chunk.get(bytes, 0, bytes.length);
      chunk.release();
      body.write(bytes, 0, bytes.length);
    }

    private void refuse() {
      Response.writeError(
          getRequest(), getResponse(), getCallback(), HttpStatus.PAYLOAD_TOO_LARGE_413);
    }

    private void answer() {
      handle(new Whole(getRequest(), body.toByteArray()), getResponse(), getCallback());
    }
  }

  /** A request whose body has arrived. */
  private static final class Whole extends Request.Wrapper {
    private Content.Chunk body;

    Whole(Request request, byte[] body) {
      super(request);
      this.body = Content.Chunk.from(ByteBuffer.wrap(body), true);
    }

    @Override
    public Content.Chunk read() {
      Content.Chunk next = body;
      body = Content.Chunk.EOF;
      return next;
    }

    @Override
    public void demand(Runnable more) {
      more.run();
    }
  }
}
