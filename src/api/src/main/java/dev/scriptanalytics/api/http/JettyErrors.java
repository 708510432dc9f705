package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.error.ApiException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Writes the errors that Jetty finds before any route is asked, such as a malformed address. */
public final class JettyErrors extends Handler.Abstract.NonBlocking {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    ApiException error = error(request, response.getStatus());
    response.setStatus(error.status());
    error.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problems.TYPE);
    response.write(true, ByteBuffer.wrap(Problems.body(error)), callback);
    return true;
  }

  private static ApiException error(Request request, int status) {
    if (status == 500 && request.getConnectionMetaData().getConnector().getServer().isStopping()) {
      return new ApiException(503, "UNAVAILABLE", "The server stops; try again")
          .header("Retry-After", "1");
    }
    return Problems.ofStatus(status < 400 ? 400 : status);
  }
}
