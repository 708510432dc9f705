package dev.scriptanalytics.api.view;

import static dev.scriptanalytics.api.access.Permission.LOGS_READ;
import static dev.scriptanalytics.api.access.Permission.REJECTED_READ;
import static dev.scriptanalytics.api.access.Permission.RUNS_READ;

import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.facet.Steps;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.route.Entrance;
import dev.scriptanalytics.api.route.Route;
import io.javalin.config.RoutesConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The routes that each answer with the rows of one view. */
public final class ViewRoutes {
  private static final int MOST = 10_000;
  private static final int DEFAULT_LIMIT = 1000;

  /** What an overview is sorted by, and its columns. */
  private static final Map<String, String> OVERVIEW =
      Map.of(
          "script", "script",
          "totalRuns", "total_runs",
          "failed", "failed",
          "failureRate", "failure_rate",
          "p90", "p90",
          "p99", "p99",
          "lastRun", "last_run");

  private final RoutesConfig routes;
  private final Entrance entrance;
  private final Optional<Duration> maxTimeRange;

  private ViewRoutes(RoutesConfig routes, Entrance entrance, Optional<Duration> maxTimeRange) {
    this.routes = routes;
    this.entrance = entrance;
    this.maxTimeRange = maxTimeRange;
  }

  /**
   * Adds the routes to a server.
   *
   * @param maxTimeRange the longest range that may be asked for, if there is a limit
   */
  public static void addTo(
      RoutesConfig routes, Entrance entrance, Optional<Duration> maxTimeRange) {
    new ViewRoutes(routes, entrance, maxTimeRange).add();
  }

