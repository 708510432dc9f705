package dev.scriptanalytics.api.runs;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.export.Exported;
import dev.scriptanalytics.api.facet.Facets;
import dev.scriptanalytics.api.facet.Volume;
import dev.scriptanalytics.api.route.Entrance;
import io.javalin.config.RoutesConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The routes about single runs. */
public final class RunRoutes {
  private RunRoutes() {}

  /**
   * Adds the routes to a server.
   *
   * @param maxTimeRange the longest range that may be asked for, if there is a limit
   */
  public static void addTo(
      RoutesConfig routes, Entrance entrance, Optional<Duration> maxTimeRange) {
    RunList list = new RunList(maxTimeRange);
    routes.get("/v2/scripts/{script}/runs", entrance.to(list::get));
    routes.get("/v2/runs", entrance.to(list::get));
    routes.post("/v2/scripts/{script}/runs/search", entrance.to(list::search));
    routes.post("/v2/runs/search", entrance.to(list::search));
    Facets facets =
        new Facets(
            "all_runs",
            Permission.RUNS_READ,
            "Runs access",
            RunColumns.FILTERED,
            List.of("status", "deploymentVersion", "function", "sourceType", "source", "errorCode"),
            maxTimeRange);
    routes.get("/v2/scripts/{script}/facets", entrance.to(facets));
    routes.get("/v2/facets", entrance.to(facets));
    Volume volume =
        new Volume(
            "all_runs",
            "executed_on",
            Permission.RUNS_READ,
            "Runs access",
            RunColumns.FILTERED,
            List.of(
                "status",
                "deploymentVersion",
                "function",
                "sourceType",
                "source",
                "errorCode",
                "errorGroup"),
            maxTimeRange);
    routes.get("/v2/scripts/{script}/volume", entrance.to(volume));
    routes.get("/v2/volume", entrance.to(volume));
    RunRecord record = new RunRecord();
    routes.get("/v2/runs/{runId}", entrance.to(record::get));
  }

  /** The files of runs that there are. */
  public static Exported exported() {
    return RunColumns.EXPORTED;
  }
}
