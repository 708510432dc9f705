package dev.scriptanalytics.api;

import dev.scriptanalytics.api.access.Gate;
import dev.scriptanalytics.api.access.Seal;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.configuration.ApiConfiguration;
import dev.scriptanalytics.api.configuration.ConfigurationException;
import dev.scriptanalytics.api.docs.DocsRoutes;
import dev.scriptanalytics.api.export.ExportRoutes;
import dev.scriptanalytics.api.http.ConnectionWatch;
import dev.scriptanalytics.api.http.HttpServer;
import dev.scriptanalytics.api.http.Requests;
import dev.scriptanalytics.api.http.Workers;
import dev.scriptanalytics.api.live.LiveRoute;
import dev.scriptanalytics.api.live.LiveStreams;
import dev.scriptanalytics.api.logs.LiveLogs;
import dev.scriptanalytics.api.logs.LogRoutes;
import dev.scriptanalytics.api.operations.AccessLog;
import dev.scriptanalytics.api.operations.Metrics;
import dev.scriptanalytics.api.operations.OperationsRoutes;
import dev.scriptanalytics.api.route.Entrance;
import dev.scriptanalytics.api.runs.LiveRuns;
import dev.scriptanalytics.api.runs.RunRoutes;
import dev.scriptanalytics.api.session.SessionRoutes;
import dev.scriptanalytics.api.site.SiteRoutes;
import dev.scriptanalytics.api.view.ViewRoutes;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.util.JavalinException;
import java.net.URI;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API server, from its start to its end. */
public final class ApiServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

  private final ApiConfiguration configuration;
  private final ClickHouse clickHouse;
  private final LiveStreams live;
  private final Workers workers;
  private final Workers exporters;
  private final ConnectionWatch watch;
  private final Metrics metrics = new Metrics();
  private final OperationsRoutes operations;
  private final Javalin javalin;

  private ApiServer(ApiConfiguration configuration) {
    this.configuration = configuration;
    this.clickHouse = new ClickHouse(configuration.clickHouse(), configuration.queryTimeout());
    this.live =
        new LiveStreams(
            clickHouse,
            configuration.livePoll(),
            configuration.heartbeat(),
            configuration.maxStreams());
    this.workers =
        new Workers(
            configuration.maxRequests(), configuration.maxWaiting(), configuration.queryTimeout());
    // As many may wait as are answered, since each may take its time.
    this.exporters =
        new Workers(configuration.exports(), configuration.exports(), configuration.queryTimeout());
    this.watch = new ConnectionWatch(configuration.minRate());
    this.operations = new OperationsRoutes(clickHouse, metrics);
    metrics.show("requests.running", "Requests that are being answered", workers::running);
    metrics.show("requests.waiting", "Requests that wait for a thread", workers::waiting);
    metrics.show("exports.running", "Exports that are being sent", exporters::running);
    metrics.show("streams.open", "Event streams that are open", live::open);
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
      if (server.configuration.sessionKeys().isEmpty()) {
        LOG.warn(
            "Browsers have to log in again after a restart, and one replica does not know the"
                + " sessions of another: api.session-key is not set");
      }
      LOG.info("Listening on {}", server.publicUrl());
    } catch (ConfigurationException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (RuntimeException e) {
      LOG.error("The server cannot start", e);
      System.exit(1);
    }
  }

  private void configure(JavalinConfig config) {
    HttpServer.configure(config, configuration, new AccessLog(metrics));
    addRoutes(config.routes);
  }

  private void addRoutes(RoutesConfig routes) {
    Seal seal = new Seal(configuration.sessionKeys());
    Gate gate = new Gate(configuration, clickHouse, seal);
    // Cookies know no port, so that two servers of one machine would log each other's users out.
    String cookieName = "sa_session_" + configuration.publicPort();
    Requests requests = new Requests(cookieName, configuration.trustedProxies());
    routes.before(requests::identify);
    Entrance entrance =
        new Entrance(gate, clickHouse, workers, watch, requests, configuration.queryTimeout());
    Entrance exportEntrance =
        new Entrance(gate, clickHouse, exporters, watch, requests, ExportRoutes.LONGEST);
    LogRoutes.addTo(routes, entrance, live, configuration.maxTimeRange());
    ViewRoutes.addTo(routes, entrance, configuration.maxTimeRange());
    RunRoutes.addTo(routes, entrance, configuration.maxTimeRange());
    LiveRoute.addTo(routes, entrance, live, List.of(new LiveRuns(), new LiveLogs()));
    ExportRoutes.addTo(
        routes,
        exportEntrance,
        List.of(RunRoutes.exported(), LogRoutes.exported()),
        configuration.maxTimeRange());
    SessionRoutes sessions = new SessionRoutes(gate, seal, requests, this::publicUrl);
    routes.get("/login", entrance.toAll(sessions::logInByTicket));
    routes.post("/v2/session", entrance.toAll(sessions::logIn));
    routes.delete("/v2/session", entrance.toAll(sessions::logOut));
    routes.get("/v2/session", entrance.to(sessions::show));
    routes.post("/v2/session/tickets", entrance.to(sessions::issueTicket));
    operations.addTo(routes);
    DocsRoutes.addTo(routes);
    SiteRoutes.addTo(routes);
  }

  private URI publicUrl() {
    return configuration
        .publicUrl()
        .orElseGet(() -> URI.create("http://%s:%d".formatted(configuration.host(), port())));
  }

  /** The port that it listens on. */
  public int port() {
    return javalin.port();
  }

  /** Stops: running requests may end within their time, new ones are refused. */
  @Override
  public void close() {
    operations.stopping();
    live.close();
    try {
      javalin.stop();
    } catch (JavalinException e) {
      LOG.warn("Some connections did not end within api.stop-timeout and were cut");
    }
    workers.close();
    exporters.close();
    watch.close();
    clickHouse.close();
    metrics.close();
  }
}