  private void add() {
    routes.get(
        "/v2/accounts",
        entrance.to(
            ViewRoute.list("accounts", RUNS_READ)
                .acrossAccounts()
                .taking("search", "limit", "offset")
                .asking(ViewRoutes::accounts)));
    routes.get(
        "/v2/scripts",
        entrance.to(
            ViewRoute.list("scripts", RUNS_READ)
                .taking("search", "limit", "offset")
                .asking(ViewRoutes::scripts)));
    routes.get(
        "/v2/overview",
        entrance.to(
            ViewRoute.list("scripts", RUNS_READ)
                .aboutRange(maxTimeRange)
                .taking("search", "sort", "order", "limit", "offset")
                .asking(ViewRoutes::overview)));
    routes.get(
        "/v2/rejected",
        entrance.to(
            ViewRoute.list("rejected", REJECTED_READ)
                .acrossAccountsOrInOne()
                .aboutRange(maxTimeRange)
                .taking("limit", "offset")
                .asking(ViewRoutes::rejected)));
    aboutScript(
        "metrics",
        ViewRoute.single("metrics", RUNS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .emptyIfNoneIn("totalRuns")
            .asking(request -> all(request, "script_metrics").append(")")));
    aboutScript(
        "percentile",
        ViewRoute.list("percentiles", RUNS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .taking("percentile")
            .asking(ViewRoutes::percentile));
    aboutScript(
        "timeline",
        ViewRoute.list("timeline", RUNS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .taking("step")
            .asking(ViewRoutes::timeline));
    aboutScript(
        "versions",
        ViewRoute.list("versions", RUNS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .asking(request -> all(request, "version_metrics").append(")")));
    aboutScript(
        "deployments",
        ViewRoute.list("deployments", RUNS_READ)
            .aboutScript()
            .asking(request -> all(request, "script_versions").append(")")));
    aboutScript(
        "comparison",
        ViewRoute.list("comparison", RUNS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .taking("baseline", "candidate")
            // Of the first row, which has the total runs.
            .emptyIfNoneIn("baseline")
            .asking(request -> compared(all(request, "version_comparison"), request)));
    aboutScript(
        "versions/{version}/verdict",
        ViewRoute.single("verdict", RUNS_READ)
            .aboutScript()
            // A new error is named by what was logged.
            .alsoNeeding(LOGS_READ)
            .emptyIfNoneIn("candidateFrom")
            .asking(
                request ->
                    all(request, "version_verdict")
                        .append(", version = ")
                        .string(request.inPath("version"))
                        .append(")")));
    aboutScript(
        "density",
        ViewRoute.list("density", RUNS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .asking(request -> all(request, "run_density").append(")")));
    aboutScript(
        "phases",
        ViewRoute.list("phases", RUNS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .asking(request -> all(request, "phase_metrics").append(")")));
    aboutScript(
        "errors",
        ViewRoute.list("errors", LOGS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .taking("limit", "offset")
            .asking(request -> page(all(request, "error_groups").append(")"), request)));
    aboutScript(
        "patterns",
        ViewRoute.list("patterns", LOGS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .taking("limit", "offset")
            .asking(request -> page(all(request, "log_patterns").append(")"), request)));
    aboutScript(
        "patterns/changes",
        ViewRoute.list("changes", LOGS_READ)
            .aboutScript()
            .aboutRange(maxTimeRange)
            .taking("baseline", "candidate")
            .asking(request -> compared(all(request, "pattern_changes"), request)));
  }

  /** A route at the path of a script, and once more where a parameter names the script. */
  private void aboutScript(String path, Route route) {
    routes.get("/v2/scripts/{script}/" + path, entrance.to(route));
    routes.get("/v2/" + path, entrance.to(route));
  }

  private static Query all(ViewRequest request, String view) {
    return request.from(new Query().append("SELECT *\nFROM "), view);
  }

  private static Query accounts(ViewRequest request) {
    Query query = new Query().append("SELECT account\nFROM script_analytics.accounts");
    return page(found(query, "account", request), request);
  }

  private static Query scripts(ViewRequest request) {
    return page(found(all(request, "scripts").append(")"), "script", request), request);
  }

  /**
   * How the scripts of an account did; those with most failures first where no order is asked for.
   */
  private static Query overview(ViewRequest request) {
    Parameters parameters = request.parameters();
    String sort = parameters.choice("sort", "failed", OVERVIEW.keySet());
    boolean ascending = parameters.choice("order", "desc", List.of("asc", "desc")).equals("asc");
    Query query =
        new Query()
            .append(
                "SELECT script, total_runs, runs_succeeded AS succeeded, runs_failed AS failed,")
            .append(" failure_rate, p90, p99, last_run\nFROM script_analytics.scripts_overview(");
    query.append("from = ").millis(request.range().start().toEpochMilli());
    query.append(", to = ").millis(request.range().end().toEpochMilli());
    query.append(")\nWHERE account = ").string(request.account());
    String search = parameters.text("search");
    if (search != null) {
      query.append(" AND positionCaseInsensitiveUTF8(script, ").string(search).append(") > 0");
    }
    query.append("\nORDER BY " + OVERVIEW.get(sort) + (ascending ? " ASC" : " DESC"));
    return page(query.append(" NULLS LAST, script"), request);
  }

  /** Records that could not be used; they may be no UTF-8, which JSON has to be. */
  private static Query rejected(ViewRequest request) {
    Query query =
        new Query()
            .append("SELECT * REPLACE (toValidUTF8(bytes) AS bytes)\n")
            .append("FROM script_analytics.rejected_records(");
    query.append("from = ").millis(request.range().start().toEpochMilli());
    query.append(", to = ").millis(request.range().end().toEpochMilli()).append(")");
    if (request.account() != null) {
      query.append("\nWHERE account = ").string(request.account());
    }
    return page(query, request);
  }

  /** Only names with the text that is searched for in them. */
  private static Query found(Query query, String name, ViewRequest request) {
    String search = request.parameters().text("search");
    return search == null
        ? query
        : query
            .append("\nWHERE positionCaseInsensitiveUTF8(" + name + ", ")
            .string(search)
            .append(") > 0");
  }

  private static Query page(Query query, ViewRequest request) {
    Parameters parameters = request.parameters();
    query.append("\nLIMIT ").integer(parameters.integer("limit", DEFAULT_LIMIT, 1, MOST));
    return query.append(" OFFSET ").integer(parameters.integer("offset", 0, 0, Integer.MAX_VALUE));
  }

  private static Query percentile(ViewRequest request) {
    String text = request.parameters().text("percentile");
    try {
      double percentile = text == null ? -1 : Double.parseDouble(text);
      if (percentile >= 0 && percentile <= 100) {
        return all(request, "script_percentile")
            .append(", percentile = ")
            .number(percentile)
            .append(")");
      }
    } catch (NumberFormatException malformed) {
      // Said below.
    }
    throw ApiException.invalid("percentile", "a number from 0 to 100, such as 99.9");
  }

  private static Query timeline(ViewRequest request) {
    int step = Steps.read(request.parameters(), request.range());
    return all(request, "run_timeline").append(", step = ").integer(step).append(")");
  }

  private static Query compared(Query query, ViewRequest request) {
    query.append(", baseline = ").string(deployment(request, "baseline"));
    return query.append(", candidate = ").string(deployment(request, "candidate")).append(")");
  }

  private static String deployment(ViewRequest request, String name) {
    String deployment = request.parameters().text(name);
    if (deployment == null) {
      throw ApiException.invalid(name, "a deployment: its number, v and its number, or its id");
    }
    return deployment;
  }
}
