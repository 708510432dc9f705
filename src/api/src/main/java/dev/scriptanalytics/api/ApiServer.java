package dev.scriptanalytics.api;

import dev.scriptanalytics.api.access.Gate;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.configuration.ApiConfiguration;
import dev.scriptanalytics.api.configuration.ConfigurationException;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Bodies;
import dev.scriptanalytics.api.http.ErrorHandling;
import dev.scriptanalytics.api.http.JettyErrors;
import dev.scriptanalytics.api.logs.EndpointLogs;
import dev.scriptanalytics.api.logs.LiveLogs;
import dev.scriptanalytics.api.logs.LogAggregation;
import dev.scriptanalytics.api.logs.LogSearch;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API server, from its start to its end. */
public final class ApiServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

  /** Threads beyond those of running queries: for health, logins and errors. */
  private static final int SPARE_THREADS = 16;

  private static final int LARGEST_HEADERS = 16 * 1024;

  private final ApiConfiguration configuration;
  private final ClickHouse clickHouse;
  private final LiveLogs live;
  private final Javalin javalin;
  private volatile boolean stopping;

  private ApiServer(ApiConfiguration configuration) {
    this.configuration = configuration;
    this.clickHouse =
        new ClickHouse(
            configuration.clickHouse(), configuration.queryTimeout(), configuration.maxQueries());
    this.live =
        new LiveLogs(
            clickHouse,
            configuration.livePoll(),
            configuration.heartbeat(),
            configuration.maxStreams());
    this.javalin = Javalin.create(this::configure);
  }

  /** Starts a server, which answers when this returns. */
  public static ApiServer start(ApiConfiguration configuration) {
    ApiServer server = new ApiServer(configuration);
    try {
      server.javalin.start();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Starts a server that runs until the process is told to stop. */
  public static void main(String[] arguments) {
    try {
      ApiServer server = start(ApiConfiguration.read(arguments, System.getenv()));
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop"));
      LOG.info("Listening on http://{}:{}", server.configuration.host(), server.port());
    } catch (ConfigurationException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (RuntimeException e) {
      LOG.error("The server cannot start", e);
      System.exit(1);
    }
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.jetty.host = configuration.host();
    config.jetty.port = configuration.port();
    config.jetty.threadPool =
        new QueuedThreadPool(configuration.maxQueries() + SPARE_THREADS, SPARE_THREADS);
    config.jetty.modifyServer(this::configure);
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setRequestHeaderSize(LARGEST_HEADERS);
        });
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = Bodies.LARGEST;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    ErrorHandling.install(config.routes);
    config.routes.get("/health/live", context -> context.result("ok\n"));
    config.routes.get(
        "/health/ready",
        context -> {
          if (stopping || !clickHouse.answers()) {
            throw ApiException.unavailable();
          }
          context.result("ok\n");
        });
    byte[] description = resource("/openapi.yaml");
    config.routes.get(
        "/openapi.yaml", context -> context.contentType("application/yaml").result(description));
    Gate gate = new Gate(configuration, clickHouse);
    EndpointLogs endpointLogs =
        new EndpointLogs(gate, clickHouse, live, configuration.maxTimeRange());
    LogSearch search = new LogSearch(gate, clickHouse, configuration.maxTimeRange());
    LogAggregation aggregation = new LogAggregation(gate, clickHouse, configuration.maxTimeRange());
    config.routes.get("/v2/endpoints/{endpointId}/logs", endpointLogs::handle);
    config.routes.post("/v2/endpoints/logs/search", search::handle);
    config.routes.post("/v2/endpoints/logs/aggregate", aggregation::handle);
  }

  private void configure(Server server) {
    server.setErrorHandler(new JettyErrors());
    server.setStopTimeout(configuration.stopTimeout().toMillis());
  }

  private static byte[] resource(String name) {
    try (InputStream in = ApiServer.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return javalin.port();
  }

  /** Stops: running requests may end within their time, new ones are refused. */
  @Override
  public void close() {
    stopping = true;
    live.close();
    javalin.stop();
    clickHouse.close();
  }
}
