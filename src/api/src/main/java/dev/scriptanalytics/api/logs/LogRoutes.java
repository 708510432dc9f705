package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.export.Exported;
import dev.scriptanalytics.api.facet.Facets;
import dev.scriptanalytics.api.facet.Volume;
import dev.scriptanalytics.api.live.LiveStreams;
import dev.scriptanalytics.api.route.Entrance;
import io.javalin.config.RoutesConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The routes about log entries: the endpoints' logs API, and lists with filters and cursors. */
public final class LogRoutes {
  private LogRoutes() {}

  /**
   * Adds the routes to a server.
   *
   * @param maxTimeRange the longest range that may be asked for, if there is a limit
   */
  public static void addTo(
      RoutesConfig routes, Entrance entrance, LiveStreams live, Optional<Duration> maxTimeRange) {
    routes.get(
        "/v2/endpoints/{endpointId}/logs", entrance.to(new EndpointLogs(live, maxTimeRange)));
    routes.post("/v2/endpoints/logs/search", entrance.to(new LogSearch(maxTimeRange)));
    routes.post("/v2/endpoints/logs/aggregate", entrance.to(new LogAggregation(maxTimeRange)));
    LogList list = new LogList(maxTimeRange);
    routes.get("/v2/scripts/{script}/logs", entrance.to(list::get));
    routes.get("/v2/logs", entrance.to(list::get));
    routes.post("/v2/scripts/{script}/logs/search", entrance.to(list::search));
    routes.post("/v2/logs/search", entrance.to(list::search));
    routes.get("/v2/runs/{runId}/logs", entrance.to(list::ofRun));
    Facets facets =
        new Facets(
            "all_logs",
            Permission.LOGS_READ,
            "Logs access",
            LogColumns.FILTERED,
            List.of("level", "source", "function", "deploymentVersion", "errorCode"),
            maxTimeRange);
    routes.get("/v2/scripts/{script}/logs/facets", entrance.to(facets));
    routes.get("/v2/logs/facets", entrance.to(facets));
    Volume volume =
        new Volume(
            "all_logs",
            "timestamp",
            Permission.LOGS_READ,
            "Logs access",
            LogColumns.FILTERED,
            List.of(
                "level",
                "pattern",
                "source",
                "function",
                "deploymentVersion",
                "errorCode",
                "errorGroup"),
            maxTimeRange);
    routes.get("/v2/scripts/{script}/logs/volume", entrance.to(volume));
    routes.get("/v2/logs/volume", entrance.to(volume));
    LogContext context = new LogContext();
    routes.get("/v2/scripts/{script}/logs/context", entrance.to(context::get));
    routes.get("/v2/logs/context", entrance.to(context::get));
  }

  /** The files of entries that there are. */
  public static Exported exported() {
    return LogColumns.EXPORTED;
  }
}
