package dev.scriptanalytics.api.operations;

import dev.scriptanalytics.api.http.HttpServer;
import dev.scriptanalytics.api.http.Requests;
import java.time.Duration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes each request when its answer has ended: in the log, and in the metrics.
 *
 * <p>A line has neither a header nor the part of the address after {@code ?}. So it has no key, no
 * login ticket, and nothing that a user searched for.
 */
public final class AccessLog implements RequestLog {
  private static final Logger LOG = LoggerFactory.getLogger("access");
  private static final String NO_ROUTE = "none";

  private final Metrics metrics;

  public AccessLog(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void log(Request request, Response response) {
    Duration duration = Duration.ofNanos(NanoTime.since(request.getBeginNanoTime()));
    Object route = request.getAttribute(HttpServer.ROUTE);
    metrics.answered(
        request.getMethod(),
        route == null ? NO_ROUTE : route.toString(),
        response.getStatus(),
        duration);
    LOG.info(
        "{} {} {} {} bytes, {} ms, user {}, from {}, id {}",
        request.getMethod(),
        request.getHttpURI().getPath(),
        response.getStatus(),
        Response.getContentBytesWritten(response),
        duration.toMillis(),
        text(request.getAttribute(Requests.USER)),
        Request.getRemoteAddr(request),
        text(request.getAttribute(Requests.ID)));
  }

  private static String text(Object attribute) {
    return attribute == null ? "-" : attribute.toString();
  }
}
