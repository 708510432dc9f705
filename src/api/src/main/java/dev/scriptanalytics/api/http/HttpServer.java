package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.configuration.ApiConfiguration;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** How the server speaks HTTP, whatever its routes are. */
public final class HttpServer {
  /** Jetty's threads accept, read requests, and answer what needs no waiting. */
  private static final int THREADS = 16;

  /**
   * Bytes. The system's own buffers grow to megabytes: a slow client's progress would be seen
   * seldom, and its connection be given up meanwhile.
   */
  private static final int SEND_BUFFER = 262_144;

  private static final int LARGEST_HEADERS = 16 * 1024;

  /** The attribute of a request that has the pattern of its route. */
  public static final String ROUTE = "request-route";

  private HttpServer() {}

  /**
   * Configures a server.
   *
   * @param log is told of each request when its answer has ended
   */
  public static void configure(
      JavalinConfig config, ApiConfiguration configuration, RequestLog log) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.jetty.addConnector((server, http) -> connector(server, http, configuration));
    config.jetty.threadPool = new QueuedThreadPool(THREADS, THREADS);
    config.jetty.modifyServer(server -> configure(server, configuration, log));
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setRequestHeaderSize(LARGEST_HEADERS);
          // Javalin decodes addresses by itself and knows no %u0041, which no standard has.
          http.setUriCompliance(
              http.getUriCompliance().without("standard", UriCompliance.Violation.UTF16_ENCODINGS));
        });
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = Bodies.LARGEST;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    if (!configuration.corsOrigins().isEmpty()) {
      config.bundledPlugins.enableCors(
          cors -> cors.addRule(rule -> Cors.configure(rule, configuration.corsOrigins())));
    }
    config.routes.before(HttpServer::protect);
    config.routes.after(HttpServer::nameRoute);
    ErrorHandling.install(config.routes);
  }

  private static void configure(Server server, ApiConfiguration configuration, RequestLog log) {
    server.setErrorHandler(new JettyErrors());
    server.setStopTimeout(configuration.stopTimeout().toMillis());
    server.setRequestLog(log);
    server.insertHandler(new EagerContentHandler(new WholeBodies(Bodies.LARGEST)));
    server.insertHandler(new HeadAsGet());
  }

  private static Connector connector(
      Server server, HttpConfiguration http, ApiConfiguration configuration) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(configuration.host());
    connector.setPort(configuration.port());
    connector.setAcceptedSendBufferSize(SEND_BUFFER);
    return connector;
  }

  private static void nameRoute(Context context) {
    Endpoint endpoint = context.endpoints().matchedHttpEndpoint();
    if (endpoint != null) {
      context.attribute(ROUTE, endpoint.path);
    }
  }

  private static void protect(Context context) {
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    // Answers are for one key alone.
    context.header("Cache-Control", "no-store");
    context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }
}
